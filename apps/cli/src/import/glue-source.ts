import {
  type ColumnStatistics,
  GetColumnStatisticsForTableCommand,
  GetPartitionsCommand,
  type GetPartitionsRequest,
  type GlueClient,
  paginateGetDatabases,
  paginateGetPartitionIndexes,
  paginateGetTables,
  paginateGetTableVersions,
  paginateGetUserDefinedFunctions,
  type TableVersion,
} from '@aws-sdk/client-glue';

import { toDatabaseInput, toFunctionInput, toPartitionInput, toTableInput } from './glue-documents.ts';
import type { CatalogSource, PartitionPage, PartitionStream, SourceTable } from './source.ts';

const PAGE = 1_000;
const STATISTICS_PER_CALL = 100;

export interface GlueSourceOptions {
  readonly client: GlueClient;
  readonly name: string;
  readonly catalogId?: string | undefined;
  /** 1–10: how many readers share a table's partitions. */
  readonly segments: number;
}

/** A catalog behind Glue's own protocol: AWS, another Lakewarden, moto. */
export function glueSource({ client, name, catalogId, segments }: GlueSourceOptions): CatalogSource {
  const paginator = { client };
  const catalog = { ...(catalogId !== undefined && { CatalogId: catalogId }) };
  const tableNames = (database: string, table: SourceTable) => ({
    ...catalog,
    DatabaseName: database,
    TableName: table.id,
  });

  async function* partitionPages(
    request: GetPartitionsRequest,
    cursor: string | undefined,
  ): AsyncGenerator<PartitionPage> {
    let token = cursor;
    do {
      const answer = await client.send(new GetPartitionsCommand({ ...request, NextToken: token }));
      token = answer.NextToken;
      yield { partitions: (answer.Partitions ?? []).map(toPartitionInput), cursor: token };
    } while (token !== undefined);
  }

  return {
    name,
    async *databases() {
      for await (const page of paginateGetDatabases(paginator, catalog)) {
        for (const each of page.DatabaseList ?? []) {
          yield { input: toDatabaseInput(each), catalogId: each.CatalogId };
        }
      }
    },
    async *tables(database) {
      for await (const page of paginateGetTables(paginator, { ...catalog, DatabaseName: database })) {
        for (const each of page.TableList ?? []) {
          yield { input: toTableInput(each), catalogId: each.CatalogId, id: each.Name ?? '' };
        }
      }
    },
    async *versions(database, table) {
      const found: TableVersion[] = [];
      for await (const page of paginateGetTableVersions(paginator, tableNames(database, table))) {
        found.push(...(page.TableVersions ?? []));
      }
      // The service promises no order.
      found.sort((a, b) => Number(a.VersionId) - Number(b.VersionId));
      for (const { Table: version } of found) {
        if (version !== undefined) yield toTableInput(version);
      }
    },
    async partitions(database, table) {
      const request: GetPartitionsRequest = { ...tableNames(database, table), MaxResults: PAGE };
      const probe = await client.send(new GetPartitionsCommand(request));
      if (probe.NextToken === undefined) {
        // All of it already. Segments would only multiply the calls, and moto does not know them.
        const page = { partitions: (probe.Partitions ?? []).map(toPartitionInput) };
        return [{ name: 'whole', pages: () => one(page) }];
      }
      return Array.from({ length: segments }, (_, number): PartitionStream => ({
        name: `segment ${String(number)} of ${String(segments)}`,
        pages: (cursor) =>
          partitionPages({ ...request, Segment: { SegmentNumber: number, TotalSegments: segments } }, cursor),
      }));
    },
    async indexes(database, table) {
      const found = [];
      for await (const page of paginateGetPartitionIndexes(paginator, tableNames(database, table))) {
        for (const index of page.PartitionIndexDescriptorList ?? []) {
          if (index.IndexStatus !== 'ACTIVE' && index.IndexStatus !== 'CREATING') continue;
          found.push({
            name: index.IndexName ?? '',
            keys: (index.Keys ?? []).flatMap((key) => key.Name ?? []),
          });
        }
      }
      return found;
    },
    async statistics(database, table) {
      const columns = (table.input.StorageDescriptor?.Columns ?? []).flatMap((column) => column.Name ?? []);
      const found: ColumnStatistics[] = [];
      for (let from = 0; from < columns.length; from += STATISTICS_PER_CALL) {
        const answer = await client.send(
          new GetColumnStatisticsForTableCommand({
            ...tableNames(database, table),
            ColumnNames: columns.slice(from, from + STATISTICS_PER_CALL),
          }),
        );
        found.push(...(answer.ColumnStatisticsList ?? []));
      }
      return found;
    },
    async *functions(database) {
      const request = { ...catalog, DatabaseName: database, Pattern: '*' };
      for await (const page of paginateGetUserDefinedFunctions(paginator, request)) {
        for (const each of page.UserDefinedFunctions ?? []) yield toFunctionInput(each);
      }
    },
    close() {
      client.destroy();
      return Promise.resolve();
    },
  };
}

async function* one<T>(item: T): AsyncGenerator<T> {
  yield await Promise.resolve(item);
}
