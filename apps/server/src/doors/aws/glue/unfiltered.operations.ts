import { tableRef } from '@lakewarden/catalog';
import type { Caller } from '@lakewarden/kernel';
import {
  type EngineRequest,
  getUnfilteredPartitionMetadata,
  getUnfilteredPartitionsMetadata,
  getUnfilteredTableMetadata,
  PERMISSION_TYPES,
} from '@lakewarden/permissions';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { namesIn, toPartitionShape } from './partition.operations.ts';
import { maxResults, nameString, pageToken, requiredCatalogId, valueList } from './shapes.ts';
import { toTableShape } from './table.operations.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;

/** Glue's `Permission`: of them these can be held on a table. */
const permissions = z.array(z.enum(['ALL', 'SELECT', 'ALTER', 'DROP', 'DELETE', 'INSERT'])).max(20);

const engine = z.object({
  Region: z.string().min(1).max(1024).optional(),
  CatalogId: requiredCatalogId,
  DatabaseName: nameString,
  SupportedPermissionTypes: z.array(z.enum(PERMISSION_TYPES)).min(1).max(255),
  // Said for the audit: what an engine reads, and for which of its queries.
  AuditContext: z
    .object({
      AdditionalAuditContext: z.string().max(2048).optional(),
      RequestedColumns: z.array(z.string().min(1).max(1024)).max(10_000).optional(),
      AllColumnsRequested: z.boolean().optional(),
    })
    .optional(),
  QuerySessionContext: z
    .object({
      QueryId: z.string().min(1).max(255).optional(),
      QueryStartTime: z.number().optional(),
      ClusterId: z.string().max(255).optional(),
      QueryAuthorizationId: z.string().min(1).max(255).optional(),
      AdditionalContext: z.record(z.string().max(255), z.string().max(2048)).optional(),
    })
    .optional(),
});

const ofTable = engine.extend({
  Name: nameString,
  // A view gives nothing of its tables (spec/permissions.md §13.4): where a table is read from changes no answer.
  ParentResourceArn: z.string().min(20).max(2048).optional(),
  RootResourceArn: z.string().min(20).max(2048).optional(),
  SupportedDialect: z
    .object({
      Dialect: z.enum(['REDSHIFT', 'ATHENA', 'SPARK']).optional(),
      DialectVersion: z.string().min(1).max(255).optional(),
    })
    .optional(),
  Permissions: permissions.optional(),
});
const ofPartitions = engine.extend({ TableName: nameString });

const toRequest = (input: z.output<typeof engine>, name: string, caller: Caller): EngineRequest => ({
  table: tableRef(caller, { catalogId: input.CatalogId, database: input.DatabaseName, name }),
  region: input.Region,
  supported: input.SupportedPermissionTypes,
  queryAuthorizationId: input.QuerySessionContext?.QueryAuthorizationId,
});

export const unfilteredOperations: OperationTable = {
  GetUnfilteredTableMetadata: operation({
    input: ofTable,
    useCase: getUnfilteredTableMetadata,
    command: (input, caller) => ({
      ...toRequest(input, input.Name, caller),
      permissions: input.Permissions,
    }),
    answer: (found) => {
      const table = toTableShape(found.table);
      const view = found.table.definition['ViewDefinition'];
      return {
        Table: { ...table, IsRegisteredWithLakeFormation: found.isRegistered },
        AuthorizedColumns: found.columns,
        IsRegisteredWithLakeFormation: found.isRegistered,
        CellFilters: found.cellFilters.map(({ column, shownWhere }) => ({
          ColumnName: column,
          RowFilterExpression: shownWhere,
        })),
        RowFilter: found.rowFilter,
        QueryAuthorizationId: found.queryAuthorizationId,
        IsMultiDialectView: table.IsMultiDialectView ?? false,
        IsProtected:
          typeof view === 'object' && view !== null && 'IsProtected' in view && view.IsProtected === true,
        ResourceArn: found.resourceArn,
        Permissions: found.permissions,
      };
    },
  }),
  GetUnfilteredPartitionMetadata: operation({
    input: ofPartitions.extend({ PartitionValues: valueList }),
    useCase: getUnfilteredPartitionMetadata,
    command: (input, caller) => ({
      ...toRequest(input, input.TableName, caller),
      values: input.PartitionValues,
    }),
    answer: ({ partition, columns, isRegistered }, input, caller) => ({
      Partition: toPartitionShape(partition, namesIn(input, caller.accountId)),
      AuthorizedColumns: columns,
      IsRegisteredWithLakeFormation: isRegistered,
    }),
  }),
  GetUnfilteredPartitionsMetadata: operation({
    input: ofPartitions.extend({
      Expression: z.string().max(2048).optional(),
      NextToken: pageToken,
      Segment: z
        .object({ SegmentNumber: z.int().min(0).max(9), TotalSegments: z.int().min(1).max(10) })
        .optional(),
      MaxResults: maxResults(MAX_PAGE),
    }),
    useCase: getUnfilteredPartitionsMetadata,
    command: (input, caller) => ({
      ...toRequest(input, input.TableName, caller),
      expression: input.Expression,
      segment: input.Segment && { number: input.Segment.SegmentNumber, total: input.Segment.TotalSegments },
      limit: input.MaxResults ?? DEFAULT_PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next, columns }, input, caller) => ({
      UnfilteredPartitions: items.map(({ partition, isRegistered }) => ({
        Partition: toPartitionShape(partition, namesIn(input, caller.accountId)),
        AuthorizedColumns: columns,
        IsRegisteredWithLakeFormation: isRegistered,
      })),
      NextToken: next,
    }),
  }),
};
