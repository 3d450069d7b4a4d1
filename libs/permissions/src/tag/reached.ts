import { type DatabaseResource, type ReadScope, tag } from '@lakewarden/kernel';

import { byName } from '../by-name.ts';
import type { InForce } from '../condition/in-force.ts';
import type { SliceLine } from '../decision/rule.ts';
import { listTableGrants, type NamedId } from '../grant/grant.repository.ts';
import { findHeldPolicyTypes, listCandidateDatabases, listCandidatesIn } from './policy.repository.ts';
import { policyLines } from './tag-lines.ts';

/** Tables that may be reached are looked at so many at a time until one is. */
const BATCH = 100;

/** Whose policies, and which of them count now. */
interface Whose {
  readonly set: readonly string[];
  readonly force: InForce;
}

/** What kinds of policies the set holds, in force or not: most hold none, and then nothing is asked. */
const heldTypes = (scope: ReadScope, catalogId: string, set: readonly string[]) =>
  scope.cached(`tag-policies\n${catalogId}\n${set.join('\n')}`, async () => ({
    value: await findHeldPolicyTypes(scope.tx, catalogId, set),
    tags: [tag('grant', catalogId)],
  }));

/** Those of the candidates that a policy reaches, in their order, each with the lines of what reaches it. */
async function confirmed(
  scope: ReadScope,
  catalogId: string,
  candidates: readonly NamedId[],
  { set, force }: Whose,
): Promise<{ readonly table: NamedId; readonly lines: SliceLine[] }[]> {
  const ids = candidates.map(({ id }) => id);
  const grants = await listTableGrants(scope.tx, catalogId, ids, [], set, force);
  const lines = grants.flatMap((grant) =>
    grant.policy === undefined ? [] : policyLines(grant, grant.policy),
  );
  return candidates.flatMap((table) => {
    const own = lines.filter(({ resource }) => resource === table.id);
    return own.length === 0 ? [] : [{ table, lines: own }];
  });
}

/** One table of the database that a policy of the set reaches: that shows the database (spec/permissions.md §4). */
export async function firstReached(
  scope: ReadScope,
  { catalogId, databaseId }: DatabaseResource,
  whose: Whose,
): Promise<{ readonly tableId: string; readonly lines: SliceLine[] } | undefined> {
  if (!(await heldTypes(scope, catalogId, whose.set)).isOnTables) return undefined;
  const wanted = { principals: whose.set };
  for (let after = ''; ;) {
    const candidates = await listCandidatesIn(scope.tx, catalogId, databaseId, wanted, after, BATCH);
    const [first] = candidates.length === 0 ? [] : await confirmed(scope, catalogId, candidates, whose);
    if (first !== undefined) return { tableId: first.table.id, lines: first.lines };
    if (candidates.length < BATCH) return undefined;
    after = candidates.at(-1)?.name ?? after;
  }
}

export interface Reaching extends Whose {
  readonly afterName: string;
  readonly limit: number;
  /** What is held by name, at most `limit`, in order. */
  readonly named: readonly NamedId[];
}

/**
 * What is held by name and what policies reach, together in order. Candidates are walked until they have filled the
 * page, or what is held by name has: cost follows what is reached.
 */
async function merged(
  { afterName, limit, named }: Reaching,
  next: (afterName: string, limit: number) => Promise<readonly NamedId[]>,
  keep: (unsure: readonly NamedId[]) => Promise<readonly NamedId[]>,
): Promise<string[]> {
  const known = new Set(named.map(({ id }) => id));
  const last = named.length < limit ? undefined : named.at(-1);
  const reached: NamedId[] = [];
  for (let after = afterName; ;) {
    const candidates = await next(after, limit);
    const unsure = candidates.filter(({ id }) => !known.has(id));
    if (unsure.length > 0) reached.push(...(await keep(unsure)));
    const end = candidates.at(-1);
    if (end === undefined || candidates.length < limit || reached.length >= limit) break;
    if (last !== undefined && byName(end, last) >= 0) break;
    after = end.name;
  }
  return [...named, ...reached]
    .sort(byName)
    .slice(0, limit)
    .map(({ id }) => id);
}

/** Ids of the database's tables that the set may describe, by name or by tags, in the order of their names. */
export async function reachedTables(
  scope: ReadScope,
  { catalogId, databaseId }: DatabaseResource,
  reaching: Reaching,
): Promise<string[]> {
  const { set, named } = reaching;
  if (!(await heldTypes(scope, catalogId, set)).isOnTables) return named.map(({ id }) => id);
  const wanted = { principals: set };
  return merged(
    reaching,
    (after, limit) => listCandidatesIn(scope.tx, catalogId, databaseId, wanted, after, limit),
    async (unsure) => (await confirmed(scope, catalogId, unsure, reaching)).map(({ table }) => table),
  );
}

/** Ids of the databases that the set may know of, likewise. */
export async function reachedDatabases(
  scope: ReadScope,
  catalogId: string,
  reaching: Reaching,
): Promise<string[]> {
  const { set, named } = reaching;
  const { isOnTables, isOnDatabases } = await heldTypes(scope, catalogId, set);
  if (!isOnTables && !isOnDatabases) return named.map(({ id }) => id);
  return merged(
    reaching,
    (after, limit) => listCandidateDatabases(scope.tx, catalogId, set, after, limit),
    async (unsure) => {
      // From memory mostly, and the list asks the same again.
      const decisions = await scope.permissions.decideDatabases(
        scope,
        'DESCRIBE',
        unsure.map(({ id, name }) => ({ type: 'DATABASE', catalogId, databaseId: id, database: name })),
      );
      return unsure.filter((_, i) => decisions[i]?.allowed === true);
    },
  );
}
