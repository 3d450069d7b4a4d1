import type { ColumnStatistics, DecimalNumber, StatisticsData } from './column-statistics.ts';

/**
 * Statistics as JSON: every number is text, because JSON's readers make doubles of numbers, and a long may be beyond
 * 2^53, a double NaN or -0.
 */
export interface StoredStatistics {
  readonly name: string;
  readonly columnType: string;
  readonly type: StatisticsData['type'];
  readonly members: Readonly<Record<string, string>>;
}

const doubleText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

function memberText(value: bigint | number | Date | DecimalNumber): string {
  if (typeof value === 'number') return doubleText(value);
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  return `${value.unscaled.toString('base64')} ${String(value.scale)}`;
}

type Members = Readonly<Record<string, bigint | number | Date | DecimalNumber | undefined>>;

export function toStored({ columnName, columnType, data }: ColumnStatistics): StoredStatistics {
  const { type, ...members } = data;
  const given: Members = { ...members };
  const texts = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, memberText(value)] as const],
  );
  return { name: columnName, columnType, type, members: Object.fromEntries(texts) };
}

const decimal = (text: string): DecimalNumber => {
  const [unscaled = '', scale = ''] = text.split(' ');
  return { unscaled: Buffer.from(unscaled, 'base64'), scale: Number(scale) };
};

function dataOf({ type, members }: StoredStatistics): StatisticsData {
  const long = (name: string): bigint => BigInt(members[name] ?? '0');
  const range = <Value>(read: (text: string) => Value) => ({
    ...(members['minimum'] !== undefined && { minimum: read(members['minimum']) }),
    ...(members['maximum'] !== undefined && { maximum: read(members['maximum']) }),
    nulls: long('nulls'),
    distinctValues: long('distinctValues'),
  });
  const lengths = () => ({
    maximumLength: long('maximumLength'),
    averageLength: Number(members['averageLength']),
    nulls: long('nulls'),
  });
  switch (type) {
    case 'BOOLEAN':
      return { type, trues: long('trues'), falses: long('falses'), nulls: long('nulls') };
    case 'DATE':
      // The text is this file's own.
      return { type, ...range((text) => new Date(text)) };
    case 'DECIMAL':
      return { type, ...range(decimal) };
    case 'DOUBLE':
      return { type, ...range(Number) };
    case 'LONG':
      return { type, ...range(BigInt) };
    case 'STRING':
      return { type, ...lengths(), distinctValues: long('distinctValues') };
    case 'BINARY':
      return { type, ...lengths() };
  }
}

export const fromStored = (stored: StoredStatistics, analyzedAt: Date): ColumnStatistics => ({
  columnName: stored.name,
  columnType: stored.columnType,
  analyzedAt,
  data: dataOf(stored),
});
