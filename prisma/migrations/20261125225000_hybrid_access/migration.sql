-- hybrid access. Who is opted in, by ids as grants are: what is dropped takes its opt-ins with it.
CREATE TABLE "lf_opt_in" (
  "id" UUID PRIMARY KEY,
  "catalog_id" TEXT NOT NULL REFERENCES "account" ("id"),
  "resource_type" TEXT NOT NULL,
  "database_id" UUID REFERENCES "glue_database" ("id") ON DELETE CASCADE,
  "table_id" UUID REFERENCES "glue_table" ("id") ON DELETE CASCADE,
  "principal" TEXT COLLATE "C" NOT NULL,
  "condition" TEXT NOT NULL DEFAULT '',
  "updated_by" TEXT NOT NULL,
  "updated_at" TIMESTAMPTZ(6) NOT NULL
);
CREATE UNIQUE INDEX "lf_opt_in_once_idx" ON "lf_opt_in"
  ("principal", "catalog_id", "resource_type", "database_id", "table_id", "condition") NULLS NOT DISTINCT;
-- A decision: is anyone of the caller's set opted in on the table, on its database or the tables of that?
CREATE INDEX "lf_opt_in_table_id_principal_idx" ON "lf_opt_in" ("table_id", "principal");
CREATE INDEX "lf_opt_in_database_id_principal_idx" ON "lf_opt_in" ("database_id", "principal");
-- ListLakeFormationOptIns, a page at a time.
CREATE INDEX "lf_opt_in_catalog_id_id_idx" ON "lf_opt_in" ("catalog_id", "id");
-- The conditions that there are are asked for with those of grants.
CREATE INDEX "lf_opt_in_condition_idx" ON "lf_opt_in" ("catalog_id") WHERE "condition" <> '';

-- Where the data lies, by PostgreSQL itself out of the document, cut to what an index row holds: which tables lie under
-- a hybrid prefix is asked of the index. A location of 512 characters may be cut; none of that length counts as hybrid.
ALTER TABLE "glue_table" ADD COLUMN "location" TEXT COLLATE "C"
  GENERATED ALWAYS AS (left("definition" -> 'StorageDescriptor' ->> 'Location', 512)) STORED;
CREATE INDEX "glue_table_database_id_location_idx" ON "glue_table" ("database_id", "location");
ALTER TABLE "glue_database" ADD COLUMN "location" TEXT COLLATE "C"
  GENERATED ALWAYS AS (left("definition" ->> 'LocationUri', 512)) STORED;
CREATE INDEX "glue_database_account_id_location_idx" ON "glue_database" ("account_id", "location");
