-- IAM-style policies. What is attached is a list of ARNs on the principal's own row; inline documents lie apart.
ALTER TABLE "iam_user" ADD COLUMN "permissions_boundary" TEXT;
ALTER TABLE "iam_role" ADD COLUMN "permissions_boundary" TEXT;
ALTER TABLE "iam_group" ADD COLUMN "policies" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];

CREATE TABLE "iam_policy" (
  "id" UUID PRIMARY KEY,
  "account_id" TEXT NOT NULL REFERENCES "account" ("id"),
  "name" TEXT COLLATE "C" NOT NULL,
  "path" TEXT NOT NULL DEFAULT '/',
  "unique_id" TEXT NOT NULL UNIQUE,
  "description" TEXT,
  "default_version" INTEGER NOT NULL,
  "last_version" INTEGER NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  "updated_at" TIMESTAMPTZ(6) NOT NULL,
  UNIQUE ("account_id", "name")
);

CREATE TABLE "iam_policy_version" (
  "policy_id" UUID NOT NULL REFERENCES "iam_policy" ("id") ON DELETE CASCADE,
  "version" INTEGER NOT NULL,
  "document" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(6) NOT NULL,
  PRIMARY KEY ("policy_id", "version")
);

-- The principal is a user, a group or a role: none is deleted while it has an inline policy.
CREATE TABLE "iam_inline_policy" (
  "principal_id" UUID NOT NULL,
  "name" TEXT COLLATE "C" NOT NULL,
  "document" TEXT NOT NULL,
  PRIMARY KEY ("principal_id", "name")
);
