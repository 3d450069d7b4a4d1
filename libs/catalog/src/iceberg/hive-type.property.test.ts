import { LakewardenError } from '@lakewarden/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fromHiveType } from './hive-type.ts';
import { hiveTypeOf, schemaEntries } from './iceberg-type.ts';

const PRIMITIVES = ['boolean', 'int', 'bigint', 'float', 'double', 'date', 'timestamp', 'string', 'binary'];

const decimal = fc
  .integer({ min: 1, max: 38 })
  .chain((precision) => fc.tuple(fc.constant(precision), fc.integer({ min: 0, max: precision })))
  .map(([precision, scale]) => `decimal(${String(precision)},${String(scale)})`);

const fieldNames = fc.uniqueArray(fc.stringMatching(/^[a-z_]\w{0,8}$/), { minLength: 1, maxLength: 4 });

/** Hive's own text of types that both know, as hiveTypeOf prints them. */
const { type: hiveTypes } = fc.letrec<{ type: string }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(...PRIMITIVES),
    decimal,
    tie('type').map((element) => `array<${element}>`),
    fc.tuple(fc.constantFrom('string', 'int'), tie('type')).map(([key, value]) => `map<${key},${value}>`),
    fieldNames
      .chain((names) => fc.tuple(...names.map((name) => tie('type').map((type) => `${name}:${type}`))))
      .map((fields) => `struct<${fields.join(',')}>`),
  ),
}));

const counter = () => {
  let last = 1;
  return () => (last += 1);
};

describe('fromHiveType', () => {
  it('given any type that both know, reads it and prints it as it was; every nested field has an id of its own', () => {
    fc.assert(
      fc.property(hiveTypes, (text) => {
        const type = fromHiveType(text, 'c', counter());
        expect(hiveTypeOf(type)).toBe(text);
        const ids = [...schemaEntries([{ id: 1, name: 'c', required: false, type }])].map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });

  it('given capitals and blanks between its parts, reads the same', () => {
    fc.assert(
      fc.property(hiveTypes, (text) => {
        const spaced = text
          .replaceAll(/(array|map|struct|decimal)/g, (name) => name.toUpperCase())
          .replaceAll(/([<>,:()])/g, ' $1 ');
        // A field may be called like a type.
        fc.pre(
          !/(?:array|map|struct|decimal)\w*:|_(?:array|map|struct|decimal)|[a-z0-9](?:array|map|struct|decimal)/.test(
            text,
          ),
        );
        expect(fromHiveType(spaced, 'c', counter())).toEqual(fromHiveType(text, 'c', counter()));
      }),
    );
  });

  it('given anything at all, reads it or refuses it as invalid input', () => {
    const pieces = fc.constantFrom(
      'array',
      'map',
      'struct',
      'decimal',
      'int',
      '<',
      '>',
      ',',
      ':',
      '(',
      ')',
      ' ',
      '`',
      '9',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces, { maxLength: 30 }).map((all) => all.join('')),
        ),
        (text) => {
          try {
            fromHiveType(text, 'c', counter());
          } catch (error) {
            expect(error).toBeInstanceOf(LakewardenError);
            expect(error).toMatchObject({ code: 'InvalidInputException' });
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['tinyint', 'int'],
    ['SMALLINT', 'int'],
    ['char(3)', 'string'],
    ['varchar(65535)', 'string'],
    ['decimal', 'decimal(10,0)'],
    ['decimal(7)', 'decimal(7,0)'],
    ['struct<`a b`:int>', 'struct<a b:int>'],
  ])('reads %s as %s', (text, printed) => {
    expect(hiveTypeOf(fromHiveType(text, 'c', counter()))).toBe(printed);
  });
});
