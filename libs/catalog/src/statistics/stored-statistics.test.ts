import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { StatisticsData } from './column-statistics.ts';
import { fromStored, type StoredStatistics, toStored } from './stored-statistics.ts';

const analyzedAt = new Date('2026-11-24T00:00:00.001Z');
const counts = { nulls: 2n ** 63n - 1n, distinctValues: 0n };

describe('stored statistics', () => {
  it.each<StatisticsData>([
    { type: 'BOOLEAN', trues: 1n, falses: 2n ** 53n + 1n, nulls: 0n },
    { type: 'DATE', minimum: new Date('0001-01-01T00:00:00.000Z'), ...counts },
    { type: 'DECIMAL', maximum: { unscaled: Buffer.from([0, 0x80, 0xff]), scale: -3 }, ...counts },
    { type: 'DOUBLE', minimum: -0, maximum: Infinity, ...counts },
    { type: 'DOUBLE', minimum: NaN, maximum: 5e-324, ...counts },
    { type: 'LONG', minimum: -(2n ** 63n), maximum: 2n ** 63n - 1n, ...counts },
    { type: 'LONG', ...counts },
    { type: 'STRING', maximumLength: 1n, averageLength: 0.1, nulls: 1n, distinctValues: 9n },
    { type: 'BINARY', maximumLength: 1n, averageLength: NaN, nulls: 1n },
  ])('given %o, what is stored reads back the same', (data) => {
    const statistics = { columnName: 'A', columnType: 't', analyzedAt, data };
    const stored = JSON.parse(JSON.stringify(toStored(statistics))) as StoredStatistics;
    expect(fromStored(stored, analyzedAt)).toEqual(statistics);
  });

  it('given any doubles and longs, keeps every bit', () => {
    fc.assert(
      fc.property(fc.double(), fc.bigInt(), (minimum, nulls) => {
        const data: StatisticsData = { type: 'DOUBLE', minimum, nulls, distinctValues: 0n };
        const stored = toStored({ columnName: 'a', columnType: '', analyzedAt, data });
        expect(fromStored(stored, analyzedAt).data).toEqual(data);
      }),
    );
  });
});
