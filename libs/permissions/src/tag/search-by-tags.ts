import { defineRead, type Page, type PageRequest, type ReadScope, toPage } from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { reachOf, type TagExpression } from './expression.ts';
import { checkedExpression } from './lf-tag.ts';
import { type CandidateTable, listCandidates, listMatchingDatabases } from './policy.repository.ts';
import { type ResourceTags, resourceTags } from './resource-tags.ts';
import { seenTagsOfDatabases, seenTagsOfTables } from './seen-tags.ts';
import { requireVisiblePairs } from './tag-permission.ts';

export interface SearchByTags extends PageRequest {
  readonly catalogId: string;
  readonly expression: TagExpression;
}

export interface FoundDatabase {
  readonly catalogId: string;
  readonly database: string;
  readonly tags: ResourceTags;
}

export interface FoundTable extends FoundDatabase {
  readonly table: string;
}

/** Things that are looked at before the request is let go with a shorter page and a token. */
const LOOKED_AT_LIMIT = 1_000;
const BATCH = 100;

/** Walks candidates until the page is full, or so many have been looked at. */
async function walk<Candidate, Found>(
  limit: number,
  after: Candidate | undefined,
  next: (after: Candidate | undefined) => Promise<readonly Candidate[]>,
  keep: (candidates: readonly Candidate[]) => Promise<readonly Found[]>,
): Promise<{ readonly found: readonly Found[]; readonly lookedAt?: Candidate }> {
  const found: Found[] = [];
  let position = after;
  for (let seen = 0; seen < LOOKED_AT_LIMIT; seen += BATCH) {
    const candidates = await next(position);
    if (candidates.length > 0) found.push(...(await keep(candidates)));
    position = candidates.at(-1) ?? position;
    if (candidates.length < BATCH || found.length > limit) return { found };
  }
  return { found, ...(position !== undefined && { lookedAt: position }) };
}

/** Those that the caller sees, and that match by what he sees: a tag of a hidden column finds nothing. */
async function foundTables(
  scope: ReadScope,
  { catalogId, expression }: SearchByTags,
  candidates: readonly CandidateTable[],
): Promise<(FoundTable & { readonly at: CandidateTable })[]> {
  const seen = await seenTagsOfTables(
    scope,
    catalogId,
    candidates.map(({ id }) => id),
  );
  return candidates.flatMap((at) => {
    const tags = seen.get(at.id);
    if (tags === undefined || reachOf(expression, tags.assigned) === undefined) return [];
    return [{ catalogId, database: at.database, table: at.name, tags: resourceTags(tags, 'effective'), at }];
  });
}

/**
 * Tables whose own tags match, or those of a column that the caller sees; by database and name. A page may be shorter
 * than asked for, even empty, and still have a token.
 * @throws EntityNotFoundException, AccessDeniedException a key or value of the expression
 */
export const searchTablesByLFTags = defineRead({
  action: 'lakeformation:SearchTablesByLFTags',

  async run(scope, command: SearchByTags): Promise<Page<FoundTable>> {
    const { catalogId, limit, token } = command;
    await authorizeLake(scope, catalogId);
    const expression = checkedExpression(command.expression);
    await requireVisiblePairs(scope, catalogId, expression);
    const question = ['SearchTablesByLFTags', catalogId, expression, scope.caller.arn];
    const tokenAfter = ({ database, name }: Pick<CandidateTable, 'database' | 'name'>): string =>
      scope.tokens.issue(question, Buffer.from(JSON.stringify([database, name])));
    const [database = '', name = ''] =
      token === undefined
        ? []
        : (JSON.parse(scope.tokens.open(question, token).toString()) as [string, string]); // signed: tokenAfter's
    const { found, lookedAt } = await walk<
      Pick<CandidateTable, 'database' | 'name'> & Partial<CandidateTable>,
      FoundTable & { readonly at: CandidateTable }
    >(
      limit,
      { database, name },
      (after) =>
        listCandidates(
          scope.tx,
          catalogId,
          { expression },
          { database: after?.database ?? '', table: after?.name ?? '' },
          BATCH,
        ),
      (candidates) =>
        foundTables(
          scope,
          { ...command, expression },
          candidates.flatMap(({ id, databaseId, ...names }) =>
            id === undefined || databaseId === undefined ? [] : [{ ...names, id, databaseId }],
          ),
        ),
    );
    const page = toPage(found, limit, ({ at }) => tokenAfter(at));
    const next = page.next ?? (lookedAt && tokenAfter(lookedAt));
    return { ...page, ...(next !== undefined && { next }) };
  },
});

/** Databases that match, of those that the caller may describe; by name. @throws as searchTablesByLFTags */
export const searchDatabasesByLFTags = defineRead({
  action: 'lakeformation:SearchDatabasesByLFTags',

  async run(scope, command: SearchByTags): Promise<Page<FoundDatabase>> {
    const { catalogId, limit, token } = command;
    await authorizeLake(scope, catalogId);
    const expression = checkedExpression(command.expression);
    await requireVisiblePairs(scope, catalogId, expression);
    const question = ['SearchDatabasesByLFTags', catalogId, expression, scope.caller.arn];
    const tokenAfter = (name: string): string => scope.tokens.issue(question, Buffer.from(name));
    const start = token === undefined ? '' : scope.tokens.open(question, token).toString();
    const { found, lookedAt } = await walk<{ readonly id: string; readonly name: string }, FoundDatabase>(
      limit,
      { id: '', name: start },
      (after) => listMatchingDatabases(scope.tx, catalogId, expression, after?.name ?? '', BATCH),
      (candidates) => foundDatabases(scope, catalogId, candidates),
    );
    const page = toPage(found, limit, ({ database }) => tokenAfter(database));
    const next = page.next ?? (lookedAt && tokenAfter(lookedAt.name));
    return { ...page, ...(next !== undefined && { next }) };
  },
});

/** Of one that he may only know to be there he learns no tag. */
async function foundDatabases(
  scope: ReadScope,
  catalogId: string,
  candidates: readonly { readonly id: string; readonly name: string }[],
): Promise<FoundDatabase[]> {
  const seen = await seenTagsOfDatabases(scope, catalogId, candidates);
  return candidates.flatMap(({ id, name }) => {
    const tags = seen.get(id);
    return tags === undefined ? [] : [{ catalogId, database: name, tags: resourceTags(tags, 'effective') }];
  });
}
