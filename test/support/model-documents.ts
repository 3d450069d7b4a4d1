import { readFileSync } from 'node:fs';

import fc, { type Arbitrary } from 'fast-check';
import { z } from 'zod';

/** The service model's own shapes: see test/fixtures/README.md. */
const bounds = {
  min: z.number().optional(),
  max: z.number().optional(),
};
const shapeSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('structure'),
    required: z.array(z.string()).default([]),
    members: z.record(z.string(), z.string()),
  }),
  z.object({ type: z.literal('list'), member: z.string(), ...bounds }),
  z.object({ type: z.literal('map'), key: z.string(), value: z.string(), ...bounds }),
  z.object({
    type: z.literal('string'),
    pattern: z.string().optional(),
    enum: z.array(z.string()).optional(),
    ...bounds,
  }),
  z.object({ type: z.enum(['integer', 'long']), ...bounds }),
  z.object({ type: z.literal('boolean') }),
  z.object({ type: z.literal('timestamp') }),
]);
type Shape = z.output<typeof shapeSchema>;

const { shapes } = z
  .object({ shapes: z.record(z.string(), shapeSchema) })
  .parse(JSON.parse(readFileSync(new URL('../fixtures/glue-input-shapes.json', import.meta.url), 'utf8')));

export type Document = Record<string, unknown>;

/** What stands in for a member, by `Structure.Member`: `undefined` leaves it out. */
export type Replacements = Readonly<Record<string, Arbitrary<unknown> | undefined>>;

const MOST_ITEMS = 3;
const MOST_CHARACTERS = 24;
/** Up to here a string is sometimes made as long as it may be. */
const LONGEST = 2_056;
const YEAR_1_MS = -62_135_596_800_000;
const YEAR_9999_MS = 253_402_300_799_000;

const character = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  { weight: 2, arbitrary: fc.integer({ min: 0xa0, max: 0xd7ff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0xe000, max: 0xfffd }) },
  { weight: 1, arbitrary: fc.integer({ min: 0x1_0000, max: 0x10_ffff }) },
  { weight: 1, arbitrary: fc.constant(0x09) },
);
const oneLine = character.map((code) => String.fromCodePoint(code));
const manyLines = fc.oneof({ weight: 8, arbitrary: oneLine }, fc.constantFrom('\n', '\r', '\r\n'));

const ONE_LINE = '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*';
const MANY_LINES = '[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*';

const shortText = (unit: Arbitrary<string>, min: number, max: number): Arbitrary<string> =>
  fc
    .string({
      unit,
      minLength: min,
      maxLength: Math.max(min, Math.min(Math.floor(max / 2), MOST_CHARACTERS)),
    })
    // Bounds count UTF-16 units, of which one of these characters may have two.
    .filter((text) => text.length >= min && text.length <= max);

function textOf({ pattern, min = 0, max = LONGEST + 1 }: Extract<Shape, { type: 'string' }>) {
  const units: Readonly<Record<string, Arbitrary<string>>> = { [ONE_LINE]: oneLine, [MANY_LINES]: manyLines };
  const unit = units[pattern ?? MANY_LINES];
  // A pattern of its own, such as an ARN's.
  if (unit === undefined) return fc.stringMatching(new RegExp(`^${pattern ?? ''}$`), { maxLength: max });
  const short = { weight: 20, arbitrary: shortText(unit, min, max) };
  return max > LONGEST ? short.arbitrary : fc.oneof(short, fc.constant('x'.repeat(max)));
}

/** Random documents of a shape within its bounds. */
export function documentsOf(name: string, replacements: Replacements = {}): Arbitrary<unknown> {
  const shape = shapes[name];
  if (shape === undefined) throw new Error(`the model has no shape ${name}`);
  switch (shape.type) {
    case 'structure': {
      const members = Object.entries(shape.members).flatMap(([member, of]) => {
        const path = `${name}.${member}`;
        const made = path in replacements ? replacements[path] : documentsOf(of, replacements);
        return made === undefined ? [] : [[member, made] as const];
      });
      return fc.record(Object.fromEntries(members), {
        noNullPrototype: true,
        requiredKeys: shape.required.filter(
          (member) =>
            replacements[`${name}.${member}`] !== undefined || !(`${name}.${member}` in replacements),
        ),
      });
    }
    case 'list':
      return fc.array(documentsOf(shape.member, replacements), {
        minLength: shape.min ?? 0,
        maxLength: Math.min(shape.max ?? MOST_ITEMS, MOST_ITEMS),
      });
    case 'map':
      return fc.dictionary(
        // No JSON of this door has a member of that name: it would be no member but the object's own kind.
        documentsOf(shape.key, replacements)
          .map(String)
          .filter((key) => key !== '__proto__'),
        documentsOf(shape.value, replacements),
        { maxKeys: MOST_ITEMS, noNullPrototype: true },
      );
    case 'string':
      return shape.enum === undefined ? textOf(shape) : fc.constantFrom(...shape.enum);
    case 'integer':
      return fc.integer({ min: shape.min ?? -(2 ** 31), max: shape.max ?? 2 ** 31 - 1 });
    case 'long':
      return fc.integer({
        min: shape.min ?? Number.MIN_SAFE_INTEGER,
        max: shape.max ?? Number.MAX_SAFE_INTEGER,
      });
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return fc.integer({ min: YEAR_1_MS, max: YEAR_9999_MS }).map((ms) => ms / 1000);
  }
}
