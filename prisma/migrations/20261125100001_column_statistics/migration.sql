-- A table's own statistics have an empty partition key; a partition's have its values as bytes, which no change of a
-- key's type and no number of a partition's row can alter (libs/catalog/src/statistics/statistics.repository.ts).
CREATE TABLE "column_statistics" (
  "table_no" BIGINT NOT NULL REFERENCES "glue_table" ("no") ON DELETE CASCADE,
  "partition_key" BYTEA NOT NULL,
  "column_name" TEXT COLLATE "C" NOT NULL,
  "statistics" JSON NOT NULL,
  "analyzed_at" TIMESTAMPTZ(6) NOT NULL,
  PRIMARY KEY ("table_no", "partition_key", "column_name")
);
