-- permissions. A grant hangs on ids: a database or table made again under its old name inherits nothing, and what is
-- dropped takes its grants with it.
CREATE TABLE "lf_grant" (
  "id" UUID PRIMARY KEY,
  "catalog_id" TEXT NOT NULL REFERENCES "account" ("id"),
  "resource_type" TEXT NOT NULL,
  "database_id" UUID REFERENCES "glue_database" ("id") ON DELETE CASCADE,
  "table_id" UUID REFERENCES "glue_table" ("id") ON DELETE CASCADE,
  "principal" TEXT COLLATE "C" NOT NULL,
  "permission" TEXT NOT NULL,
  "columns" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
  "condition" TEXT NOT NULL DEFAULT '',
  "grant_option" BOOLEAN NOT NULL DEFAULT false,
  "granted_by" TEXT NOT NULL,
  "granted_at" TIMESTAMPTZ(6) NOT NULL,
  "valid_from" TIMESTAMPTZ(6),
  "valid_until" TIMESTAMPTZ(6)
);
-- One row a permission: granting twice changes nothing, racing grants meet here.
CREATE UNIQUE INDEX "lf_grant_once_idx" ON "lf_grant"
  ("principal", "catalog_id", "resource_type", "database_id", "table_id", "permission", "columns", "condition")
  NULLS NOT DISTINCT;
-- A decision's slice: what is granted to the caller's own set on the resource's own path.
CREATE INDEX "lf_grant_table_id_principal_idx" ON "lf_grant" ("table_id", "principal");
CREATE INDEX "lf_grant_database_id_resource_type_principal_idx" ON "lf_grant" ("database_id", "resource_type", "principal");
-- ListPermissions of a catalog: groups in this order, a page at a time.
CREATE INDEX "lf_grant_catalog_id_list_idx" ON "lf_grant"
  ("catalog_id", "principal", "resource_type", "database_id", "table_id");

CREATE TABLE "data_lake_settings" (
  "account_id" TEXT PRIMARY KEY REFERENCES "account" ("id"),
  "settings" JSON NOT NULL,
  "updated_at" TIMESTAMPTZ(6) NOT NULL
);
