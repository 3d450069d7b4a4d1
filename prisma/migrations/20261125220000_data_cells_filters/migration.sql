-- permissions: data cells filters. They hang on their table's id, and the grants on them on the filter's.
CREATE TABLE "lf_data_cells_filter" (
  "id" UUID PRIMARY KEY,
  "catalog_id" TEXT NOT NULL REFERENCES "account" ("id"),
  "database_id" UUID NOT NULL REFERENCES "glue_database" ("id") ON DELETE CASCADE,
  "table_id" UUID NOT NULL REFERENCES "glue_table" ("id") ON DELETE CASCADE,
  "name" TEXT COLLATE "C" NOT NULL,
  "row_expression" TEXT,
  "row_predicate" TEXT,
  "is_exclude_list" BOOLEAN NOT NULL,
  "columns" TEXT[] NOT NULL,
  "version_id" UUID NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "updated_at" TIMESTAMPTZ(6) NOT NULL,
  UNIQUE ("table_id", "name")
);
-- ListDataCellsFilter of a catalog, and the cascade of a database.
CREATE INDEX "lf_data_cells_filter_catalog_id_table_id_name_idx" ON "lf_data_cells_filter" ("catalog_id", "table_id", "name");
CREATE INDEX "lf_data_cells_filter_database_id_idx" ON "lf_data_cells_filter" ("database_id");

ALTER TABLE "lf_grant" ADD COLUMN "filter_id" UUID REFERENCES "lf_data_cells_filter" ("id") ON DELETE CASCADE;
-- The cascade of a filter.
CREATE INDEX "lf_grant_filter_id_idx" ON "lf_grant" ("filter_id");
-- One row a permission, on a filter as well.
DROP INDEX "lf_grant_once_idx";
CREATE UNIQUE INDEX "lf_grant_once_idx" ON "lf_grant"
  ("principal", "catalog_id", "resource_type", "database_id", "table_id", "filter_id", "permission", "columns", "condition")
  NULLS NOT DISTINCT;
