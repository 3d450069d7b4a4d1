-- permissions: the few grants that hold under a condition or for a time. Decisions ask first whether there is any.
CREATE INDEX "lf_grant_bounded_idx" ON "lf_grant" ("catalog_id")
  WHERE "condition" <> '' OR "valid_from" IS NOT NULL OR "valid_until" IS NOT NULL;
