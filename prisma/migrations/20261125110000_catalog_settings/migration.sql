-- What an account sets up around its catalog; each by the account that owns it.
CREATE TABLE "classifier" (
  "id" UUID PRIMARY KEY,
  "account_id" TEXT NOT NULL REFERENCES "account" ("id"),
  "name" TEXT COLLATE "C" NOT NULL,
  "kind" TEXT NOT NULL CHECK ("kind" IN ('GrokClassifier', 'XMLClassifier', 'JsonClassifier', 'CsvClassifier')),
  "definition" JSON NOT NULL,
  "version" BIGINT NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "updated_at" TIMESTAMPTZ(6) NOT NULL,
  UNIQUE ("account_id", "name")
);

CREATE TABLE "security_configuration" (
  "id" UUID PRIMARY KEY,
  "account_id" TEXT NOT NULL REFERENCES "account" ("id"),
  "name" TEXT COLLATE "C" NOT NULL,
  "configuration" JSON NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  UNIQUE ("account_id", "name")
);

CREATE TABLE "catalog_encryption_settings" (
  "account_id" TEXT PRIMARY KEY REFERENCES "account" ("id"),
  "settings" JSON NOT NULL,
  "updated_at" TIMESTAMPTZ(6) NOT NULL
);

CREATE TABLE "resource_policy" (
  "account_id" TEXT PRIMARY KEY REFERENCES "account" ("id"),
  "policy" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  "enable_hybrid" BOOLEAN NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "updated_at" TIMESTAMPTZ(6) NOT NULL
);
