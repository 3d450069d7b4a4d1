-- By the resource's id, whatever kind it is of: a tag follows a rename, and a thing made again under an old name has none.
CREATE TABLE "resource_tag" (
  "resource_kind" TEXT NOT NULL,
  "resource_id" TEXT NOT NULL,
  "key" TEXT COLLATE "C" NOT NULL,
  "value" TEXT NOT NULL,
  PRIMARY KEY ("resource_kind", "resource_id", "key")
);

CREATE TABLE "user_defined_function" (
  "id" UUID PRIMARY KEY,
  "account_id" TEXT NOT NULL,
  "database_id" UUID NOT NULL REFERENCES "glue_database" ("id") ON DELETE CASCADE,
  "name" TEXT COLLATE "C" NOT NULL,
  "definition" JSON NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  UNIQUE ("database_id", "name")
);
-- The order of a listing over all databases.
CREATE INDEX "user_defined_function_account_id_name_id_idx" ON "user_defined_function" ("account_id", "name", "id");
