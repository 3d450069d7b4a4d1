-- Who is told of an account's writes by POST. The id is text: the sealing context names it. Empty kinds are all kinds.
CREATE TABLE "webhook" (
  "id" TEXT COLLATE "C" PRIMARY KEY,
  "account_id" TEXT NOT NULL REFERENCES "account" ("id"),
  "url" TEXT NOT NULL,
  "secret_sealed" BYTEA NOT NULL,
  "database_name" TEXT,
  "table_name" TEXT,
  "kinds" TEXT[] NOT NULL,
  -- Of the last write that it has been told of, or that its filter has passed over.
  "position" BIGINT NOT NULL,
  -- ACTIVE | DEAD
  "state" TEXT NOT NULL,
  -- In a row; a delivery ends them.
  "failures" INTEGER NOT NULL,
  "last_error" TEXT,
  "created_at" TIMESTAMPTZ(6) NOT NULL
);
CREATE INDEX "webhook_account_id_id_idx" ON "webhook" ("account_id", "id");
