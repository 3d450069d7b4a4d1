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
