CREATE TABLE "data_quality_ruleset" (
  "id" UUID PRIMARY KEY,
  "account_id" TEXT NOT NULL REFERENCES "account" ("id"),
  "name" TEXT COLLATE "C" NOT NULL,
  "description" TEXT,
  "ruleset" TEXT NOT NULL,
  "rule_count" INTEGER NOT NULL,
  "target_table" JSON,
  "security_configuration" TEXT,
  "client_token" TEXT,
  "request_hash" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "updated_at" TIMESTAMPTZ(6) NOT NULL,
  UNIQUE ("account_id", "name"),
  UNIQUE ("account_id", "client_token")
);
