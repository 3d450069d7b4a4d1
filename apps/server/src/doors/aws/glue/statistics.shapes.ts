import { doubleOf, integerOf, jsonDouble, jsonInteger } from '@lakewarden/aws-wire';
import type { ColumnStatistics, DecimalNumber, StatisticsData } from '@lakewarden/catalog';
import { invalid } from '@lakewarden/kernel';
import { z } from 'zod';

import { dateOf, epochSeconds, seconds, text } from './shapes.ts';

/** ColumnStatistics as Glue writes it, and back (spec/catalog.md §8, spec/wire.md §2). */

const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;
const MAX_INTEGER = 2 ** 31;
/** Hive's longest decimal, of 38 digits, takes 16; a wider one of another engine may still come. */
const MAX_UNSCALED_BYTES = 256;

const long = z
  .unknown()
  .refine((member) => member !== undefined, 'Member must not be null')
  .transform((member, context) => {
    const value = integerOf(member);
    if (value !== undefined && value >= MIN_LONG && value <= MAX_LONG) return value;
    context.addIssue({ code: 'custom', message: 'Member must be a 64-bit integer' });
    return z.NEVER;
  });
const count = long.refine((value) => value >= 0n, 'Member must have value greater than or equal to 0');

const double = z
  .unknown()
  .refine((member) => member !== undefined, 'Member must not be null')
  .transform((member, context) => {
    const value = doubleOf(member);
    if (value !== undefined) return value;
    context.addIssue({
      code: 'custom',
      message: 'Member must be a number, "NaN", "Infinity" or "-Infinity"',
    });
    return z.NEVER;
  });
const average = double.refine((value) => !(value < 0), 'Member must have value greater than or equal to 0');

const timestamp = epochSeconds.transform(dateOf);

const decimalNumber = z
  .object({
    UnscaledValue: z
      .base64()
      .min(1)
      .max(Math.ceil(MAX_UNSCALED_BYTES / 3) * 4),
    Scale: z
      .int()
      .min(-MAX_INTEGER)
      .max(MAX_INTEGER - 1),
  })
  .transform((input): DecimalNumber => ({
    unscaled: Buffer.from(input.UnscaledValue, 'base64'),
    scale: input.Scale,
  }));

/** Distinct values and their bounds. */
const range = <Value extends z.ZodType>(value: Value) =>
  z.object({
    MinimumValue: value.optional(),
    MaximumValue: value.optional(),
    NumberOfNulls: count,
    NumberOfDistinctValues: count,
  });

interface WireRange<Value> {
  readonly MinimumValue?: Value | undefined;
  readonly MaximumValue?: Value | undefined;
  readonly NumberOfNulls: bigint;
  readonly NumberOfDistinctValues: bigint;
}

const fromRange = <Value>(input: WireRange<Value>) => ({
  minimum: input.MinimumValue,
  maximum: input.MaximumValue,
  nulls: input.NumberOfNulls,
  distinctValues: input.NumberOfDistinctValues,
});

/** Type → the member that goes with it. */
const MEMBERS = {
  BOOLEAN: 'BooleanColumnStatisticsData',
  DATE: 'DateColumnStatisticsData',
  DECIMAL: 'DecimalColumnStatisticsData',
  DOUBLE: 'DoubleColumnStatisticsData',
  LONG: 'LongColumnStatisticsData',
  STRING: 'StringColumnStatisticsData',
  BINARY: 'BinaryColumnStatisticsData',
} as const satisfies Record<StatisticsData['type'], string>;

const members = {
  BooleanColumnStatisticsData: z
    .object({ NumberOfTrues: count, NumberOfFalses: count, NumberOfNulls: count })
    .transform((input): StatisticsData => ({
      type: 'BOOLEAN',
      trues: input.NumberOfTrues,
      falses: input.NumberOfFalses,
      nulls: input.NumberOfNulls,
    }))
    .optional(),
  DateColumnStatisticsData: range(timestamp)
    .transform((input): StatisticsData => ({ type: 'DATE', ...fromRange(input) }))
    .optional(),
  DecimalColumnStatisticsData: range(decimalNumber)
    .transform((input): StatisticsData => ({ type: 'DECIMAL', ...fromRange(input) }))
    .optional(),
  DoubleColumnStatisticsData: range(double)
    .transform((input): StatisticsData => ({ type: 'DOUBLE', ...fromRange(input) }))
    .optional(),
  LongColumnStatisticsData: range(long)
    .transform((input): StatisticsData => ({ type: 'LONG', ...fromRange(input) }))
    .optional(),
  StringColumnStatisticsData: z
    .object({
      MaximumLength: count,
      AverageLength: average,
      NumberOfNulls: count,
      NumberOfDistinctValues: count,
    })
    .transform((input): StatisticsData => ({
      type: 'STRING',
      maximumLength: input.MaximumLength,
      averageLength: input.AverageLength,
      nulls: input.NumberOfNulls,
      distinctValues: input.NumberOfDistinctValues,
    }))
    .optional(),
  BinaryColumnStatisticsData: z
    .object({ MaximumLength: count, AverageLength: average, NumberOfNulls: count })
    .transform((input): StatisticsData => ({
      type: 'BINARY',
      maximumLength: input.MaximumLength,
      averageLength: input.AverageLength,
      nulls: input.NumberOfNulls,
    }))
    .optional(),
};

const statisticsData = z.object({
  Type: z.enum(['BOOLEAN', 'DATE', 'DECIMAL', 'DOUBLE', 'LONG', 'STRING', 'BINARY']),
  ...members,
});

/** The one member that its Type calls for. @throws InvalidInputException another one, or more */
function agreed({ Type: type, ...given }: z.output<typeof statisticsData>): StatisticsData {
  const present = Object.values(given).filter((each) => each !== undefined);
  const [data] = present;
  if (data === undefined || present.length > 1 || data.type !== type) {
    throw invalid(
      `StatisticsData of Type ${type} has ${MEMBERS[type]} and nothing else, but got ` +
        `${present.length === 0 ? 'none' : present.map((each) => MEMBERS[each.type]).join(', ')}.`,
    );
  }
  return data;
}

export const columnNameString = text(1, 1024);

export const columnStatistics = z
  .object({
    ColumnName: columnNameString,
    ColumnType: text(0, 20_000),
    AnalyzedTime: timestamp,
    StatisticsData: statisticsData,
  })
  .transform((input): ColumnStatistics => ({
    columnName: input.ColumnName,
    columnType: input.ColumnType,
    analyzedAt: input.AnalyzedTime,
    data: agreed(input.StatisticsData),
  }));

const toDecimal = ({ unscaled, scale }: DecimalNumber) => ({
  UnscaledValue: unscaled.toString('base64'),
  Scale: scale,
});

/** A bound that is not known is left out. */
const toRange = <Value>(
  data: {
    readonly minimum?: Value | undefined;
    readonly maximum?: Value | undefined;
    readonly nulls: bigint;
    readonly distinctValues: bigint;
  },
  print: (value: Value) => unknown,
) => ({
  ...(data.minimum !== undefined && { MinimumValue: print(data.minimum) }),
  ...(data.maximum !== undefined && { MaximumValue: print(data.maximum) }),
  NumberOfNulls: jsonInteger(data.nulls),
  NumberOfDistinctValues: jsonInteger(data.distinctValues),
});

function toMember(data: StatisticsData): object {
  switch (data.type) {
    case 'BOOLEAN':
      return {
        NumberOfTrues: jsonInteger(data.trues),
        NumberOfFalses: jsonInteger(data.falses),
        NumberOfNulls: jsonInteger(data.nulls),
      };
    case 'DATE':
      return toRange(data, seconds);
    case 'DECIMAL':
      return toRange(data, toDecimal);
    case 'DOUBLE':
      return toRange(data, jsonDouble);
    case 'LONG':
      return toRange(data, jsonInteger);
    case 'STRING':
      return {
        MaximumLength: jsonInteger(data.maximumLength),
        AverageLength: jsonDouble(data.averageLength),
        NumberOfNulls: jsonInteger(data.nulls),
        NumberOfDistinctValues: jsonInteger(data.distinctValues),
      };
    case 'BINARY':
      return {
        MaximumLength: jsonInteger(data.maximumLength),
        AverageLength: jsonDouble(data.averageLength),
        NumberOfNulls: jsonInteger(data.nulls),
      };
  }
}

export const toStatisticsShape = ({ columnName, columnType, analyzedAt, data }: ColumnStatistics) => ({
  ColumnName: columnName,
  ColumnType: columnType,
  AnalyzedTime: seconds(analyzedAt),
  StatisticsData: { Type: data.type, [MEMBERS[data.type]]: toMember(data) },
});
