-- audit. An event is written in the transaction of what it tells of, into `audit_pending`, where writers do not wait for
-- each other. The sealer moves what is committed into the account's chain: numbered without a gap, each row with the
-- SHA-256 over the one before it and itself. Sealed rows are never changed; only retention takes the oldest away.
CREATE TABLE "audit_pending" (
  "account_id" TEXT COLLATE "C" NOT NULL,
  "id" UUID NOT NULL,
  -- JSON, not JSONB: the hash is over these very bytes.
  "body" JSON NOT NULL,
  PRIMARY KEY ("account_id", "id")
);

-- What is looked for is made of the body, so that none of it can be changed without the hash.
CREATE TABLE "audit_event" (
  "account_id" TEXT COLLATE "C" NOT NULL,
  "seq" BIGINT NOT NULL,
  "id" UUID NOT NULL,
  "body" JSON NOT NULL,
  "hash" BYTEA NOT NULL,
  "at" TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS ("body" ->> 'at') STORED,
  "principal" TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS ("body" ->> 'principal') STORED,
  "action" TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS ("body" ->> 'action') STORED,
  "resource" TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS ("body" ->> 'resource') STORED,
  "allowed" TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS ("body" ->> 'allowed') STORED,
  "request_id" TEXT COLLATE "C" NOT NULL GENERATED ALWAYS AS ("body" ->> 'requestId') STORED,
  PRIMARY KEY ("account_id", "seq")
);
-- Each for one filter of auditEvents, in the order of its pages.
CREATE INDEX "audit_event_at_idx" ON "audit_event" ("account_id", "at");
CREATE INDEX "audit_event_principal_idx" ON "audit_event" ("account_id", "principal", "seq");
CREATE INDEX "audit_event_action_idx" ON "audit_event" ("account_id", "action", "seq");
CREATE INDEX "audit_event_resource_idx" ON "audit_event" ("account_id", "resource", "seq");
CREATE INDEX "audit_event_allowed_idx" ON "audit_event" ("account_id", "allowed", "seq");
CREATE INDEX "audit_event_request_id_idx" ON "audit_event" ("account_id", "request_id");

CREATE TABLE "audit_head" (
  "account_id" TEXT COLLATE "C" PRIMARY KEY,
  -- The last sealed row.
  "seq" BIGINT NOT NULL DEFAULT 0,
  "hash" BYTEA NOT NULL DEFAULT '\x'::bytea,
  -- The last row that retention has taken away: the chain begins behind it.
  "anchor_seq" BIGINT NOT NULL DEFAULT 0,
  "anchor_hash" BYTEA NOT NULL DEFAULT '\x'::bytea
);

-- Seals the account's oldest events, by id, which is by time. One sealer at a time has the head's row; writers never
-- touch it. Rows are deleted by the ids that were sealed: one that commits meanwhile with an older id stays for the next.
CREATE FUNCTION seal_audit(of_account TEXT, at_most INT) RETURNS INT LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  head audit_head%ROWTYPE;
  next RECORD;
  sealed UUID[] := ARRAY[]::UUID[];
BEGIN
  PERFORM 1 FROM audit_pending p WHERE p.account_id = of_account LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  INSERT INTO audit_head (account_id) VALUES (of_account) ON CONFLICT DO NOTHING;
  SELECT * INTO head FROM audit_head h WHERE h.account_id = of_account FOR UPDATE;
  FOR next IN SELECT p.id, p.body FROM audit_pending p WHERE p.account_id = of_account ORDER BY p.id LIMIT at_most LOOP
    head.seq := head.seq + 1;
    -- The same in libs/governance/src/audit/chain.ts.
    head.hash := sha256(head.hash || convert_to(
      head.seq::text || E'\n' || of_account || E'\n' || next.id::text || E'\n' || next.body::text, 'UTF8'));
    INSERT INTO audit_event (account_id, seq, id, body, hash)
    VALUES (of_account, head.seq, next.id, next.body, head.hash);
    sealed := sealed || next.id;
  END LOOP;
  DELETE FROM audit_pending p WHERE p.account_id = of_account AND p.id = ANY (sealed);
  UPDATE audit_head h SET seq = head.seq, hash = head.hash WHERE h.account_id = of_account;
  RETURN cardinality(sealed);
END $$;

-- Takes the account's oldest sealed rows away, at most so many, up to the first that is to be kept, and keeps the hash of
-- the last one as the chain's new beginning.
CREATE FUNCTION trim_audit(of_account TEXT, older_than TEXT, at_most INT) RETURNS INT LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  head audit_head%ROWTYPE;
  through BIGINT;
  trimmed INT;
BEGIN
  PERFORM 1 FROM audit_head h WHERE h.account_id = of_account FOR UPDATE;
  SELECT * INTO head FROM audit_head h WHERE h.account_id = of_account;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  SELECT max(e.seq) INTO through FROM (
    SELECT f.seq, bool_and(f.at < older_than) OVER (ORDER BY f.seq) AS is_old FROM (
      SELECT o.seq, o.at FROM audit_event o WHERE o.account_id = of_account AND o.seq > head.anchor_seq
      ORDER BY o.seq LIMIT at_most) f) e WHERE e.is_old;
  IF through IS NULL THEN
    RETURN 0;
  END IF;
  UPDATE audit_head h SET anchor_seq = through, anchor_hash = (
    SELECT e.hash FROM audit_event e WHERE e.account_id = of_account AND e.seq = through) WHERE h.account_id = of_account;
  PERFORM set_config('lakewarden.audit_retention', 'on', true);
  DELETE FROM audit_event e WHERE e.account_id = of_account AND e.seq > head.anchor_seq AND e.seq <= through;
  GET DIAGNOSTICS trimmed = ROW_COUNT;
  PERFORM set_config('lakewarden.audit_retention', 'off', true);
  RETURN trimmed;
END $$;

-- Against mistakes, and statements that were let in somewhere. Whoever owns the database can take this away as well: the
-- chain shows what he does then (docs/audit.md).
CREATE FUNCTION refuse_audit_change() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('lakewarden.audit_retention', true) = 'on' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the audit trail is only ever added to: % of % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER "audit_event_kept" BEFORE UPDATE OR DELETE ON "audit_event"
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER "audit_event_not_emptied" BEFORE TRUNCATE ON "audit_event"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER "audit_pending_unchanged" BEFORE UPDATE ON "audit_pending"
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
