import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeJson, doubleOf, encodeJson, integerOf, jsonDouble, jsonInteger } from './json.ts';

const decoded = (text: string) => decodeJson(Buffer.from(text));

describe('numbers in JSON bodies', () => {
  it('given any 64-bit integer, reads and writes it digit by digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(integerOf(decoded(`{"a":${String(value)}}`)['a'])).toBe(value);
        expect(encodeJson({ a: jsonInteger(value) })).toBe(`{"a":${String(value)}}`);
      }),
    );
  });

  it('given any double, reads back what it writes', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(doubleOf(decoded(encodeJson({ a: jsonDouble(value) }))['a'])).toBe(value);
      }),
    );
  });

  it('given a body without long numbers, reads it as JSON does, but for null', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => {
        const text = JSON.stringify(body, (key, value: unknown) =>
          key === '__proto__' || (typeof value === 'number' && !Number.isSafeInteger(value)) ? 0 : value,
        );
        const expected: unknown = JSON.parse(text, function (this: unknown, key, value: unknown) {
          return key === '__proto__' || (value === null && !Array.isArray(this)) ? undefined : value;
        });
        expect(decoded(text)).toEqual(expected);
      }),
    );
  });

  it('given a long text of digits, leaves it a text, and what a document holds is written as it came', () => {
    const text = '{"id":"12345678901234567890","n":12345678901234567890,"x":1e20}';
    const body = decoded(text);
    expect(body['id']).toBe('12345678901234567890');
    expect(body['x']).toBe(1e20);
    expect(encodeJson({ id: body['id'], n: body['n'] })).toBe(
      '{"id":"12345678901234567890","n":12345678901234567890}',
    );
  });
});
