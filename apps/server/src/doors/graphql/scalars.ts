import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';

const isStringMap = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((member) => typeof member === 'string');

export const dateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => (value instanceof Date ? value.toISOString() : String(value)),
});

export const stringMapScalar = new GraphQLScalarType<Record<string, string>, unknown>({
  name: 'StringMap',
  serialize: (value) => value,
  parseValue(value) {
    if (!isStringMap(value)) throw new GraphQLError('A StringMap is an object whose values are strings.');
    return value;
  },
  parseLiteral(node) {
    if (node.kind !== Kind.OBJECT)
      throw new GraphQLError('A StringMap is an object whose values are strings.');
    const entries = node.fields.map(({ name, value }): [string, string] => {
      if (value.kind !== Kind.STRING) throw new GraphQLError(`StringMap member ${name.value} is no string.`);
      return [name.value, value.value];
    });
    return Object.fromEntries(entries);
  },
});

export const jsonScalar = new GraphQLScalarType<unknown>({ name: 'JSON', serialize: (value) => value });

const LONG = /^-?\d{1,19}$/;

function readLong(value: unknown): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && LONG.test(value)) return BigInt(value);
  throw new GraphQLError('A Long is a 64-bit integer: its digits as text, or a number of at most 2^53.');
}

export const longScalar = new GraphQLScalarType<bigint, string>({
  name: 'Long',
  serialize: String,
  parseValue: readLong,
  parseLiteral: (node) =>
    readLong(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : undefined),
});

const NOT_FINITE = ['NaN', 'Infinity', '-Infinity'];

function readDouble(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && NOT_FINITE.includes(value)) return Number(value);
  throw new GraphQLError('A Double is a number, or "NaN", "Infinity" or "-Infinity".');
}

export const doubleScalar = new GraphQLScalarType<number, number | string>({
  name: 'Double',
  serialize: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : String(value)),
  parseValue: readDouble,
  parseLiteral: (node) =>
    node.kind === Kind.INT || node.kind === Kind.FLOAT
      ? Number(node.value)
      : readDouble(node.kind === Kind.STRING ? node.value : undefined),
});
