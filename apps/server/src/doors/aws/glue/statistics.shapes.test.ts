import { decodeJson, encodeJson, validate } from '@lakewarden/aws-wire';
import type { ColumnStatistics, StatisticsData } from '@lakewarden/catalog';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { columnStatistics, toStatisticsShape } from './statistics.shapes.ts';

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const count = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const average = fc.double({ min: 0 });
const date = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T00:00:00Z'),
  noInvalidDate: true,
});
const decimal = fc.record({
  unscaled: fc.uint8Array({ minLength: 1, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
  scale: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
});
const range = <Value>(value: fc.Arbitrary<Value>) =>
  fc.record(
    { minimum: value, maximum: value, nulls: count, distinctValues: count },
    { requiredKeys: ['nulls', 'distinctValues'] },
  );
const lengths = { maximumLength: count, averageLength: average, nulls: count };
const typed = <Type extends StatisticsData['type'], Members>(type: Type, members: fc.Arbitrary<Members>) =>
  members.map((each) => ({ type, ...each }));

const anyData: fc.Arbitrary<StatisticsData> = fc.oneof(
  typed('BOOLEAN', fc.record({ trues: count, falses: count, nulls: count })),
  typed('DATE', range(date)),
  typed('DECIMAL', range(decimal)),
  typed('DOUBLE', range(fc.double())),
  typed('LONG', range(long)),
  typed('STRING', fc.record({ ...lengths, distinctValues: count })),
  typed('BINARY', fc.record(lengths)),
);
export const anyStatistics: fc.Arbitrary<ColumnStatistics> = fc.record({
  columnName: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' }),
  columnType: fc.constantFrom('bigint', 'decimal(38,2)', ''),
  analyzedAt: date,
  data: anyData,
});

describe('ColumnStatistics', () => {
  it('given any, what is written to the wire reads back the same', () => {
    fc.assert(
      fc.property(anyStatistics, (statistics) => {
        const body = decodeJson(Buffer.from(encodeJson({ it: toStatisticsShape(statistics) })));
        expect(validate(columnStatistics, body['it'])).toEqual(statistics);
      }),
    );
  });
});
