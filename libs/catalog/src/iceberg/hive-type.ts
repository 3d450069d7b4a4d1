import { invalid } from '@lakewarden/kernel';

import { type IcebergField, type IcebergType, MAX_TYPE_DEPTH } from './iceberg-type.ts';

const PRIMITIVES: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  tinyint: 'int',
  smallint: 'int',
  int: 'int',
  integer: 'int',
  bigint: 'long',
  float: 'float',
  double: 'double',
  date: 'date',
  timestamp: 'timestamp',
  string: 'string',
  binary: 'binary',
};

/**
 * Reads Hive type text, such as `struct<a:int,b:array<decimal(10,2)>>`, as an Iceberg type. All is optional, as in Hive.
 * @param nextId gives out the ids of nested fields
 * @throws InvalidInputException a type that Iceberg has no counterpart of
 */
export function fromHiveType(text: string, column: string, nextId: () => number): IcebergType {
  let at = 0;
  const unknown = () => invalid(`Column ${column} has the type ${text}, which an Iceberg table cannot hold.`);

  const skipBlanks = () => {
    while (text[at] === ' ') at += 1;
  };
  const take = (mark: string): boolean => {
    skipBlanks();
    if (text[at] !== mark) return false;
    at += 1;
    return true;
  };
  const expect = (mark: string) => {
    if (!take(mark)) throw unknown();
  };
  const until = (marks: string): string => {
    skipBlanks();
    const from = at;
    while (at < text.length && !marks.includes(text[at] ?? '')) at += 1;
    return text.slice(from, at).trim();
  };
  const digits = (): number => {
    const number = until(',)');
    if (!/^\d{1,3}$/.test(number)) throw unknown();
    return Number(number);
  };

  function type(depth: number): IcebergType {
    if (depth > MAX_TYPE_DEPTH) throw unknown();
    const name = until('<>(),').toLowerCase();
    switch (name) {
      case 'array': {
        expect('<');
        const list = { type: 'list', 'element-id': nextId(), element: type(depth + 1) } as const;
        expect('>');
        return { ...list, 'element-required': false };
      }
      case 'map': {
        expect('<');
        const keyId = nextId();
        const valueId = nextId();
        const key = type(depth + 1);
        expect(',');
        const value = type(depth + 1);
        expect('>');
        return {
          type: 'map',
          'key-id': keyId,
          key,
          'value-id': valueId,
          value,
          'value-required': false,
        };
      }
      case 'struct': {
        expect('<');
        const fields: IcebergField[] = [];
        do {
          const field = until(':<>,').replace(/^`(.*)`$/, '$1');
          if (field === '') throw unknown();
          expect(':');
          fields.push({ id: nextId(), name: field, required: false, type: type(depth + 1) });
        } while (take(','));
        expect('>');
        return { type: 'struct', fields };
      }
      case 'decimal': {
        // Hive's own default.
        if (!take('(')) return 'decimal(10, 0)';
        const precision = digits();
        const scale = take(',') ? digits() : 0;
        expect(')');
        if (precision < 1 || precision > 38 || scale > precision) throw unknown();
        return `decimal(${String(precision)}, ${String(scale)})`;
      }
      case 'char':
      case 'varchar': {
        if (take('(')) {
          until(')');
          expect(')');
        }
        return 'string';
      }
      default: {
        const primitive = PRIMITIVES[name];
        if (primitive === undefined) throw unknown();
        return primitive;
      }
    }
  }

  const read = type(0);
  skipBlanks();
  if (at < text.length) throw unknown();
  return read;
}
