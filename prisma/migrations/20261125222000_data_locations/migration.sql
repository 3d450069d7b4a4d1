-- data locations: prefixes under Lake Formation's control. A grant on one is a row of lf_grant whose "columns" hold the
-- place: it outlives the registration, and is dormant without one.
CREATE TABLE "lf_data_location" (
  "id" UUID PRIMARY KEY,
  "catalog_id" TEXT NOT NULL REFERENCES "account" ("id"),
  "location" TEXT COLLATE "C" NOT NULL,
  "role_arn" TEXT NOT NULL,
  "with_federation" BOOLEAN NOT NULL,
  "hybrid_access_enabled" BOOLEAN NOT NULL,
  "with_privileged_access" BOOLEAN NOT NULL,
  "expected_owner_account" TEXT,
  "updated_at" TIMESTAMPTZ(6) NOT NULL,
  UNIQUE ("catalog_id", "location")
);
