-- The order in which consumers are told of an account's writes. A revision is handed out before its write commits and a
-- position afterwards, so whoever has read up to a position has missed nothing (docs/decisions, change feed).
ALTER TABLE "change" ADD COLUMN "position" BIGINT;
DROP INDEX "change_account_id_revision_idx";
CREATE INDEX "change_account_id_position_revision_idx" ON "change" ("account_id", "position", "revision");

CREATE TABLE "change_log" (
  "account_id" TEXT PRIMARY KEY,
  -- The last position that was handed out.
  "position" BIGINT NOT NULL DEFAULT 0,
  -- Writes up to here are no longer kept.
  "trimmed_through" BIGINT NOT NULL DEFAULT 0
);

-- Hands out positions to committed writes that have none, in the order of their revisions. The lock on the account's row
-- is waited for by readers and by trimming alone; each statement after it sees what was committed meanwhile.
CREATE FUNCTION place_changes(of_account TEXT, at_most INT) RETURNS INT LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  last_position BIGINT;
  placed INT;
BEGIN
  PERFORM 1 FROM change c WHERE c.account_id = of_account AND c.position IS NULL LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  INSERT INTO change_log (account_id) VALUES (of_account) ON CONFLICT DO NOTHING;
  SELECT l.position INTO last_position FROM change_log l WHERE l.account_id = of_account FOR UPDATE;
  WITH next AS (
    SELECT unplaced.revision, row_number() OVER (ORDER BY unplaced.revision) AS n FROM (
      SELECT c.revision FROM change c WHERE c.account_id = of_account AND c.position IS NULL
      ORDER BY c.revision LIMIT at_most) unplaced)
  UPDATE change c SET position = last_position + next.n FROM next WHERE c.revision = next.revision;
  GET DIAGNOSTICS placed = ROW_COUNT;
  UPDATE change_log l SET position = last_position + placed WHERE l.account_id = of_account;
  RETURN placed;
END $$;

-- Deletes what is older from the beginning of an account's log, at most so many rows, and notes how far. What has no
-- position yet, because nobody has read it, is counted as if it had. Looks at no more rows than it may delete.
CREATE FUNCTION trim_changes(of_account TEXT, older_than TIMESTAMPTZ, at_most INT) RETURNS INT LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  state change_log%ROWTYPE;
  oldest TIMESTAMPTZ;
  trimmed INT;
BEGIN
  SELECT c.at INTO oldest FROM change c WHERE c.account_id = of_account ORDER BY c.position, c.revision LIMIT 1;
  IF oldest IS NULL OR oldest >= older_than THEN
    RETURN 0;
  END IF;
  INSERT INTO change_log (account_id) VALUES (of_account) ON CONFLICT DO NOTHING;
  SELECT * INTO state FROM change_log l WHERE l.account_id = of_account FOR UPDATE;
  WITH head AS (
    SELECT c.revision, row_number() OVER (ORDER BY c.position, c.revision) AS n, c.at FROM change c
    WHERE c.account_id = of_account AND c.position > state.trimmed_through ORDER BY c.position LIMIT at_most)
  DELETE FROM change c USING head WHERE c.revision = head.revision
  AND head.n < coalesce((SELECT min(kept.n) FROM head kept WHERE kept.at >= older_than), at_most + 1);
  GET DIAGNOSTICS trimmed = ROW_COUNT;
  IF trimmed > 0 OR state.trimmed_through < state.position THEN
    UPDATE change_log l SET trimmed_through = state.trimmed_through + trimmed WHERE l.account_id = of_account;
    RETURN trimmed;
  END IF;
  WITH head AS (
    SELECT c.revision, row_number() OVER (ORDER BY c.revision) AS n, c.at FROM change c
    WHERE c.account_id = of_account AND c.position IS NULL ORDER BY c.revision LIMIT at_most)
  DELETE FROM change c USING head WHERE c.revision = head.revision
  AND head.n < coalesce((SELECT min(kept.n) FROM head kept WHERE kept.at >= older_than), at_most + 1);
  GET DIAGNOSTICS trimmed = ROW_COUNT;
  UPDATE change_log l SET position = state.position + trimmed, trimmed_through = state.position + trimmed
  WHERE l.account_id = of_account;
  RETURN trimmed;
END $$;
