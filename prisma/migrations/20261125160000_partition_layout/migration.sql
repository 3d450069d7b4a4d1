-- docs/decisions/0006-a-partition-is-its-key.md. No surrogate number (and no index of it), and its values are written
-- only where the key does not spell them. Rows go over as they are, in key order, so that the new tables are dense.
CREATE TABLE "partition_packed" (
  "table_no" BIGINT NOT NULL,
  "sd_id" BIGINT,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "last_access_at" TIMESTAMPTZ(6),
  "last_analyzed_at" TIMESTAMPTZ(6),
  "bucket" SMALLINT NOT NULL,
  "key" BYTEA NOT NULL,
  "spelled" TEXT,
  "location" TEXT,
  "parameters" JSON
);
-- bucket: the first four bytes of SHA-256, which PostgreSQL has built in (it was SHA-1).
-- spelled: a character that is in none of the values, then the values with that character between them.
INSERT INTO "partition_packed"
SELECT p."table_no", p."sd_id", p."created_at", p."last_access_at", p."last_analyzed_at",
       (('x' || encode(substring(sha256(p."key") FROM 1 FOR 4), 'hex'))::bit(32)::bigint % 2520)::smallint,
       p."key",
       CASE WHEN string_to_array(encode(p."key", 'escape'), '\000') = array_append(p."values", '') THEN NULL
            ELSE mark || array_to_string(p."values", mark) END,
       p."location", p."parameters"
FROM "partition" p CROSS JOIN LATERAL (
  SELECT chr(code) AS mark FROM (SELECT generate_series(1, 55295) AS code) codes
  WHERE strpos(array_to_string(p."values", ''), chr(code)) = 0 LIMIT 1) marks
ORDER BY p."table_no", p."key";

CREATE TABLE "partition_index_entry_packed" (
  "index_no" BIGINT NOT NULL,
  "key" BYTEA NOT NULL,
  "partition_key" BYTEA NOT NULL
);
INSERT INTO "partition_index_entry_packed"
SELECT e."index_no", e."key", p."key" FROM "partition_index_entry" e JOIN "partition" p ON p."id" = e."partition_id"
ORDER BY e."index_no", e."key", p."key";

DROP TABLE "partition_index_entry";
DROP TABLE "partition";
ALTER TABLE "partition_packed" RENAME TO "partition";
ALTER TABLE "partition_index_entry_packed" RENAME TO "partition_index_entry";
ALTER TABLE "partition" ADD CONSTRAINT "partition_pkey" PRIMARY KEY ("table_no", "key");
CREATE INDEX "partition_table_no_bucket_idx" ON "partition" ("table_no", "bucket");
ALTER TABLE "partition_index_entry"
  ADD CONSTRAINT "partition_index_entry_pkey" PRIMARY KEY ("index_no", "key", "partition_key");
