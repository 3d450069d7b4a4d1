import { type Decision, invalid, type WriteScope } from '@lakewarden/kernel';

import { parseCondition } from './condition.ts';
import { boundsOf } from './in-force.ts';

/** What bounds a grant in its sessions and in time. */
export interface GrantBounds {
  readonly condition?: string | undefined;
  readonly validFrom?: Date | undefined;
  readonly validUntil?: Date | undefined;
}

export const isBounded = ({ condition, validFrom, validUntil }: GrantBounds): boolean =>
  condition !== undefined || validFrom !== undefined || validUntil !== undefined;

/** @throws InvalidInputException what the condition says, or a time that is none */
export function refuseUnfitBounds({ condition, validFrom, validUntil }: GrantBounds, now: Date): void {
  if (condition !== undefined) parseCondition(condition);
  if (validUntil === undefined) return;
  if (validUntil <= now) throw invalid('validUntil is past: such a grant would never count.');
  if (validFrom !== undefined && validFrom >= validUntil)
    throw invalid('validFrom is not before validUntil.');
}

/** Whether what holds under the outer bounds covers all that the inner ones allow. */
const covers = (outer: GrantBounds, inner: GrantBounds): boolean =>
  (outer.condition === undefined || outer.condition === inner.condition) &&
  (outer.validFrom === undefined || (inner.validFrom !== undefined && inner.validFrom >= outer.validFrom)) &&
  (outer.validUntil === undefined ||
    (inner.validUntil !== undefined && inner.validUntil <= outer.validUntil));

/**
 * What of a decision reaches as far as a grant within these bounds: who holds until Friday passes nothing on for longer.
 * A grant that has begun covers one that begins at once.
 */
export function reachingWithin(held: Decision, bounds: GrantBounds, now: Date): Decision {
  const wanted: GrantBounds = { ...bounds, validFrom: bounds.validFrom ?? now };
  const isCovered = held.because.map((reason) => covers(reason, wanted));
  return {
    ...held,
    allowed: held.allowed && isCovered.includes(true),
    columns: held.columns.filter((_, i) => isCovered[i]),
    because: held.because.filter((_, i) => isCovered[i]),
  };
}

/** Whoever keeps which bounds there are hears of new ones. */
export function announceBounds(scope: WriteScope, catalogId: string, bounds: GrantBounds): void {
  if (isBounded(bounds))
    scope.changed({ accountId: catalogId, kind: 'grant', subjectId: boundsOf(catalogId) });
}
