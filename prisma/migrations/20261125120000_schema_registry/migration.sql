-- schema registry
CREATE TABLE "schema_registry" (
  "id" UUID PRIMARY KEY,
  "account_id" TEXT NOT NULL REFERENCES "account" ("id"),
  "name" TEXT COLLATE "C" NOT NULL,
  "description" TEXT,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "updated_at" TIMESTAMPTZ(6) NOT NULL,
  UNIQUE ("account_id", "name")
);

CREATE TABLE "registry_schema" (
  "id" UUID PRIMARY KEY,
  "registry_id" UUID NOT NULL REFERENCES "schema_registry" ("id") ON DELETE CASCADE,
  "name" TEXT COLLATE "C" NOT NULL,
  "description" TEXT,
  "data_format" TEXT NOT NULL CHECK ("data_format" IN ('AVRO', 'JSON', 'PROTOBUF')),
  "compatibility" TEXT NOT NULL,
  "checkpoint" INTEGER NOT NULL DEFAULT 1,
  "latest_version" INTEGER,
  "next_version" INTEGER NOT NULL DEFAULT 1,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "updated_at" TIMESTAMPTZ(6) NOT NULL,
  UNIQUE ("registry_id", "name")
);

-- A definition is a client's text and comes back byte for byte; its hash is that of its canonical form.
CREATE TABLE "registry_schema_version" (
  "id" UUID PRIMARY KEY,
  "schema_id" UUID NOT NULL REFERENCES "registry_schema" ("id") ON DELETE CASCADE,
  "number" INTEGER NOT NULL,
  "status" TEXT NOT NULL CHECK ("status" IN ('AVAILABLE', 'FAILURE')),
  "definition" TEXT NOT NULL,
  "hash" BYTEA NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  UNIQUE ("schema_id", "number")
);
CREATE INDEX "registry_schema_version_schema_id_hash_idx" ON "registry_schema_version" ("schema_id", "hash");

CREATE TABLE "registry_schema_version_metadata" (
  "version_id" UUID NOT NULL REFERENCES "registry_schema_version" ("id") ON DELETE CASCADE,
  "key" TEXT COLLATE "C" NOT NULL,
  "value" TEXT COLLATE "C" NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  PRIMARY KEY ("version_id", "key", "value")
);
