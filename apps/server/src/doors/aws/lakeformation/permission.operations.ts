import type { Caller } from '@lakewarden/kernel';
import {
  batchGrantPermissions,
  batchRevokePermissions,
  type BatchFailure,
  type GrantEntry,
  grantPermissions,
  type HeldPermissions,
  listPermissions,
  revokePermissions,
} from '@lakewarden/permissions';
import { z } from 'zod';

import { errorDetail } from '../glue/error-detail.ts';
import { catalogId, maxResults, pageToken, seconds } from '../glue/shapes.ts';
import { operation, type OperationTable } from '../operation.ts';
import { toTagResource } from './tag-shapes.ts';
import { ALL_TABLES, condition, grantResource, permissions, principal, resource } from './shapes.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;
const MAX_ENTRIES = 20;
const LISTED_TYPES = [
  'CATALOG',
  'DATABASE',
  'TABLE',
  'DATA_LOCATION',
  'LF_TAG',
  'LF_TAG_POLICY',
  'LF_TAG_POLICY_DATABASE',
  'LF_TAG_POLICY_TABLE',
  'LF_NAMED_TAG_EXPRESSION',
] as const;

const entry = z.object({
  Principal: principal,
  Resource: resource,
  Permissions: permissions,
  PermissionsWithGrantOption: permissions.optional(),
  Condition: condition.optional(),
});
type Entry = z.output<typeof entry>;

const batch = z.object({
  CatalogId: catalogId,
  Entries: z
    .array(
      entry.extend({
        Id: z.string().min(1).max(255),
        Principal: principal,
        Permissions: permissions.optional(),
      }),
    )
    .max(MAX_ENTRIES),
});
type Batch = z.output<typeof batch>;

/** What an entry names without an owner is of the request's catalog. */
const owned = (caller: Caller, owner: string | undefined): Caller =>
  owner === undefined ? caller : { ...caller, accountId: owner };

interface LooseEntry extends Omit<Entry, 'Permissions'> {
  readonly Permissions?: Entry['Permissions'] | undefined;
}

const toEntry = (input: LooseEntry, caller: Caller): GrantEntry => ({
  principal: input.Principal.DataLakePrincipalIdentifier,
  resource: grantResource(input.Resource, caller),
  permissions: input.Permissions ?? [],
  withGrantOption: input.PermissionsWithGrantOption ?? [],
  condition: input.Condition?.Expression === '' ? undefined : input.Condition?.Expression,
});

const toEntries = ({ CatalogId, Entries }: Batch, caller: Caller) =>
  Entries.map((each) => ({ id: each.Id, ...toEntry(each, owned(caller, CatalogId)) }));

const toFailures = (failures: readonly BatchFailure[], { Entries }: Batch) => ({
  Failures: failures.map(({ id, error }) => ({
    RequestEntry: Entries.find(({ Id }) => Id === id),
    Error: errorDetail(error),
  })),
});

export const toResource = (held: HeldPermissions) => {
  const { catalogId: CatalogId, database: DatabaseName, table: Name } = held;
  switch (held.type) {
    case 'CATALOG':
      return { Catalog: { Id: CatalogId } };
    case 'DATABASE':
      return { Database: { CatalogId, Name: DatabaseName } };
    case 'TABLE':
      return { Table: { CatalogId, DatabaseName, Name } };
    case 'TABLE_WILDCARD':
      return { Table: { CatalogId, DatabaseName, Name: ALL_TABLES, TableWildcard: {} } };
    case 'FILTER':
      return {
        DataCellsFilter: { TableCatalogId: CatalogId, DatabaseName, TableName: Name, Name: held.filter },
      };
    case 'COLUMNS':
      return { TableWithColumns: { CatalogId, DatabaseName, Name, ColumnNames: held.columns } };
    case 'DATA_LOCATION':
      return { DataLocation: { CatalogId, ResourceArn: held.columns[0] } };
    case 'COLUMNS_EXCEPT':
      return {
        TableWithColumns: {
          CatalogId,
          DatabaseName,
          Name,
          ColumnWildcard: held.columns.length === 0 ? {} : { ExcludedColumnNames: held.columns },
        },
      };
    case 'LF_TAG':
    case 'LF_TAG_EXPRESSION':
    case 'LF_TAG_POLICY_DATABASE':
    case 'LF_TAG_POLICY_TABLE':
      return toTagResource(held);
  }
};

export const toHeldShape = (held: HeldPermissions) => ({
  Principal: { DataLakePrincipalIdentifier: held.principal },
  Resource: toResource(held),
  Permissions: held.permissions,
  PermissionsWithGrantOption: held.withGrantOption,
  Condition: held.condition === undefined ? undefined : { Expression: held.condition },
  LastUpdated: seconds(held.lastUpdatedAt),
  LastUpdatedBy: held.lastUpdatedBy,
});

export const permissionOperations: OperationTable = {
  GrantPermissions: operation({
    input: entry.extend({ CatalogId: catalogId }),
    useCase: grantPermissions,
    command: (input, caller) => toEntry(input, owned(caller, input.CatalogId)),
    answer: () => ({}),
  }),
  RevokePermissions: operation({
    input: entry.extend({ CatalogId: catalogId }),
    useCase: revokePermissions,
    command: (input, caller) => toEntry(input, owned(caller, input.CatalogId)),
    answer: () => ({}),
  }),
  BatchGrantPermissions: operation({
    input: batch,
    useCase: batchGrantPermissions,
    command: toEntries,
    answer: toFailures,
  }),
  BatchRevokePermissions: operation({
    input: batch,
    useCase: batchRevokePermissions,
    command: toEntries,
    answer: toFailures,
  }),
  ListPermissions: operation({
    input: z.object({
      CatalogId: catalogId,
      Principal: principal.optional(),
      ResourceType: z.enum(LISTED_TYPES).optional(),
      Resource: resource.optional(),
      NextToken: pageToken,
      MaxResults: maxResults(MAX_PAGE),
      IncludeRelated: z.string().max(5).optional(),
    }),
    useCase: listPermissions,
    command: (input, caller) => ({
      catalogId: input.CatalogId ?? caller.accountId,
      principal: input.Principal?.DataLakePrincipalIdentifier,
      resourceType: input.ResourceType,
      resource: input.Resource && grantResource(input.Resource, owned(caller, input.CatalogId)),
      includeRelated: input.IncludeRelated?.toLowerCase() === 'true',
      limit: input.MaxResults ?? DEFAULT_PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({
      PrincipalResourcePermissions: items.map(toHeldShape),
      NextToken: next,
    }),
  }),
};
