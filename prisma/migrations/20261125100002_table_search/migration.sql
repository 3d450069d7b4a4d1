-- What SearchTables looks in: a row a table, written in the transaction that writes the table. "terms" are 64-bit
-- hashes of its words (libs/catalog/src/search/search-terms.ts); a table that is older than this has none yet, and gets
-- them before the server listens.
CREATE TABLE "table_search" (
  "table_id" UUID PRIMARY KEY REFERENCES "glue_table" ("id") ON DELETE CASCADE,
  "account_id" TEXT NOT NULL,
  "database_id" UUID NOT NULL,
  "name" TEXT COLLATE "C" NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "updated_at" TIMESTAMPTZ(6) NOT NULL,
  "terms_version" SMALLINT NOT NULL,
  "terms" BIGINT[] NOT NULL
);
-- Without a list of pending entries: PGlite has no autovacuum to empty it, and every search would read through it.
CREATE INDEX "table_search_terms_idx" ON "table_search" USING GIN ("terms") WITH (fastupdate = off);
CREATE INDEX "table_search_account_id_name_table_id_idx" ON "table_search" ("account_id", "name", "table_id");
CREATE INDEX "table_search_account_id_created_at_table_id_idx"
  ON "table_search" ("account_id", "created_at", "table_id");
CREATE INDEX "table_search_account_id_updated_at_table_id_idx"
  ON "table_search" ("account_id", "updated_at", "table_id");
CREATE INDEX "table_search_database_id_idx" ON "table_search" ("database_id");
CREATE INDEX "table_search_terms_version_idx" ON "table_search" ("terms_version");

INSERT INTO "table_search"
SELECT t."id", d."account_id", t."database_id", t."name", t."created_at", t."updated_at", 0, ARRAY[]::BIGINT[]
FROM "glue_table" t JOIN "glue_database" d ON d."id" = t."database_id";
