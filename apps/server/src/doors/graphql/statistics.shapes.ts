import { type ColumnStatistics, decimalText, parseDecimal, type StatisticsData } from '@lakewarden/catalog';

import { given } from './catalog.shapes.ts';

const doubleText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** Bounds as text, exact. */
function boundsOf(data: StatisticsData): {
  readonly minimum?: string | undefined;
  readonly maximum?: string | undefined;
} {
  const texts = <Value>(
    { minimum, maximum }: { readonly minimum?: Value | undefined; readonly maximum?: Value | undefined },
    print: (value: Value) => string,
  ) => ({
    minimum: minimum === undefined ? undefined : print(minimum),
    maximum: maximum === undefined ? undefined : print(maximum),
  });
  switch (data.type) {
    case 'DATE':
      return texts(data, (date) => date.toISOString());
    case 'DECIMAL':
      return texts(data, decimalText);
    case 'DOUBLE':
      return texts(data, doubleText);
    case 'LONG':
      return texts(data, String);
    case 'BOOLEAN':
    case 'STRING':
    case 'BINARY':
      return {};
  }
}

export const toStatisticsNode = ({ columnName, columnType, analyzedAt, data }: ColumnStatistics) => ({
  columnName,
  columnType,
  analyzedAt,
  ...data,
  ...boundsOf(data),
});

export interface StatisticsMembers {
  readonly columnName: string;
  readonly columnType: string;
  readonly analyzedAt: string;
  readonly type: StatisticsData['type'];
  readonly minimum?: string | null;
  readonly maximum?: string | null;
  readonly nulls: bigint;
  readonly distinctValues?: bigint | null;
  readonly trues?: bigint | null;
  readonly falses?: bigint | null;
  readonly maximumLength?: bigint | null;
  readonly averageLength?: number | string | null;
}

const LONG = /^-?\d{1,20}$/;

function decimalOf(text: string): unknown {
  const parsed = parseDecimal(text);
  return parsed && { UnscaledValue: parsed.unscaled.toString('base64'), Scale: parsed.scale };
}

function doubleOf(text: string): unknown {
  const value = Number(text);
  // What is no number stays as it is, for the shape to name its fault.
  return Number.isFinite(value) && text.trim() !== '' ? value : text;
}

/** How a bound's text becomes Glue's; a text that is none stays one, and the shape refuses it. */
const BOUNDS: Partial<Record<StatisticsData['type'], (text: string) => unknown>> = {
  DATE: (text) => text,
  DECIMAL: (text) => decimalOf(text) ?? text,
  DOUBLE: doubleOf,
  LONG: (text) => (LONG.test(text) ? BigInt(text) : text),
};

const MEMBERS: Record<StatisticsData['type'], string> = {
  BOOLEAN: 'BooleanColumnStatisticsData',
  DATE: 'DateColumnStatisticsData',
  DECIMAL: 'DecimalColumnStatisticsData',
  DOUBLE: 'DoubleColumnStatisticsData',
  LONG: 'LongColumnStatisticsData',
  STRING: 'StringColumnStatisticsData',
  BINARY: 'BinaryColumnStatisticsData',
};

/** Glue's document, for its shape to check. */
export function fromStatistics(input: StatisticsMembers) {
  const bound = BOUNDS[input.type] ?? ((text: string) => text);
  const member = given({
    MinimumValue: typeof input.minimum === 'string' ? bound(input.minimum) : undefined,
    MaximumValue: typeof input.maximum === 'string' ? bound(input.maximum) : undefined,
    NumberOfNulls: input.nulls,
    NumberOfDistinctValues: input.distinctValues,
    NumberOfTrues: input.trues,
    NumberOfFalses: input.falses,
    MaximumLength: input.maximumLength,
    AverageLength: input.averageLength,
  });
  return {
    ColumnName: input.columnName,
    ColumnType: input.columnType,
    AnalyzedTime: input.analyzedAt,
    StatisticsData: { Type: input.type, [MEMBERS[input.type]]: member },
  };
}
