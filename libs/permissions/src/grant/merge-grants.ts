import type { Grant } from './grant.ts';

const isForATime = ({ validFrom, validUntil }: Grant): boolean =>
  validFrom !== undefined || validUntil !== undefined;

/** As `insertGrants` has it of what is there already; one that is the same changes nothing. */
const replaces = (grant: Grant, known: Grant): boolean =>
  isForATime(known) || (grant.grantOption && !isForATime(grant));

/** One row an ON CONFLICT may meet once: the same thing twice in a batch is one row, the one that would be left of both. */
export function mergeGrants(grants: readonly Grant[]): Grant[] {
  const merged = new Map<string, Grant>();
  for (const grant of grants) {
    const key = JSON.stringify([
      grant.principal,
      grant.catalogId,
      grant.type,
      grant.databaseId,
      grant.tableId,
      grant.filterId,
      grant.permission,
      grant.columns,
      grant.condition,
    ]);
    const known = merged.get(key);
    if (known === undefined || replaces(grant, known)) merged.set(key, grant);
  }
  return [...merged.values()];
}
