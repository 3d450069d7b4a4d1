import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { z } from 'zod';

const reference = z.object({
  shape: z.string(),
  location: z.string().optional(),
  locationName: z.string().optional(),
});
const shapeSchema = z.object({
  type: z.string(),
  required: z.array(z.string()).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  enum: z.array(z.string()).optional(),
  flattened: z.boolean().optional(),
  union: z.boolean().optional(),
  members: z.record(z.string(), reference).optional(),
  member: reference.optional(),
  key: reference.optional(),
  value: reference.optional(),
});
const fixture = z.object({
  services: z.record(
    z.string(),
    z.object({
      protocol: z.string(),
      version: z.string(),
      targetPrefix: z.string(),
      signingName: z.string(),
      operations: z.record(
        z.string(),
        z.object({ method: z.string(), uri: z.string(), input: z.string().optional() }),
      ),
      shapes: z.record(z.string(), shapeSchema),
    }),
  ),
});

type Shape = z.output<typeof shapeSchema>;
export type ServiceModel = z.output<typeof fixture>['services'][string];

/** botocore's shapes of inputs; scripts/botocore-inputs.py writes the file. */
export const SERVICE_MODELS = fixture.parse(
  JSON.parse(readFileSync('test/fixtures/botocore-inputs.json', 'utf8')),
).services;

/** Of the world that the fuzz begins with, so that some requests meet something. */
const NAMES = ['db', 't', 'plain', 'by_city', 'u', 'g', 'r', 'new1', 'new2', 'New_3'];
const EXPRESSIONS = [
  'year = 2024',
  "year >= 2020 AND city = 'b'",
  "city LIKE 'a%' OR NOT year IN (1, 2, 3)",
  "(year BETWEEN 1 AND 9) AND city <> 'x'",
  'city IS NOT NULL',
];
/** By the member's name: what stands for something there. */
const KNOWN: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^CatalogId$/, ['111122223333', '111122223333', '999988887777']],
  [/^(Expression|PartitionPredicate|Filter)$/, EXPRESSIONS],
  [/^(Values|PartitionValues|PartitionValueList)$/, ['2024', 'a', '1', 'b']],
  [
    /(Arn|ResourceArn|PrincipalIdentifier|DataLakePrincipalIdentifier)$/,
    [
      'arn:aws:iam::111122223333:user/u',
      'arn:aws:iam::111122223333:role/r',
      'arn:aws:glue:us-east-1:111122223333:table/db/t',
      'IAM_ALLOWED_PRINCIPALS',
      '999988887777',
    ],
  ],
  [/^(Type|DataType)$/, ['string', 'int', 'struct<a:int>', 'decimal(10,2)']],
  [
    /(Policy|PolicyDocument|PolicyInJson)$/,
    [
      '{"Version":"2012-10-17","Statement":[]}',
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}',
    ],
  ],
  [/(Name|NameContains|Path|PathPrefix|Keys|TablesToDelete)$/, NAMES],
];

const MAX_DEPTH = 6;
const known = new Map<string, fc.Arbitrary<unknown>>();

function textOf(shape: Shape, memberName: string): fc.Arbitrary<unknown> {
  if (shape.enum !== undefined && shape.enum.length > 0) return fc.constantFrom(...shape.enum);
  const pool = KNOWN.find(([pattern]) => pattern.test(memberName))?.[1];
  const minLength = Math.min(shape.min ?? 0, 64);
  const free = fc.string({
    unit: 'grapheme-ascii',
    minLength,
    maxLength: Math.max(minLength, Math.min(shape.max ?? 20, 20)),
  });
  return pool === undefined
    ? fc.oneof(free, fc.constantFrom(...NAMES))
    : fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pool) }, { weight: 1, arbitrary: free });
}

/** Values that the shape allows. Beyond the depth only what is required. */
export function valuesOf(
  model: ServiceModel,
  name: string,
  memberName = '',
  depth = 0,
): fc.Arbitrary<unknown> {
  const id = `${model.signingName}/${name}/${memberName}/${String(depth)}`;
  const made = known.get(id);
  if (made !== undefined) return made;
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`no shape ${name}`);
  const arbitrary = build(model, shape, memberName, depth);
  known.set(id, arbitrary);
  return arbitrary;
}

function build(model: ServiceModel, shape: Shape, memberName: string, depth: number): fc.Arbitrary<unknown> {
  const inner = (ref: { shape: string } | undefined, as = memberName) =>
    ref === undefined ? fc.constant(null) : valuesOf(model, ref.shape, as, depth + 1);
  switch (shape.type) {
    case 'structure': {
      const required = new Set(shape.required ?? []);
      const members = Object.entries(shape.members ?? {}).filter(
        ([member]) => required.has(member) || depth < MAX_DEPTH,
      );
      if (depth > 2 * MAX_DEPTH) return fc.constant({});
      const record = Object.fromEntries(members.map(([member, ref]) => [member, inner(ref, member)]));
      return fc.record(record, { requiredKeys: [...required] });
    }
    case 'list':
      return depth >= MAX_DEPTH
        ? fc.constant([])
        : fc.array(inner(shape.member), {
            minLength: Math.min(shape.min ?? 0, 3),
            maxLength: Math.max(Math.min(shape.max ?? 3, 3), Math.min(shape.min ?? 0, 3)),
          });
    case 'map':
      return depth >= MAX_DEPTH
        ? fc.constant({})
        : fc.dictionary(inner(shape.key).map(String), inner(shape.value), { maxKeys: 3 });
    case 'integer':
    case 'long':
      return fc.integer({
        min: shape.min ?? 0,
        max: Math.max(shape.min ?? 0, Math.min(shape.max ?? 1_000, 100_000)),
      });
    case 'double':
    case 'float':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return fc.integer({ min: 0, max: 2_000_000_000 });
    case 'blob':
      return fc.base64String({ maxLength: 40 });
    default:
      return textOf(shape, memberName);
  }
}

/** The Query protocol's form of a value: `Tags.member.1.Key=...`. Whatever fits nowhere goes in as JSON. */
export function toForm(value: unknown, prefix: string, form: Record<string, string>): Record<string, string> {
  if (Array.isArray(value)) {
    for (const [i, each] of value.slice(0, 50).entries())
      toForm(each, `${prefix}.member.${String(i + 1)}`, form);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value))
      toForm(each, prefix === '' ? name : `${prefix}.${name}`, form);
  } else {
    form[prefix === '' ? 'x' : prefix] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return form;
}
