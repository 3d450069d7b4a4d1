import { defineRead, invalid, type Page, type PageRequest, type ReadScope, toPage } from '@lakewarden/kernel';

import { tableResource } from '../permission.ts';
import { authorizeCatalog } from '../reference.ts';
import { type ResourceShareType, showsOwn } from '../share-type.ts';
import { withRegistration } from '../table/registered-table.ts';
import { listTablesById } from '../table/table.repository.ts';
import type { Table } from '../table/table.ts';
import { isShown, visibleTable } from '../table/visible-table.ts';
import { candidatesOf } from './candidates.ts';
import { type SearchFilter, type SearchRule, searchRule } from './search-rule.ts';
import {
  findDatabasesHolding,
  type Narrowed,
  type SearchOrder,
  type SearchPosition,
  type SortField,
} from './search.repository.ts';
import { wordsOf } from './search-words.ts';

export interface SearchTables extends PageRequest {
  readonly catalogId: string;
  /** In quotes: a whole value. Otherwise any of its words. */
  readonly text?: string | undefined;
  readonly filters: readonly SearchFilter[];
  readonly sort?: { readonly field: string; readonly isDescending: boolean } | undefined;
  readonly shareType?: ResourceShareType | undefined;
}

/** SortCriteria's FieldName, in lower case. */
const FIELDS: Readonly<Record<string, SortField>> = {
  name: 'name',
  createtime: 'createdAt',
  updatetime: 'updatedAt',
};

/** Tables that are looked at, one by one, before the request is let go with a shorter page and a token. */
const LOOKED_AT_LIMIT = 1_000;
/** Tables are read about as many at a time as a page takes: most that may match do. */
const MIN_BATCH = 25;
const MAX_BATCH = 200;
/** A caller who knows of more databases is not worth narrowing by. */
const MAX_DATABASES = 1_000;

/** By name where nothing is said. @throws InvalidInputException */
function orderOf(sort: SearchTables['sort']): SearchOrder {
  if (sort === undefined) return { field: 'name', isDescending: false };
  const folded = sort.field.toLowerCase();
  const field = Object.hasOwn(FIELDS, folded) ? FIELDS[folded] : undefined;
  if (field === undefined) {
    throw invalid(`Tables cannot be sorted by ${sort.field}: only by Name, CreateTime or UpdateTime.`);
  }
  return { field, isDescending: sort.isDescending };
}

const toToken = ({ value, id }: SearchPosition): Buffer =>
  Buffer.from(JSON.stringify([value instanceof Date ? value.getTime() : value, id]));

function fromToken(token: Buffer): SearchPosition {
  const [value, id] = JSON.parse(token.toString()) as [string | number, string]; // signed: it is toToken's
  return { value: typeof value === 'number' ? new Date(value) : value, id };
}

/** Undefined: every database. Empty: none that the caller may know of, or none of that name. */
async function databasesOf(
  scope: ReadScope,
  catalogId: string,
  words: readonly string[],
): Promise<readonly string[] | undefined> {
  const visible = await scope.permissions.visibleDatabases(scope, catalogId, '', MAX_DATABASES);
  const known = visible === 'all' || visible.length >= MAX_DATABASES ? undefined : visible;
  const [first] = words;
  if (first === undefined) return known;
  const named = (await findDatabasesHolding(scope.tx, catalogId, first, MAX_DATABASES + 1)).filter(
    ({ name }) => words.every((word) => wordsOf(name).includes(word)),
  );
  // So many of one word: the rule alone decides.
  if (named.length > MAX_DATABASES) return known;
  const ids = named.map(({ id }) => id);
  return known === undefined ? ids : ids.filter((id) => known.includes(id));
}

/**
 * Permissions filter twice. What the caller may know of narrows the search: a catalog that is not his to list is
 * searched in the databases that his grants reach, and in no other. And each table that may match is cut to what he
 * sees of it before the rule is asked, so that a word in a hidden column, or about one, finds nothing; neither does it
 * show in the length of a page, which counts what is found.
 */
async function shownMatches(
  scope: ReadScope,
  rule: SearchRule,
  positions: readonly SearchPosition[],
): Promise<Map<string, Table>> {
  const tables = await listTablesById(
    scope.tx,
    positions.map(({ id }) => id),
  );
  const decisions = await scope.permissions.decideTables(scope, 'DESCRIBE', tables.map(tableResource));
  const shown = new Map<string, Table>();
  for (const [i, table] of (await withRegistration(scope, tables)).entries()) {
    const decision = decisions[i];
    if (decision === undefined || !isShown(table, decision)) continue;
    const visible = visibleTable(table, decision);
    if (rule.matches(visible)) shown.set(table.id, visible);
  }
  return shown;
}

interface Found extends SearchPosition {
  readonly table: Table;
}

/**
 * The tables of a catalog that match, links as themselves. A page may be shorter than asked for, even empty, and still
 * have a token: the search looks at so many tables a request and no more.
 * @throws InvalidInputException a time that is none, a field that is no order
 * @see spec/catalog.md §4
 */
export const searchTables = defineRead({
  action: 'glue:SearchTables',

  async run(scope, command: SearchTables): Promise<Page<Table>> {
    await authorizeCatalog(scope, command.catalogId);
    const { catalogId, text, filters, sort, shareType, limit } = command;
    const rule = searchRule(catalogId, text, filters);
    const order = orderOf(sort);
    const question = ['SearchTables', catalogId, text, filters, sort, shareType, scope.caller.arn];
    const after =
      command.token === undefined ? undefined : fromToken(scope.tokens.open(question, command.token));
    const tokenAfter = (last: SearchPosition): string => scope.tokens.issue(question, toToken(last));
    const pageOf = (found: readonly Found[], lookedAt?: SearchPosition): Page<Table> => {
      const page = toPage(found, limit, tokenAfter);
      const next = page.next ?? (lookedAt && tokenAfter(lookedAt));
      return {
        items: page.items.map(({ table }) => table),
        cursorAt: page.cursorAt,
        ...(next !== undefined && { next }),
      };
    };

    const databaseIds = await databasesOf(scope, catalogId, rule.databaseWords);
    // Nobody shares a table with another account's catalog yet: the own ones are all.
    if (!rule.isSatisfiable || !showsOwn(shareType) || databaseIds?.length === 0) return pageOf([]);
    const { allTerms, anyTerms, times } = rule;
    const narrowed: Narrowed = { catalogId, allTerms, anyTerms, times, databaseIds };
    const found: Found[] = [];
    let lookedAt = 0;
    const batch = Math.min(Math.max(limit + 1, MIN_BATCH), MAX_BATCH);
    for await (const { positions, end } of candidatesOf(scope.tx, narrowed, order, after, batch)) {
      const matches = await shownMatches(scope, rule, positions);
      for (const position of positions) {
        const table = matches.get(position.id);
        if (table !== undefined) found.push({ ...position, table });
      }
      if (found.length > limit) return pageOf(found);
      lookedAt += positions.length;
      if (end !== undefined && (end.isFar || lookedAt >= LOOKED_AT_LIMIT)) return pageOf(found, end.position);
    }
    return pageOf(found);
  },
});
