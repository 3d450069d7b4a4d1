import type { Column, DatabaseInput, PartitionInput, TableInput } from '@aws-sdk/client-glue';

import type { CatalogSource, PartitionPage, SourceTable } from '../source.ts';
import { toColumnStatistics } from './column-statistics.ts';
import type { MetastoreDatabase, Row } from './metastore-database.ts';
import { distinct, groupBy, nameOf, numberOf, parametersOf, rowsOf, textOf } from './rows.ts';
import { loadDescriptors } from './storage-descriptors.ts';

const DATABASES = 500;
const TABLES = 500;
const PARTITIONS = 5_000;

const RESOURCE_TYPES = ['JAR', 'FILE', 'ARCHIVE'] as const;
const OWNER_TYPES = ['USER', 'ROLE', 'GROUP'] as const;

/** Hive's seconds as Glue's instant; never is 0 in both. */
const instant = (seconds: unknown): Date => new Date(numberOf(seconds) * 1000);

const toDatabaseInput = (row: Row, parameters: readonly Row[] | undefined): DatabaseInput => {
  const description = textOf(row['DESC']);
  const location = nameOf(row['DB_LOCATION_URI']);
  return {
    Name: textOf(row['NAME'])?.toLowerCase(),
    ...(description !== undefined && { Description: description }),
    ...(location !== undefined && { LocationUri: location }),
    Parameters: parametersOf(parameters),
  };
};

const toPartitionKey = (row: Row): Column => {
  const comment = textOf(row['PKEY_COMMENT']);
  return {
    Name: textOf(row['PKEY_NAME'])?.toLowerCase(),
    Type: textOf(row['PKEY_TYPE']),
    ...(comment !== undefined && { Comment: comment }),
  };
};

export interface HiveSourceOptions {
  readonly database: MetastoreDatabase;
  readonly name: string;
  /** Hive 3 and later have several; `hive` is the one that everybody uses. */
  readonly catalog: string;
}

/**
 * A Hive metastore's own tables, read in batches by key, turned into what Hive's Glue client would send
 * (awslabs/aws-glue-data-catalog-client-for-apache-hive-metastore, HiveToCatalogConverter).
 */
export function hiveSource({ database, name, catalog }: HiveSourceOptions): CatalogSource {
  const databaseIds = new Map<string, string>();

  /** Pages of one table by its number, from behind the last one seen. */
  async function* pages(
    table: string,
    id: string,
    limit: number,
    where: string,
    values: readonly string[],
    after = '-1',
  ): AsyncGenerator<readonly Row[]> {
    for (let last = after; ;) {
      const rows = await database.query(
        `SELECT * FROM "${table}" WHERE ${where}"${id}" > ? ORDER BY "${id}" LIMIT ${String(limit)}`,
        [...values, last],
      );
      if (rows.length > 0) yield rows;
      if (rows.length < limit) return;
      last = textOf(rows.at(-1)?.[id]) ?? last;
    }
  }

  const grouped = async (rows: readonly Row[], id: string, table: string, order: string, idThere = id) =>
    groupBy(
      await rowsOf(
        database,
        distinct(rows, id),
        (list) =>
          `SELECT * FROM "${table}" WHERE "${idThere}" IN (${list}) ORDER BY "${idThere}", "${order}"`,
      ),
      idThere,
    );

  async function toTables(rows: readonly Row[]): Promise<SourceTable[]> {
    const parameters = await grouped(rows, 'TBL_ID', 'TABLE_PARAMS', 'PARAM_KEY');
    const keys = await grouped(rows, 'TBL_ID', 'PARTITION_KEYS', 'INTEGER_IDX');
    const descriptors = await loadDescriptors(database, distinct(rows, 'SD_ID'));
    return rows.map((row): SourceTable => {
      const id = textOf(row['TBL_ID']) ?? '';
      const owner = nameOf(row['OWNER']);
      const type = nameOf(row['TBL_TYPE']);
      const descriptor = descriptors.get(textOf(row['SD_ID']) ?? '');
      const original = textOf(row['VIEW_ORIGINAL_TEXT']);
      const expanded = textOf(row['VIEW_EXPANDED_TEXT']);
      const input: TableInput = {
        Name: textOf(row['TBL_NAME'])?.toLowerCase(),
        ...(owner !== undefined && { Owner: owner }),
        LastAccessTime: instant(row['LAST_ACCESS_TIME']),
        Retention: numberOf(row['RETENTION']),
        ...(descriptor !== undefined && { StorageDescriptor: descriptor }),
        PartitionKeys: (keys.get(id) ?? []).map(toPartitionKey),
        ...(original !== undefined && { ViewOriginalText: original }),
        ...(expanded !== undefined && { ViewExpandedText: expanded }),
        ...(type !== undefined && { TableType: type }),
        Parameters: parametersOf(parameters.get(id)),
      };
      return { input, id };
    });
  }

  async function toPartitions(rows: readonly Row[]): Promise<PartitionInput[]> {
    const values = await grouped(rows, 'PART_ID', 'PARTITION_KEY_VALS', 'INTEGER_IDX');
    const parameters = await grouped(rows, 'PART_ID', 'PARTITION_PARAMS', 'PARAM_KEY');
    const descriptors = await loadDescriptors(database, distinct(rows, 'SD_ID'));
    return rows.map((row): PartitionInput => {
      const id = textOf(row['PART_ID']) ?? '';
      const descriptor = descriptors.get(textOf(row['SD_ID']) ?? '');
      return {
        Values: (values.get(id) ?? []).map((value) => textOf(value['PART_KEY_VAL']) ?? ''),
        LastAccessTime: instant(row['LAST_ACCESS_TIME']),
        ...(descriptor !== undefined && { StorageDescriptor: descriptor }),
        Parameters: parametersOf(parameters.get(id)),
      };
    });
  }

  async function* partitionPages(table: string, cursor: string | undefined): AsyncGenerator<PartitionPage> {
    for await (const rows of pages(
      'PARTITIONS',
      'PART_ID',
      PARTITIONS,
      '"TBL_ID" = ? AND ',
      [table],
      cursor,
    )) {
      yield { partitions: await toPartitions(rows), cursor: textOf(rows.at(-1)?.['PART_ID']) };
    }
  }

  return {
    name,
    async *databases() {
      for await (const all of pages('DBS', 'DB_ID', DATABASES, '', [])) {
        // Hive 2 has no catalogs, and no column for them.
        const rows = all.filter((row) => (row['CTLG_NAME'] ?? catalog) === catalog);
        const parameters = await grouped(rows, 'DB_ID', 'DATABASE_PARAMS', 'PARAM_KEY');
        for (const row of rows) {
          const id = textOf(row['DB_ID']) ?? '';
          const input = toDatabaseInput(row, parameters.get(id));
          databaseIds.set(input.Name ?? '', id);
          yield { input };
        }
      }
    },
    async *tables(databaseName) {
      const id = databaseIds.get(databaseName) ?? '';
      for await (const rows of pages('TBLS', 'TBL_ID', TABLES, '"DB_ID" = ? AND ', [id])) {
        yield* await toTables(rows);
      }
    },
    async *versions() {
      // A metastore keeps none.
    },
    partitions: (_database, table) =>
      Promise.resolve([{ name: 'whole', pages: (cursor) => partitionPages(table.id, cursor) }]),
    indexes: () => Promise.resolve([]),
    async statistics(_database, table) {
      return toColumnStatistics(
        await database.query('SELECT * FROM "TAB_COL_STATS" WHERE "TBL_ID" = ? ORDER BY "CS_ID"', [table.id]),
      );
    },
    async *functions(databaseName) {
      const id = databaseIds.get(databaseName) ?? '';
      for await (const rows of pages('FUNCS', 'FUNC_ID', TABLES, '"DB_ID" = ? AND ', [id])) {
        const resources = await grouped(rows, 'FUNC_ID', 'FUNC_RU', 'INTEGER_IDX');
        for (const row of rows) {
          const owner = nameOf(row['OWNER_NAME']);
          const ownerType = OWNER_TYPES.find((type) => type === row['OWNER_TYPE']);
          yield {
            FunctionName: textOf(row['FUNC_NAME'])?.toLowerCase(),
            ClassName: textOf(row['CLASS_NAME']),
            ...(owner !== undefined && { OwnerName: owner }),
            ...(ownerType !== undefined && { OwnerType: ownerType }),
            ResourceUris: (resources.get(textOf(row['FUNC_ID']) ?? '') ?? []).map((resource) => ({
              ResourceType: RESOURCE_TYPES[numberOf(resource['RESOURCE_TYPE']) - 1],
              Uri: textOf(resource['RESOURCE_URI']),
            })),
          };
        }
      }
    },
    close: () => database.close(),
  };
}
