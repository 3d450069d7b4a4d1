import { type ReadScope, tag } from '@lakewarden/kernel';

import { type Condition, parseCondition } from './condition.ts';
import { listBounds } from './bounded-grants.repository.ts';
import { factsOf, holds } from './holds.ts';

/** Which grants count for this request, now; as SQL compares it (IN_FORCE). */
export interface InForce {
  /** The conditions that hold. */
  readonly conditions: readonly string[];
  readonly now: Date;
  /** The catalog has a hybrid location: where things lie, and who is opted in, matters. */
  readonly hasHybrid: boolean;
  /** The same for two requests in whose eyes the same grants of the catalog are in force. */
  readonly key: string;
}

interface Bounds {
  readonly conditions: readonly { readonly text: string; readonly condition: Condition }[];
  readonly instantsMs: readonly number[];
  readonly hasHybrid: boolean;
}

/** What has to change for the catalog's bounds to be stale. Fewer of them harm nobody: they are only looked through. */
export const boundsOf = (catalogId: string): string => `bounds ${catalogId}`;

const loadBounds = (scope: ReadScope, catalogId: string): Promise<Bounds> =>
  scope.cached(`grant-bounds\n${catalogId}`, async () => {
    const { conditions, instants, hasHybrid } = await listBounds(scope.tx, catalogId);
    return {
      value: {
        conditions: conditions.map((text) => ({ text, condition: parseCondition(text) })),
        instantsMs: instants.map((at) => at.getTime()),
        hasHybrid,
      },
      tags: [tag('grant', boundsOf(catalogId)), tag('data-location', catalogId)],
    };
  });

/**
 * A decision that is kept is kept for a state of the world: for the conditions that hold, and for the time between two
 * instants at which some grant begins or ends. Where no grant is bounded and no location hybrid there is one state.
 */
export async function inForce(scope: ReadScope, catalogId: string): Promise<InForce> {
  const { conditions, instantsMs, hasHybrid } = await loadBounds(scope, catalogId);
  const now = scope.clock.now();
  if (conditions.length === 0 && instantsMs.length === 0) {
    return { conditions: [], now, hasHybrid, key: hasHybrid ? 'hybrid' : '' };
  }
  const facts = factsOf(scope.caller, now);
  const holding = conditions.filter(({ condition }) => holds(condition, facts)).map(({ text }) => text);
  // Not how many have passed: the instants of other things come and go.
  const last = instantsMs.findLast((at) => at <= facts.nowMs);
  return { conditions: holding, now, hasHybrid, key: JSON.stringify([last, holding, hasHybrid]) };
}
