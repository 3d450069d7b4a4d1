import type { Column, StorageDescriptor } from '@aws-sdk/client-glue';

import type { MetastoreDatabase, Row } from './metastore-database.ts';
import { distinct, groupBy, isTrue, nameOf, numberOf, parametersOf, rowsOf, textOf } from './rows.ts';

/** As Hive's Glue client writes a list of skewed values into one text: `4$2021` and `3$abc` become `4$20213$abc`. */
const joined = (values: readonly string[]): string =>
  values.map((value) => `${String(value.length)}$${value}`).join('');

const toColumn = (row: Row): Column => {
  const comment = textOf(row['COMMENT']);
  return {
    Name: textOf(row['COLUMN_NAME']),
    Type: textOf(row['TYPE_NAME']),
    ...(comment !== undefined && { Comment: comment }),
  };
};

/** What a metastore says of the storage of these ids: a handful of statements, however many there are. */
export async function loadDescriptors(
  database: MetastoreDatabase,
  sdIds: readonly string[],
): Promise<ReadonlyMap<string, StorageDescriptor>> {
  const by = async (table: string, id: string, order: string): Promise<ReadonlyMap<string, readonly Row[]>> =>
    groupBy(
      await rowsOf(
        database,
        sdIds,
        (list) => `SELECT * FROM "${table}" WHERE "${id}" IN (${list}) ORDER BY "${id}", "${order}"`,
      ),
      id,
    );
  const descriptors = await rowsOf(
    database,
    sdIds,
    (list) => `SELECT s.*, d."NAME" AS "SERDE_NAME", d."SLIB" FROM "SDS" s
               LEFT JOIN "SERDES" d ON d."SERDE_ID" = s."SERDE_ID" WHERE s."SD_ID" IN (${list})`,
  );
  const columns = groupBy(
    await rowsOf(
      database,
      distinct(descriptors, 'CD_ID'),
      (list) => `SELECT * FROM "COLUMNS_V2" WHERE "CD_ID" IN (${list}) ORDER BY "CD_ID", "INTEGER_IDX"`,
    ),
    'CD_ID',
  );
  const serdeParameters = groupBy(
    await rowsOf(
      database,
      distinct(descriptors, 'SERDE_ID'),
      (list) => `SELECT * FROM "SERDE_PARAMS" WHERE "SERDE_ID" IN (${list})`,
    ),
    'SERDE_ID',
  );
  const parameters = await by('SD_PARAMS', 'SD_ID', 'PARAM_KEY');
  const buckets = await by('BUCKETING_COLS', 'SD_ID', 'INTEGER_IDX');
  const sorts = await by('SORT_COLS', 'SD_ID', 'INTEGER_IDX');
  const skewed = await loadSkewed(database, sdIds);
  return new Map(
    descriptors.map((row) => {
      const id = textOf(row['SD_ID']) ?? '';
      const serde = textOf(row['SERDE_ID']) ?? '';
      const location = nameOf(row['LOCATION']);
      const input = nameOf(row['INPUT_FORMAT']);
      const output = nameOf(row['OUTPUT_FORMAT']);
      const name = nameOf(row['SERDE_NAME']);
      const library = nameOf(row['SLIB']);
      const descriptor: StorageDescriptor = {
        Columns: (columns.get(textOf(row['CD_ID']) ?? '') ?? []).map(toColumn),
        ...(location !== undefined && { Location: location }),
        ...(input !== undefined && { InputFormat: input }),
        ...(output !== undefined && { OutputFormat: output }),
        Compressed: isTrue(row['IS_COMPRESSED']),
        NumberOfBuckets: numberOf(row['NUM_BUCKETS']),
        SerdeInfo: {
          ...(name !== undefined && { Name: name }),
          ...(library !== undefined && { SerializationLibrary: library }),
          Parameters: parametersOf(serdeParameters.get(serde)),
        },
        BucketColumns: (buckets.get(id) ?? []).flatMap((bucket) => textOf(bucket['BUCKET_COL_NAME']) ?? []),
        SortColumns: (sorts.get(id) ?? []).map((sort) => ({
          Column: textOf(sort['COLUMN_NAME']),
          SortOrder: numberOf(sort['ORDER']),
        })),
        Parameters: parametersOf(parameters.get(id)),
        SkewedInfo: skewed.get(id) ?? {
          SkewedColumnNames: [],
          SkewedColumnValues: [],
          SkewedColumnValueLocationMaps: {},
        },
        StoredAsSubDirectories: isTrue(row['IS_STOREDASSUBDIRECTORIES']),
      };
      return [id, descriptor] as const;
    }),
  );
}

async function loadSkewed(
  database: MetastoreDatabase,
  sdIds: readonly string[],
): Promise<ReadonlyMap<string, NonNullable<StorageDescriptor['SkewedInfo']>>> {
  const names = groupBy(
    await rowsOf(
      database,
      sdIds,
      (list) => `SELECT * FROM "SKEWED_COL_NAMES" WHERE "SD_ID" IN (${list}) ORDER BY "SD_ID", "INTEGER_IDX"`,
    ),
    'SD_ID',
  );
  if (names.size === 0) return new Map();
  const ids = [...names.keys()];
  const values = await rowsOf(
    database,
    ids,
    (list) =>
      `SELECT * FROM "SKEWED_VALUES" WHERE "SD_ID_OID" IN (${list}) ORDER BY "SD_ID_OID", "INTEGER_IDX"`,
  );
  const locations = await rowsOf(
    database,
    ids,
    (list) =>
      `SELECT * FROM "SKEWED_COL_VALUE_LOC_MAP" WHERE "SD_ID" IN (${list}) ORDER BY "STRING_LIST_ID_KID"`,
  );
  const lists = groupBy(
    await rowsOf(
      database,
      [...new Set([...distinct(values, 'STRING_LIST_ID_EID'), ...distinct(locations, 'STRING_LIST_ID_KID')])],
      (list) => `SELECT * FROM "SKEWED_STRING_LIST_VALUES" WHERE "STRING_LIST_ID" IN (${list})
                 ORDER BY "STRING_LIST_ID", "INTEGER_IDX"`,
    ),
    'STRING_LIST_ID',
  );
  const listOf = (id: unknown): string =>
    joined((lists.get(textOf(id) ?? '') ?? []).map((row) => textOf(row['STRING_LIST_VALUE']) ?? ''));
  const valuesOf = groupBy(values, 'SD_ID_OID');
  const locationsOf = groupBy(locations, 'SD_ID');
  return new Map(
    [...names].map(([id, rows]) => [
      id,
      {
        SkewedColumnNames: rows.flatMap((row) => textOf(row['SKEWED_COL_NAME']) ?? []),
        SkewedColumnValues: (valuesOf.get(id) ?? []).map((row) => listOf(row['STRING_LIST_ID_EID'])),
        SkewedColumnValueLocationMaps: Object.fromEntries(
          (locationsOf.get(id) ?? []).map((row) => [
            listOf(row['STRING_LIST_ID_KID']),
            textOf(row['LOCATION']) ?? '',
          ]),
        ),
      },
    ]),
  );
}
