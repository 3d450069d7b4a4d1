import type { ColumnStatistics, ColumnStatisticsData, DecimalNumber } from '@aws-sdk/client-glue';

import type { Row } from './metastore-database.ts';
import { numberOf, textOf } from './rows.ts';

const MS_PER_DAY = 86_400_000;

/** The shortest two's complement, as Java's BigInteger writes it: Hive's own form of a decimal. */
function toDecimal(value: unknown): DecimalNumber | undefined {
  const text = textOf(value);
  const parts = text === undefined ? null : /^([-+]?)(\d*)\.?(\d*)$/.exec(text.trim());
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = parts;
  let unscaled = BigInt(`${whole}${fraction}` || '0');
  if (sign === '-') unscaled = -unscaled;
  const bytes: number[] = [];
  for (let rest = unscaled; ; rest >>= 8n) {
    bytes.unshift(Number(BigInt.asUintN(8, rest)));
    const isNegative = ((bytes[0] ?? 0) & 0x80) !== 0;
    if (rest >> 8n === (isNegative ? -1n : 0n)) break;
  }
  return { UnscaledValue: Uint8Array.from(bytes), Scale: fraction.length };
}

/** By the column's type, as the metastore itself tells its kinds of statistics apart. */
function toStatisticsData(type: string, row: Row): ColumnStatisticsData | undefined {
  const nulls = { NumberOfNulls: numberOf(row['NUM_NULLS']) };
  const distinct = { ...nulls, NumberOfDistinctValues: numberOf(row['NUM_DISTINCTS']) };
  const longs = { low: numberOf(row['LONG_LOW_VALUE']), high: numberOf(row['LONG_HIGH_VALUE']) };
  const lengths = {
    MaximumLength: numberOf(row['MAX_COL_LEN']),
    AverageLength: numberOf(row['AVG_COL_LEN']),
  };
  switch (type.replace(/\(.*$/s, '').trim().toLowerCase()) {
    case 'boolean':
      return {
        Type: 'BOOLEAN',
        BooleanColumnStatisticsData: {
          ...nulls,
          NumberOfTrues: numberOf(row['NUM_TRUES']),
          NumberOfFalses: numberOf(row['NUM_FALSES']),
        },
      };
    case 'string':
    case 'varchar':
    case 'char':
      return { Type: 'STRING', StringColumnStatisticsData: { ...distinct, ...lengths } };
    case 'binary':
      return { Type: 'BINARY', BinaryColumnStatisticsData: { ...nulls, ...lengths } };
    // Glue has none for timestamps; Hive keeps them as seconds in the same two columns.
    case 'timestamp':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return {
        Type: 'LONG',
        LongColumnStatisticsData: { ...distinct, MinimumValue: longs.low, MaximumValue: longs.high },
      };
    case 'float':
    case 'double':
      return {
        Type: 'DOUBLE',
        DoubleColumnStatisticsData: {
          ...distinct,
          MinimumValue: numberOf(row['DOUBLE_LOW_VALUE']),
          MaximumValue: numberOf(row['DOUBLE_HIGH_VALUE']),
        },
      };
    case 'decimal': {
      const low = toDecimal(row['BIG_DECIMAL_LOW_VALUE']);
      const high = toDecimal(row['BIG_DECIMAL_HIGH_VALUE']);
      return {
        Type: 'DECIMAL',
        DecimalColumnStatisticsData: {
          ...distinct,
          ...(low !== undefined && { MinimumValue: low }),
          ...(high !== undefined && { MaximumValue: high }),
        },
      };
    }
    case 'date':
      return {
        Type: 'DATE',
        DateColumnStatisticsData: {
          ...distinct,
          MinimumValue: new Date(longs.low * MS_PER_DAY),
          MaximumValue: new Date(longs.high * MS_PER_DAY),
        },
      };
    default:
      return undefined;
  }
}

/** One a column: where several engines have counted (Hive 4), Hive's own. */
export function toColumnStatistics(rows: readonly Row[]): ColumnStatistics[] {
  const found = new Map<string, ColumnStatistics>();
  const ordered = [...rows].sort((a, b) => Number(isHives(b)) - Number(isHives(a)));
  for (const row of ordered) {
    const name = textOf(row['COLUMN_NAME']) ?? '';
    const type = textOf(row['COLUMN_TYPE']) ?? '';
    const data = toStatisticsData(type, row);
    if (data === undefined || found.has(name)) continue;
    found.set(name, {
      ColumnName: name,
      ColumnType: type,
      // Seconds, in the database; Hive's Glue client takes them for days.
      AnalyzedTime: new Date(numberOf(row['LAST_ANALYZED']) * 1000),
      StatisticsData: data,
    });
  }
  return [...found.values()];
}

const isHives = (row: Row): boolean => row['ENGINE'] === 'hive';
