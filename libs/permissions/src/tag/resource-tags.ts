import { lookUpTables, type Table } from '@lakewarden/catalog';
import {
  type ColumnScope,
  defineRead,
  invalid,
  LakewardenError,
  type ReadScope,
  showsColumn,
} from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import {
  catalogIdOf,
  describeAsked,
  type GrantResource,
  type ResolvedResource,
  resolveResource,
} from '../grant/granted-resource.ts';
import { mayKnow } from '../grant/may-know.ts';
import { type AssignedTag, effectiveTags, type Tags } from './expression.ts';
import { findLFTags } from './lf-tag.repository.ts';
import { listAssigned } from './tag-assignment.repository.ts';
import { insufficient, visibleTags } from './tag-permission.ts';

export type TagList = readonly { readonly key: string; readonly value: string }[];

/** What a resource carries, by where it comes from. */
export interface ResourceTags {
  readonly database: TagList;
  readonly table: TagList;
  readonly columns: readonly { readonly name: string; readonly tags: TagList }[];
}

/** Those pairs that the caller may DESCRIBE. */
export async function visiblePairs(
  scope: ReadScope,
  catalogId: string,
  assigned: readonly AssignedTag[],
): Promise<AssignedTag[]> {
  const keys = [...new Set(assigned.map(({ key }) => key))];
  const tags = await visibleTags(scope, catalogId, await findLFTags(scope.tx, catalogId, keys));
  return assigned.filter(({ key, value }) =>
    tags.some((tag) => tag.key === key && tag.values.includes(value)),
  );
}

const listOf = (tags: Tags): TagList =>
  [...tags].map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1));

/**
 * `effective`: what each carries, inherited or its own; columns without a tag of their own are left out. `assigned`:
 * what was put on each.
 */
export function resourceTags(
  assigned: readonly AssignedTag[],
  isVisible: ({ key, value }: { readonly key: string; readonly value: string }) => boolean,
  kind: 'assigned' | 'effective',
): ResourceTags {
  const { database, table, columns } = effectiveTags(assigned);
  const seen = (tags: Tags): TagList => listOf(tags).filter(isVisible);
  const ownOf = (column: string): TagList =>
    assigned
      .filter((each) => each.level === 'table' && each.column === column)
      .map(({ key, value }) => ({ key, value }))
      .filter(isVisible);
  return {
    database: seen(database),
    table: kind === 'effective' ? seen(table) : ownOf(''),
    columns: [...columns]
      .map(([name, tags]) => ({ name, tags: kind === 'effective' ? seen(tags) : ownOf(name) }))
      .filter(({ tags }) => tags.length > 0),
  };
}

export interface GetResourceTags {
  readonly catalogId: string;
  readonly resource: GrantResource;
  /** What was put on each level alone, without what is inherited. */
  readonly onlyAssigned: boolean;
}

/** @throws AccessDeniedException, EntityNotFoundException to those who may know */
async function resolveSeen(scope: ReadScope, resource: GrantResource): Promise<ResolvedResource> {
  try {
    return await resolveResource(scope, resource);
  } catch (error) {
    if (!(error instanceof LakewardenError) || error.code !== 'EntityNotFoundException') throw error;
    if (await mayKnow(scope, resource)) throw error;
    throw insufficient('DESCRIBE', describeAsked(resource));
  }
}

/** The columns of the table that the caller sees, in lower case. @throws AccessDeniedException he sees none */
async function seenColumns(
  scope: ReadScope,
  resource: GrantResource,
  on: ResolvedResource,
): Promise<string[]> {
  const refused = insufficient('DESCRIBE', describeAsked(resource));
  const { allowed, columns } = await scope.permissions.decide(scope, {
    permission: 'DESCRIBE',
    resource: on.on,
  });
  const [table] = allowed ? await lookUpTables(scope, [on.tableId ?? '']) : [];
  if (table === undefined) throw refused;
  const names = columnNames(table);
  const seen = shownOf(names, columns);
  if (names.length > 0 && seen.length === 0) throw refused;
  const asked: ColumnScope = on.columns;
  if (asked.kind !== 'include') return seen;
  if (asked.names.some((name) => !seen.includes(name))) throw refused;
  return [...asked.names];
}

/** In lower case. */
export const columnNames = ({ definition, partitionKeys }: Table): string[] =>
  [...(definition.StorageDescriptor?.Columns ?? []), ...partitionKeys].map(({ Name }) => Name.toLowerCase());

export const shownOf = (names: readonly string[], columns: readonly ColumnScope[]): string[] =>
  names.filter((name) => showsColumn(columns, name));

/**
 * Of a resource that the caller may describe: its tags and its columns', as far as he may DESCRIBE them.
 * @throws InvalidInputException a resource that carries none
 * @throws AccessDeniedException, EntityNotFoundException
 */
export const getResourceLFTags = defineRead({
  action: 'lakeformation:GetResourceLFTags',

  async run(scope, { catalogId, resource, onlyAssigned }: GetResourceTags): Promise<ResourceTags> {
    await authorizeLake(scope, catalogId);
    if (resource.kind !== 'Database' && resource.kind !== 'Table' && resource.kind !== 'TableWithColumns') {
      throw invalid(`A ${resource.kind} carries no LF-tags: name a Database, Table or TableWithColumns.`);
    }
    if (catalogIdOf(resource) !== catalogId) {
      throw invalid(`Resource is of account ${catalogIdOf(resource)}, the request of ${catalogId}.`);
    }
    const on = await resolveSeen(scope, resource);
    const columns = resource.kind === 'Database' ? [] : await seenColumns(scope, resource, on);
    if (resource.kind === 'Database') {
      const decision = await scope.permissions.decide(scope, { permission: 'DESCRIBE', resource: on.on });
      // Who is shown that it is there is told no more of it (spec §4).
      if (!decision.allowed || !decision.isWhole) throw insufficient('DESCRIBE', describeAsked(resource));
    }
    const all = await listAssigned(scope.tx, on.databaseId ?? '', on.tableId);
    const assigned = all.filter(({ column }) => column === '' || columns.includes(column));
    const visible = await visiblePairs(scope, catalogId, assigned);
    const isVisible: Parameters<typeof resourceTags>[1] = (pair) =>
      visible.some(({ key, value }) => key === pair.key && value === pair.value);
    const tags = resourceTags(assigned, isVisible, onlyAssigned ? 'assigned' : 'effective');
    return resource.kind === 'Database' ? { ...tags, table: [] } : tags;
  },
});
