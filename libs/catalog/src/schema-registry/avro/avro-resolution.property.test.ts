import type { Type } from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Json } from '../json-text.ts';
import { parseAvro } from './avro-definition.ts';
import { avroReads } from './avro-resolution.ts';

const reads = (reader: Json, writer: Json): boolean => avroReads(parseAvro(reader), parseAvro(writer));

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'string', 'bytes'] as const;
const DEFAULTS: Readonly<Record<string, Json>> = {
  null: null,
  boolean: false,
  int: 0,
  long: 0,
  float: 0,
  double: 0,
  string: '',
};

/** Types over a few names, so that a reader and a writer often speak of the same. Names are made unique below. */
const shape: fc.Arbitrary<Json> = fc.letrec<{ type: Json }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...PRIMITIVES),
    fc.record({ type: fc.constant('array'), items: tie('type') }),
    fc.record({ type: fc.constant('map'), values: tie('type') }),
    fc.record({ type: fc.constant('fixed'), name: fc.constant('F'), size: fc.constantFrom(2, 4) }),
    fc.record({
      type: fc.constant('enum'),
      name: fc.constant('E'),
      symbols: fc.subarray(['A', 'B', 'C'], { minLength: 1 }),
    }),
    fc.record({
      type: fc.constant('record'),
      name: fc.constantFrom('R', 'S'),
      fields: fc.uniqueArray(
        fc
          .tuple(fc.constantFrom('a', 'b', 'c'), tie('type'), fc.boolean())
          .map(([name, type, hasDefault]) => {
            const byDefault = typeof type === 'string' ? DEFAULTS[type] : undefined;
            return { name, type, ...(hasDefault && byDefault !== undefined && { default: byDefault }) };
          }),
        { selector: ({ name }) => name, maxLength: 3 },
      ),
    }),
    fc.uniqueArray(tie('type'), { minLength: 1, maxLength: 3, selector: (each) => JSON.stringify(each) }),
  ),
})).type;

/** Undefined where the type breaks a rule of its own: a union in a union, a name twice. */
function typeOf(schema: Json): Type | undefined {
  try {
    return parseAvro(schema);
  } catch {
    return undefined;
  }
}

describe('avroReads', () => {
  it("given any two types, lets avsc's decoder read whatever was written", () => {
    let proved = 0;
    fc.assert(
      fc.property(fc.tuple(shape, shape), ([readerSchema, writerSchema]) => {
        const [reader, writer] = [typeOf(readerSchema), typeOf(writerSchema)];
        fc.pre(reader !== undefined && writer !== undefined);
        if (!avroReads(reader, writer)) return;
        proved += 1;
        // Aliases, promotions and defaults are avsc's own from here on.
        const resolver = reader.createResolver(writer, { ignoreNamespaces: true });
        for (let round = 0; round < 5; round += 1) {
          const bytes = writer.toBuffer(writer.random());
          expect(() => reader.fromBuffer(bytes, resolver) as unknown).not.toThrow();
        }
      }),
      { numRuns: 3_000 },
    );
    expect(proved).toBeGreaterThan(100);
  });

  it('given any two types, refuses what avsc refuses, and what only its half-made resolvers let pass', () => {
    fc.assert(
      fc.property(shape, shape, (readerSchema, writerSchema) => {
        const [reader, writer] = [typeOf(readerSchema), typeOf(writerSchema)];
        fc.pre(reader !== undefined && writer !== undefined);
        let isResolved = true;
        try {
          reader.createResolver(writer, { ignoreNamespaces: true });
        } catch {
          isResolved = false;
        }
        if (!isResolved) expect(avroReads(reader, writer)).toBe(false);
      }),
      { numRuns: 3_000 },
    );
  });

  it('given any type, reads what it wrote itself', () => {
    fc.assert(
      fc.property(shape, (schema) => {
        fc.pre(typeOf(schema) !== undefined);
        expect(reads(schema, schema)).toBe(true);
      }),
    );
  });

  const record = (name: string, ...fields: Json[]): Json => ({ type: 'record', name, fields });
  const int = { name: 'a', type: 'int' };
  const list = (value: Json): Json =>
    record('L', { name: 'v', type: value }, { name: 'next', type: ['null', 'L'] });
  it.each<[string, Json, Json, boolean]>([
    ['a field less', record('R'), record('R', int), true],
    [
      'a field more, with a default',
      record('R', int, { name: 'b', type: 'string', default: '' }),
      record('R', int),
      true,
    ],
    ['a field more, without one', record('R', int, { name: 'b', type: 'string' }), record('R', int), false],
    ['a wider number', record('R', { name: 'a', type: 'double' }), record('R', int), true],
    ['a narrower number', record('R', int), record('R', { name: 'a', type: 'long' }), false],
    ['another name', record('Q', int), record('R', int), false],
    [
      'another namespace',
      { type: 'record', name: 'R', namespace: 'n', fields: [int] },
      record('R', int),
      true,
    ],
    [
      'an alias of the record',
      { type: 'record', name: 'Q', aliases: ['R'], fields: [int] },
      record('R', int),
      true,
    ],
    ['an alias of a field', record('R', { name: 'b', type: 'int', aliases: ['a'] }), record('R', int), true],
    [
      'a symbol less',
      { type: 'enum', name: 'E', symbols: ['A'] },
      { type: 'enum', name: 'E', symbols: ['A', 'B'] },
      false,
    ],
    [
      'a symbol less, with a default',
      { type: 'enum', name: 'E', symbols: ['A'], default: 'A' },
      { type: 'enum', name: 'E', symbols: ['A', 'B'] },
      true,
    ],
    ['a branch more', ['null', 'int'], 'int', true],
    ['a branch less', 'int', ['null', 'int'], false],
    ['a logical type', { type: 'long', logicalType: 'timestamp-millis' }, 'long', true],
    ['a list of itself', list('long'), list('int'), true],
    ['a narrower list of itself', list('int'), list('long'), false],
  ])('given %s in the reader, decides so', (_what, reader, writer, holds) => {
    expect(reads(reader, writer)).toBe(holds);
  });

  it('given a record that failed inside a union, refuses it where it stands alone, as avsc does not', () => {
    const e = record('E', int, { name: 'b', type: 'string' });
    const f = { type: 'record', name: 'F', aliases: ['E'], fields: [] };
    const reader = record('R', { name: 'f', type: [e, f] }, { name: 'g', type: 'E' });
    const writer = record('R', { name: 'f', type: record('E', int) }, { name: 'g', type: 'E' });
    expect(() => parseAvro(reader).createResolver(parseAvro(writer))).not.toThrow();
    expect(reads(reader, writer)).toBe(false);
  });

  it('given unions that were made to keep it busy, gives up with a word', () => {
    const union = (prefix: string) =>
      Array.from({ length: 900 }, (_, i) => record(`${prefix}${String(i)}`, int));
    const wide = (prefix: string): Json =>
      record('R', ...['a', 'b'].map((name, i) => ({ name, type: union(prefix + String(i)).slice(0, 450) })));
    const slow = (): boolean => reads(wide('x'), wide('y'));
    expect(slow()).toBe(false);
  });
});
