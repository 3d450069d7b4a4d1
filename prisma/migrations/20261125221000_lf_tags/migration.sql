-- LF-tags (spec/permissions.md §7). Assignments hang on ids: a database or table made again under its name starts untagged.
CREATE TABLE "lf_tag" (
  "id" UUID PRIMARY KEY,
  "catalog_id" TEXT NOT NULL REFERENCES "account" ("id"),
  "key" TEXT COLLATE "C" NOT NULL,
  "created_by" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL
);
CREATE UNIQUE INDEX "lf_tag_catalog_id_key_idx" ON "lf_tag" ("catalog_id", "key");

CREATE TABLE "lf_tag_value" (
  "tag_id" UUID NOT NULL REFERENCES "lf_tag" ("id") ON DELETE CASCADE,
  "value" TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY ("tag_id", "value")
);

-- One value a key on one database, table or column. A value that is assigned cannot go: the reference refuses.
CREATE TABLE "lf_tag_assignment" (
  "id" UUID PRIMARY KEY,
  "tag_id" UUID NOT NULL,
  "value" TEXT COLLATE "C" NOT NULL,
  "database_id" UUID NOT NULL REFERENCES "glue_database" ("id") ON DELETE CASCADE,
  "table_id" UUID REFERENCES "glue_table" ("id") ON DELETE CASCADE,
  "column_name" TEXT COLLATE "C" NOT NULL DEFAULT '',
  FOREIGN KEY ("tag_id", "value") REFERENCES "lf_tag_value" ("tag_id", "value")
);
CREATE UNIQUE INDEX "lf_tag_assignment_once_idx" ON "lf_tag_assignment"
  ("database_id", "table_id", "column_name", "tag_id") NULLS NOT DISTINCT;
-- What carries a tag, within one database or in all of them.
CREATE INDEX "lf_tag_assignment_tag_id_value_database_id_table_id_idx" ON "lf_tag_assignment"
  ("tag_id", "value", "database_id", "table_id");
CREATE INDEX "lf_tag_assignment_table_id_idx" ON "lf_tag_assignment" ("table_id");

-- Saved expressions have a name; those that policy grants were written with have none, and their digest instead.
CREATE TABLE "lf_tag_expression" (
  "id" UUID PRIMARY KEY,
  "catalog_id" TEXT NOT NULL REFERENCES "account" ("id"),
  "name" TEXT COLLATE "C" NOT NULL DEFAULT '',
  "digest" TEXT COLLATE "C" NOT NULL DEFAULT '',
  "description" TEXT,
  "keys" INTEGER NOT NULL
);
CREATE UNIQUE INDEX "lf_tag_expression_catalog_id_name_digest_idx" ON "lf_tag_expression"
  ("catalog_id", "name", "digest");

CREATE TABLE "lf_tag_expression_term" (
  "expression_id" UUID NOT NULL REFERENCES "lf_tag_expression" ("id") ON DELETE CASCADE,
  "tag_id" UUID NOT NULL,
  "value" TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY ("expression_id", "tag_id", "value"),
  FOREIGN KEY ("tag_id", "value") REFERENCES "lf_tag_value" ("tag_id", "value")
);
CREATE INDEX "lf_tag_expression_term_tag_id_value_idx" ON "lf_tag_expression_term" ("tag_id", "value");

-- Grants on tags hold what they are on in "columns", which the unique index of one row a permission covers: LF_TAG the
-- tag's id and one value (`*`: all of them), the others the expression's id. What is dropped takes its grants with it.
ALTER TABLE "lf_grant"
  ADD COLUMN "tag_id" UUID GENERATED ALWAYS AS (
    CASE WHEN "resource_type" = 'LF_TAG' THEN ("columns"[1])::uuid END) STORED
    REFERENCES "lf_tag" ("id") ON DELETE CASCADE,
  ADD COLUMN "tag_expression_id" UUID GENERATED ALWAYS AS (
    CASE WHEN "resource_type" IN ('LF_TAG_EXPRESSION', 'LF_TAG_POLICY_DATABASE', 'LF_TAG_POLICY_TABLE')
         THEN ("columns"[1])::uuid END) STORED
    REFERENCES "lf_tag_expression" ("id") ON DELETE CASCADE;
CREATE INDEX "lf_grant_tag_id_principal_idx" ON "lf_grant" ("tag_id", "principal");
CREATE INDEX "lf_grant_tag_expression_id_principal_idx" ON "lf_grant" ("tag_expression_id", "principal");
