import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decimalText, fromInteger, parseDecimal, toInteger } from './decimal-text.ts';

describe('decimals of statistics', () => {
  it('given any integer, writes two’s complement that reads back, and no byte too many', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 300n), max: 2n ** 300n }), (value) => {
        const bytes = fromInteger(value);
        expect(toInteger(bytes)).toBe(value);
        if (bytes.length > 1) expect(toInteger(bytes.subarray(1))).not.toBe(value);
      }),
    );
  });

  it('given any decimal, its text reads back with its scale', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.integer({ min: -2000, max: 2000 }), (value, scale) => {
        const number = { unscaled: fromInteger(value), scale };
        expect(parseDecimal(decimalText(number))).toEqual(number);
      }),
    );
  });

  it.each([
    ['AQ==', 0, '1'],
    ['/w==', 0, '-1'],
    ['AIA=', 2, '1.28'],
    ['gA==', 3, '-0.128'],
    ['BOI=', 2, '12.50'],
    ['fQ==', -3, '125E3'],
  ])('given %s with scale %i, says %s', (unscaled, scale, text) => {
    expect(decimalText({ unscaled: Buffer.from(unscaled, 'base64'), scale })).toBe(text);
    expect(parseDecimal(text)).toEqual({ unscaled: Buffer.from(unscaled, 'base64'), scale });
  });

  it.each(['', '-', '1.', '.5', '1e', '0x1', 'NaN', '1 ', '1'.repeat(701)])('given %j, says none', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });
});
