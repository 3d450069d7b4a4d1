import type { GovernedResource, Permission, ReadScope, Reason } from '@lakewarden/kernel';

import { inForce } from '../condition/in-force.ts';
import { callerSet } from '../decision/caller-set.ts';
import { homeOf, linesOf } from '../decision/decide.ts';
import { Slice, type SliceLine } from '../decision/rule.ts';
import type { Grant } from '../grant/grant.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';
import { isTagResource } from '../tag/tag-grant.ts';
import { plainLine } from '../tag/tag-lines.ts';
import { type AskedThing, wouldCount } from './asked-thing.ts';
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

function linesFor(grant: Grant, on: GovernedResource): SliceLine[] {
  if (isTagResource(on)) return [plainLine(grant, grant.columns.join(' '), on)];
  if (on.type === 'DATA_LOCATION') return linesOf(grant, on);
  const home = homeOf(on);
  return isTagResource(home) ? [] : linesOf(grant, home);
}

/** By the model that decides, asked of the grants that do not count now as if they did. */
export async function nearMissesOf(
  theirs: ReadScope,
  thing: AskedThing,
  permission: Permission,
): Promise<readonly NearMiss[]> {
  const { catalogId } = thing.on[0];
  const force = await inForce(theirs, catalogId);
  if (force.key === '') return []; // no grant of the catalog is bounded
  const own = await settingsOf(theirs, theirs.caller.accountId);
  const set = callerSet(theirs.caller, catalogId, own);
  const misses = new Map<string, NearMiss>();
  for (const on of thing.on) {
    const dormant = await listDormantGrants(theirs.tx, on, set, force);
    const slice = await Slice.of(dormant.flatMap((grant) => linesFor(grant, on)));
    const decision = slice.decide(on, permission, false);
    for (const [i, scope] of decision.columns.entries()) {
      const grant = decision.because[i];
      if (grant === undefined || !wouldCount(thing, decision, scope)) continue;
      misses.set(grant.id, { why: whyNot(grant, force.now), grant });
    }
  }
  return [...misses.values()];
}
