import { type ColumnScope, defineRead, invalid, LakewardenError, type ReadScope } from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import {
  catalogIdOf,
  describeAsked,
  type GrantResource,
  type ResolvedResource,
  resolveResource,
} from '../grant/granted-resource.ts';
import { mayKnow } from '../grant/may-know.ts';
import { effectiveTags, type Tags } from './expression.ts';
import { type SeenTags, seenTagsOfDatabases, seenTagsOfTables } from './seen-tags.ts';
import { insufficient } from './tag-permission.ts';

export type TagList = readonly { readonly key: string; readonly value: string }[];

/** What a resource carries, by where it comes from. */
export interface ResourceTags {
  readonly database: TagList;
  readonly table: TagList;
  readonly columns: readonly { readonly name: string; readonly tags: TagList }[];
}

const listOf = (tags: Tags): TagList =>
  [...tags].map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1));

/**
 * `effective`: what each carries, inherited or its own; columns without a tag of their own are left out. `assigned`:
 * what was put on each.
 */
export function resourceTags(
  { assigned, isVisible }: Pick<SeenTags, 'assigned' | 'isVisible'>,
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

/** Of the columns that are asked about; undefined where the caller does not see one of them. */
function ofColumns(seen: SeenTags, asked: ColumnScope): SeenTags | undefined {
  if (asked.kind !== 'include') return seen;
  const { names } = asked;
  if (names.some((name) => !seen.columns.includes(name))) return undefined;
  const assigned = seen.assigned.filter(({ column }) => column === '' || names.includes(column));
  return { ...seen, assigned, columns: names };
}

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
    const kind = onlyAssigned ? 'assigned' : 'effective';
    if (catalogIdOf(resource) !== catalogId) {
      throw invalid(`Resource is of account ${catalogIdOf(resource)}, the request of ${catalogId}.`);
    }
    const on = await resolveSeen(scope, resource);
    const refused = async (): Promise<LakewardenError> => {
      // Asked by itself: the audit event tells of what it was refused, and what was missing.
      await scope.permissions.decide(scope, { permission: 'DESCRIBE', resource: on.on });
      return insufficient('DESCRIBE', describeAsked(resource));
    };
    const { databaseId = '', tableId = '' } = on;
    if (resource.kind === 'Database') {
      const { name } = resource.database;
      const seen = await seenTagsOfDatabases(scope, catalogId, [{ id: databaseId, name }]);
      const tags = seen.get(databaseId);
      if (tags === undefined) throw await refused();
      return { ...resourceTags(tags, kind), table: [] };
    }
    const tags = (await seenTagsOfTables(scope, catalogId, [tableId])).get(tableId);
    const columns = tags && ofColumns(tags, on.columns);
    if (columns === undefined) throw await refused();
    return resourceTags(columns, kind);
  },
});
