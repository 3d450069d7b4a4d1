-- Who made a webhook is asked before each delivery. Nobody made those of an earlier release: they wait until an
-- administrator revives them.
ALTER TABLE "webhook" ADD COLUMN "maker" TEXT NOT NULL DEFAULT '';
