import type { GovernedResource, Permission, ReadScope, Reason } from '@lakewarden/kernel';

import { inForce } from '../condition/in-force.ts';
import { callerSet } from '../decision/caller-set.ts';
import { linesOf } from '../decision/decide.ts';
import { Slice } from '../decision/rule.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';
import { listDormantGrants } from './near-misses.repository.ts';

/** A grant that would be a reason, but for its time or its condition. */
export interface NearMiss {
  readonly why: 'EXPIRED' | 'NOT_YET_VALID' | 'CONDITION';
  readonly grant: Reason;
}

function whyNot({ validFrom, validUntil }: Reason, now: Date): NearMiss['why'] {
  if (validUntil !== undefined && validUntil <= now) return 'EXPIRED';
  return validFrom !== undefined && validFrom > now ? 'NOT_YET_VALID' : 'CONDITION';
}

/** By the model that decides, asked of the grants that do not count now as if they did. */
export async function nearMissesOf(
  theirs: ReadScope,
  on: GovernedResource,
  permission: Permission,
): Promise<readonly NearMiss[]> {
  // Nothing else is asked about by its name.
  if (on.type !== 'CATALOG' && on.type !== 'DATABASE' && on.type !== 'TABLE') return [];
  const force = await inForce(theirs, on.catalogId);
  if (force.key === '') return []; // no grant of the catalog is bounded
  const own = await settingsOf(theirs, theirs.caller.accountId);
  const set = callerSet(theirs.caller, on.catalogId, own);
  const dormant = await listDormantGrants(theirs.tx, on, set, force);
  const slice = await Slice.of(dormant.flatMap((grant) => linesOf(grant, on)));
  const { because } = slice.decide(on, permission, false);
  return because.map((grant) => ({ why: whyNot(grant, force.now), grant }));
}
