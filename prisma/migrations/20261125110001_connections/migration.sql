-- What is secret of a connection lies in secrets_sealed and nowhere else. The id is text: the sealing context names it.
CREATE TABLE "connection" (
  "id" TEXT COLLATE "C" PRIMARY KEY,
  "account_id" TEXT NOT NULL REFERENCES "account" ("id"),
  "name" TEXT COLLATE "C" NOT NULL,
  "type" TEXT NOT NULL,
  "match_criteria" TEXT[] NOT NULL,
  "schema_version" SMALLINT NOT NULL,
  "definition" JSON NOT NULL,
  "secrets_sealed" BYTEA NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "updated_at" TIMESTAMPTZ(6) NOT NULL,
  "updated_by" TEXT NOT NULL,
  UNIQUE ("account_id", "name")
);
