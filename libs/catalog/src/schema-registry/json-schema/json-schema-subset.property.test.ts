import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isJsonObject, type Json } from '../json-text.ts';
import { parseJsonSchema } from './json-schema-definition.ts';
import { isJsonSchemaSubset } from './json-schema-subset.ts';

const ajv = new Ajv({ strict: false, validateFormats: false, logger: false });
const isSubset = (narrower: unknown, wider: unknown): boolean =>
  isJsonSchemaSubset(parseJsonSchema(narrower as Json), parseJsonSchema(wider as Json)); // both are JSON

/** What gives up proves nothing: schemas that only lead to themselves can be written without end. */
function isProved(narrower: unknown, wider: unknown): boolean {
  try {
    return isSubset(narrower, wider);
  } catch (error) {
    expect((error as Error).message).toMatch(/too complex to compare/);
    return false;
  }
}

const NAMES = ['a', 'b', 'ab', 'c'];
const name = fc.constantFrom(...NAMES);
const small = fc.integer({ min: 0, max: 3 });
const scalar = fc.constantFrom<Json>(null, true, false, 0, 1, 2, 1.5, -1, 'a', 'b', 'abc', '');

const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

/** Every keyword that the subset check reads, on a few values, so that two random schemas often have much in common. */
const schema: fc.Arbitrary<Json> = fc.letrec<{ schema: Json }>((tie) => {
  const inner = tie('schema');
  const list = fc.array(inner, { minLength: 1, maxLength: 3 });
  const one = <T extends Json>(keyword: string, arbitrary: fc.Arbitrary<T>) =>
    arbitrary.map((each): [string, Json] => [keyword, each]);
  const types = fc.constantFrom<Json>(
    'null',
    'boolean',
    'integer',
    'number',
    'string',
    'array',
    'object',
    ['integer', 'string'],
    ['null', 'object'],
  );
  const keyword = fc.oneof(
    one('type', types),
    one('type', types),
    one('enum', fc.array(value, { minLength: 1, maxLength: 3 })),
    one('const', value),
    one('minimum', small),
    one('maximum', small),
    one('exclusiveMinimum', small),
    one('exclusiveMaximum', small),
    one('multipleOf', fc.constantFrom(1, 2, 4, 0.5)),
    one('minLength', small),
    one('maxLength', small),
    one('pattern', fc.constantFrom('^a', 'b$')),
    one('minItems', small),
    one('maxItems', small),
    one('uniqueItems', fc.boolean()),
    one('items', fc.oneof(inner, list)),
    one('additionalItems', inner),
    one('contains', inner),
    one('required', fc.uniqueArray(name, { maxLength: 2 })),
    one('minProperties', small),
    one('maxProperties', small),
    one('properties', fc.dictionary(name, inner, { maxKeys: 3, noNullPrototype: true })),
    one('properties', fc.dictionary(name, inner, { maxKeys: 3, noNullPrototype: true })),
    one(
      'patternProperties',
      fc.dictionary(fc.constantFrom('^a', 'b$', 'a{2}'), inner, { maxKeys: 2, noNullPrototype: true }),
    ),
    one('additionalProperties', inner),
    one('additionalProperties', fc.constant(false)),
    one('propertyNames', inner),
    one(
      'dependencies',
      fc.dictionary(name, fc.oneof(inner, fc.uniqueArray(name, { maxLength: 2 })), {
        maxKeys: 1,
        noNullPrototype: true,
      }),
    ),
    one('allOf', list),
    one('anyOf', list),
    one('oneOf', list),
    one('not', inner),
    one('if', inner),
    one('then', inner),
    one('else', inner),
    one('$ref', fc.constantFrom('#', '#/definitions/d')),
  );
  return {
    schema: fc.oneof(
      { depthSize: 'small' },
      fc.boolean(),
      fc.array(keyword, { minLength: 1, maxLength: 4 }).map((pairs) => Object.fromEntries(pairs)),
    ),
  };
}).schema;

/** With something for its references to mean. */
const root = fc
  .tuple(schema, schema)
  .map(([top, definition]) => (isJsonObject(top) ? { ...top, definitions: { d: definition } } : top));

/** The same schema a little wider or narrower, as the next version of one is. */
const changed = (before: Json): fc.Arbitrary<Json> =>
  fc.tuple(schema, fc.nat(5)).map(([other, how]) => {
    if (!isJsonObject(before) || !isJsonObject(other)) return other;
    const entries = Object.entries(before);
    if (how < 3) return Object.fromEntries(entries.filter((_, i) => i !== how % Math.max(entries.length, 1)));
    return how === 3 ? { ...before, ...other } : { ...other, ...before };
  });

/** Undefined where ajv cannot follow the schema: a reference that only leads to itself. */
function validator(definition: unknown): ((data: Json) => boolean | undefined) | undefined {
  try {
    const compiled = ajv.compile(definition as object | boolean);
    return (data) => {
      try {
        return compiled(data);
      } catch {
        return undefined; // a schema that only leads to itself: nothing can be said
      }
    };
  } catch {
    return undefined;
  }
}

const parses = (definition: unknown): boolean => {
  try {
    parseJsonSchema(definition as Json);
    return true;
  } catch {
    return false;
  }
};

/**
 * ajv 8.20 does not ask `contains` of an empty array where `items` allows none: `{"items":[false],"contains":true}` lets
 * `[]` through, which has nothing that it could contain (draft-07 validation, 6.4.6).
 */
const isMisread = (definition: unknown): boolean => {
  const text = JSON.stringify(definition);
  return text.includes('"contains"') && /"items":(?:false|\[[^\]]*false)/.test(text);
};

describe('isJsonSchemaSubset', () => {
  it('given any two schemas, calls one a subset only where the other accepts all that it accepts', () => {
    const proved = { count: 0 };
    fc.assert(
      fc.property(
        root.chain((a) => fc.tuple(fc.constant(a), fc.oneof(root, changed(a)))),
        fc.array(value, { minLength: 20, maxLength: 40 }),
        ([a, b], values) => {
          fc.pre(parses(a) && parses(b) && !isMisread(a) && !isMisread(b));
          const [inA, inB] = [validator(a), validator(b)];
          fc.pre(inA !== undefined && inB !== undefined);
          if (!isProved(a, b)) return;
          proved.count += 1;
          for (const each of values) {
            if (inA(each) === true)
              expect({ a, b, each, isRefused: inB(each) === false }).toMatchObject({ isRefused: false });
          }
        },
      ),
      { numRuns: 4_000 },
    );
    expect(proved.count).toBeGreaterThan(200);
  }, 240_000);

  it('given any schema, finds it a subset of its copy, but for what it has no proof for', () => {
    fc.assert(
      fc.property(root, (a) => {
        const text = JSON.stringify(a);
        fc.pre(
          parses(a) &&
            !/"(not|if|oneOf|contains|dependencies|propertyNames|patternProperties|\$ref)"/.test(text),
        );
        expect(isSubset(a, JSON.parse(text))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  const open = { type: 'object', properties: { a: { type: 'string' } } };
  const closed = { ...open, additionalProperties: false };
  const both = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'integer' } } };
  const list = { type: 'object', properties: { v: { type: 'integer' }, next: { $ref: '#' } } };
  const longer = { type: 'object', properties: { v: { type: 'number' }, next: { $ref: '#' } } };
  const shape = (kind: string) => ({ properties: { kind: { const: kind } }, required: ['kind'] });
  it.each([
    ['an optional property, of a closed object', closed, { ...both, additionalProperties: false }, true],
    ['an optional property, of an open object', open, both, false],
    ['a required property', closed, { ...both, required: ['b'] }, false],
    ['no property any more', both, open, true],
    ['no property any more, of a closed object', { ...both, additionalProperties: false }, closed, false],
    ['a wider type', { type: 'integer' }, { type: ['number', 'null'] }, true],
    ['a narrower type', { type: 'number' }, { type: 'integer' }, false],
    ['one more symbol', { enum: ['a', 'b'] }, { enum: ['a', 'b', 'c'] }, true],
    ['one symbol less', { enum: ['a', 'b'] }, { enum: ['a'] }, false],
    ['symbols of text', { enum: ['a', 'b'] }, { type: 'string', minLength: 1 }, true],
    ['wider bounds', { minimum: 2, maximum: 3 }, { exclusiveMinimum: 1 }, true],
    [
      'a tuple, one place longer',
      { items: [{ type: 'string' }], additionalItems: false },
      { items: [{ type: 'string' }, {}] },
      true,
    ],
    ['a reference to itself', list, longer, true],
    ['a narrower reference to itself', longer, list, false],
    [
      'alternatives of other types',
      { type: ['string', 'null'] },
      { anyOf: [{ type: 'string' }, { type: 'null' }] },
      true,
    ],
    ['one alternative more', { anyOf: [shape('a')] }, { anyOf: [shape('a'), shape('b')] }, true],
    [
      'discriminated alternatives',
      { oneOf: [shape('a')], type: 'object' },
      { oneOf: [shape('a'), shape('b')] },
      true,
    ],
    ['an alternative less', { anyOf: [shape('a'), shape('b')] }, { anyOf: [shape('a')] }, false],
    [
      'properties by pattern',
      { patternProperties: { '^x': { type: 'integer' } }, additionalProperties: false },
      { patternProperties: { '^x': { type: 'number' } }, additionalProperties: false },
      true,
    ],
    ['everything', both, {}, true],
    [
      'draft-04 bounds',
      { $schema: 'http://json-schema.org/draft-04/schema#', minimum: 1, exclusiveMinimum: true },
      { exclusiveMinimum: 1 },
      true,
    ],
    [
      'what draft-04 does not know',
      { $schema: 'http://json-schema.org/draft-04/schema#', const: 1 },
      { const: 1 },
      false,
    ],
  ])('given %s, decides so', (_what, narrower, wider, holds) => {
    expect(isSubset(narrower, wider)).toBe(holds);
  });

  const branches = Array.from({ length: 1_500 }, (_, i) => ({
    properties: { [`p${String(i)}`]: { minLength: i } },
  }));
  const doubled = (depth: number): object =>
    depth === 0
      ? { minLength: 1 }
      : { anyOf: ['minimum', 'maximum'].map((bound) => ({ [bound]: depth, ...doubled(depth - 1) })) };
  it.each([
    ['alternatives that double', doubled(14), { ...doubled(14), maxLength: 1 }],
    ['a product of constraints', { allOf: branches }, { allOf: [...branches].reverse() }],
  ])('given %s, gives up with a word instead of keeping the server busy', (_what, narrower, wider) => {
    expect(() => isSubset(narrower, wider)).toThrow(/too complex to compare/);
  });
});
