import fc from 'fast-check';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

import { aroundValid, hostileText } from './hostile.ts';

const NAMES = ['db', 't', 'plain', 'by_city', 'u', 'g', 'r', 'new1', '2024', 'a', '111122223333'];
const MAX_DEPTH = 5;
const MAX_FIELDS = 8;

function inputs(type: GraphQLInputType, depth = 0): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return inputs(type.ofType, depth);
  if (isListType(type)) {
    return depth > MAX_DEPTH ? fc.constant([]) : fc.array(inputs(type.ofType, depth + 1), { maxLength: 3 });
  }
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const kept = fields.filter((field) => isNonNullType(field.type) || depth < MAX_DEPTH);
    return fc.record(Object.fromEntries(kept.map((field) => [field.name, inputs(field.type, depth + 1)])), {
      requiredKeys: fields.filter((field) => isNonNullType(field.type)).map(({ name }) => name),
    });
  }
  switch (type.name) {
    case 'Int':
      return fc.integer({ min: 0, max: 1_000 });
    case 'Float':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'Boolean':
      return fc.boolean();
    case 'StringMap':
      return fc.dictionary(fc.constantFrom(...NAMES), fc.string({ maxLength: 10 }), { maxKeys: 3 });
    default:
      return fc.oneof(fc.constantFrom(...NAMES), fc.string({ maxLength: 20 }));
  }
}

/** Fields of the type without arguments that must be given, as deep as the depth allows. */
function selection(type: GraphQLOutputType, depth: number): string {
  if (isNonNullType(type) || isListType(type)) return selection(type.ofType, depth);
  if (!isObjectType(type)) return 'getFields' in type || 'getTypes' in type ? ' { __typename }' : '';
  const fields = Object.values(type.getFields())
    .filter(({ args }) => args.every((argument) => !isNonNullType(argument.type)))
    .flatMap((field) => {
      let inner: GraphQLOutputType = field.type;
      while (isNonNullType(inner) || isListType(inner)) inner = inner.ofType;
      if (!isObjectType(inner)) return [`${field.name}${selection(inner, 0)}`];
      return depth <= 0 ? [] : [`${field.name}${selection(inner, depth - 1)}`];
    })
    .slice(0, MAX_FIELDS);
  return ` { __typename ${fields.join(' ')} }`;
}

interface Question {
  readonly query: unknown;
  readonly variables?: unknown;
  readonly operationName?: unknown;
}

function questionsOf(kind: string, field: GraphQLField<unknown, unknown>): fc.Arbitrary<Question> {
  const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const given = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const head = `${kind} Q${declared === '' ? '' : `(${declared})`} { ${field.name}${given === '' ? '' : `(${given})`}`;
  const variables = fc.record(Object.fromEntries(field.args.map(({ name, type }) => [name, inputs(type)])), {
    requiredKeys: field.args.filter(({ type }) => isNonNullType(type)).map(({ name }) => name),
  });
  return fc
    .tuple(fc.integer({ min: 0, max: 3 }), aroundValid(variables))
    .map(([depth, values]) => ({ query: `${head}${selection(field.type, depth)} }`, variables: values }));
}

/** Documents that are no questions, or cost too much. */
const DOCUMENTS = [
  `{ ${'databases { edges { node { tables { edges { node { '.repeat(5)}name${' } } } } } }'.repeat(5)} }`,
  `{ ${Array.from({ length: 3_000 }, (_, i) => `a${String(i)}: __typename`).join(' ')} }`,
  'query A { ...F } fragment F on Query { ...G } fragment G on Query { ...F }',
  'query A { ...Missing }',
  'query A { a: __typename } query B { b: __typename }',
  '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
  '{ __proto__ }',
  '{ constructor { name } }',
  'subscription { partitionIndexChanged { name } }',
  `{ databases(first: ${'9'.repeat(300)}) { edges { cursor } } }`,
  `{ table(database: """${'x'.repeat(10_000)}""", name: "\\u0000") { name } }`,
  '{ databases @skip(if: true) @include(if: $x) { edges { cursor } } }',
  '{'.repeat(10_000),
  '\ufeff{ __typename }',
  '# only a comment',
  '{"kind":"Document","definitions":[]}',
  'query ($a: String = null, $a: Int!) { __typename }',
  'mutation { login(input: { accountId: "111122223333", userName: "\\ud800", password: "" }) { token } }',
];

const broken = (valid: fc.Arbitrary<Question>): fc.Arbitrary<Question> =>
  fc
    .tuple(valid, fc.nat(), fc.constantFrom('{', '}', '(', '"', '$', '@', '\u0000', '...', '0', ':', ''))
    .map(([question, at, put]) => {
      const text = String(question.query);
      const cut = at % (text.length + 1);
      return { ...question, query: text.slice(0, cut) + put + text.slice(cut + (at % 3)) };
    });

/** Questions of every root field of the schema: valid, nearly so, and hostile. */
export function questions(sdl: string): fc.Arbitrary<unknown> {
  const schema: GraphQLSchema = buildSchema(sdl);
  const valid = fc.oneof(
    ...[['query', schema.getQueryType()] as const, ['mutation', schema.getMutationType()] as const].flatMap(
      ([kind, type]) => Object.values(type?.getFields() ?? {}).map((field) => questionsOf(kind, field)),
    ),
  );
  return fc.oneof(
    { weight: 12, arbitrary: valid },
    { weight: 3, arbitrary: broken(valid) },
    { weight: 2, arbitrary: fc.constantFrom(...DOCUMENTS).map((query) => ({ query })) },
    { weight: 1, arbitrary: hostileText.map((query) => ({ query })) },
    {
      weight: 1,
      arbitrary: aroundValid(fc.constant({ query: '{ __typename }', variables: {}, operationName: 'A' })),
    },
  );
}
