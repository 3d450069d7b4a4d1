import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';

import { parseProtobuf } from './protobuf-definition.ts';
import { protobufReads } from './protobuf-fields.ts';

const reads = (reader: string, writer: string): boolean =>
  protobufReads(parseProtobuf(reader), parseProtobuf(writer));

/** Values of each scalar, its ends among them. */
const VALUES: Readonly<Record<string, readonly (number | string | boolean | Buffer)[]>> = {
  int32: [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)],
  sint32: [1, -1, -(2 ** 31)],
  uint32: [1, 2 ** 32 - 1],
  int64: ['1', '-1', '9223372036854775807'],
  sint64: ['1', '-1', '9223372036854775807'],
  uint64: ['1', '18446744073709551615'],
  fixed32: [1, 2 ** 32 - 1],
  fixed64: ['1', '18446744073709551615'],
  bool: [true],
  float: [1.5, -2],
  double: [1.5, 0.1],
  string: ['a', 'ä'],
  bytes: [Buffer.from([255]), Buffer.from('a')],
};
const SCALARS = Object.keys(VALUES);

interface Field {
  readonly number: number;
  readonly type: string;
  readonly label: 'optional' | 'required' | 'repeated';
  readonly isInOneof: boolean;
}

const message: fc.Arbitrary<readonly Field[]> = fc.uniqueArray(
  fc.record({
    number: fc.integer({ min: 1, max: 3 }),
    type: fc.constantFrom(...SCALARS),
    label: fc.constantFrom('optional', 'optional', 'required', 'repeated'),
    isInOneof: fc.boolean(),
  }),
  { selector: ({ number }) => number, maxLength: 3 },
);

const inOneof = ({ isInOneof, label }: Field): boolean => isInOneof && label === 'optional';

function textOf(fields: readonly Field[]): string {
  const lines = (wanted: boolean) =>
    fields
      .filter((each) => inOneof(each) === wanted)
      .map(
        ({ number, type, label }) => `${wanted ? '' : label} ${type} f${String(number)} = ${String(number)};`,
      );
  const oneof = lines(true).length === 0 ? '' : `oneof o { ${lines(true).join(' ')} }`;
  return `syntax = "proto2"; message M { ${lines(false).join(' ')} ${oneof} }`;
}

const typeOf = (text: string): protobuf.Type => protobuf.parse(text, { keepCase: true }).root.lookupType('M');

/** One form for what means the same: true is 1, text is its bytes. */
function plain(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join();
  if (typeof value === 'boolean') return value ? '1' : '0';
  return Buffer.isBuffer(value) ? value.toString('hex') : String(value);
}

/** What a reader of bytes gets of a text. */
function asBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asBytes);
  return typeof value === 'string' ? Buffer.from(value) : value;
}

describe('protobufReads', () => {
  it('given any two messages, loses nothing of what was written that the reader has a field for', () => {
    let proved = 0;
    fc.assert(
      fc.property(message, message, fc.infiniteStream(fc.nat()), (reader, writer, choices) => {
        const [to, from] = [textOf(reader), textOf(writer)];
        if (!reads(to, from)) return;
        proved += 1;
        const choose = (): number => Number(choices.next().value);
        const written: Record<string, unknown> = {};
        let isOneofWritten = false;
        for (const field of writer) {
          const values = VALUES[field.type] ?? [];
          const value = values[choose() % values.length];
          const isWritten =
            field.label === 'required' || (choose() % 3 > 0 && !(inOneof(field) && isOneofWritten));
          if (!isWritten) continue;
          isOneofWritten ||= inOneof(field);
          written[`f${String(field.number)}`] = field.label === 'repeated' ? [value, value] : value;
        }
        const readerType = typeOf(to);
        const bytes = typeOf(from).encode(typeOf(from).fromObject(written)).finish();
        const read = readerType.toObject(readerType.decode(bytes), {
          longs: String,
          bytes: Buffer,
          arrays: true,
        });
        for (const { number, type, label } of reader) {
          const name = `f${String(number)}`;
          const asWritten = written[name] ?? (label === 'repeated' ? [] : undefined);
          const sent = type === 'bytes' ? asBytes(asWritten) : asWritten;
          expect({ to, from, name, value: plain(read[name]) }).toMatchObject({ value: plain(sent) });
        }
      }),
      { numRuns: 3_000 },
    );
    expect(proved).toBeGreaterThan(300);
  });

  it('given any message, reads what it wrote itself', () => {
    fc.assert(
      fc.property(message, (fields) => {
        expect(reads(textOf(fields), textOf(fields))).toBe(true);
      }),
    );
  });

  const file = (body: string): string => `syntax = "proto3"; package p; ${body}`;
  const message1 = (fields: string): string => file(`message M { ${fields} }`);
  const closed = (values: string): string => `message M { optional E e = 1; } enum E { ${values} }`;
  it.each([
    ['a field less', message1(''), message1('string a = 1;'), true],
    ['a field more', message1('string a = 1;'), message1(''), true],
    ['a required field more', 'message M { required string a = 1; }', 'message M { }', false],
    ['a required field less', 'message M { }', 'message M { required string a = 1; }', true],
    [
      'a required field for an optional one',
      'message M { required string a = 1; }',
      'message M { optional string a = 1; }',
      false,
    ],
    ['another name of a field', message1('string b = 1;'), message1('string a = 1;'), true],
    ['another number of a field', message1('string a = 2;'), message1('string a = 1;'), true],
    ['a list of a text', message1('repeated string a = 1;'), message1('string a = 1;'), true],
    ['a list of a number', message1('repeated int32 a = 1;'), message1('int32 a = 1;'), false],
    ['a text of a list', message1('string a = 1;'), message1('repeated string a = 1;'), false],
    [
      'a map of other keys',
      message1('map<int32, string> m = 1;'),
      message1('map<string, string> m = 1;'),
      false,
    ],
    [
      'a map of wider values',
      message1('map<string, int64> m = 1;'),
      message1('map<string, int32> m = 1;'),
      true,
    ],
    ['a message less', message1(''), file('message M { } message N { }'), false],
    ['a message more', file('message M { } message N { }'), message1(''), true],
    [
      'a message inside, changed',
      file('message M { N n = 1; message N { bytes b = 1; } }'),
      file('message M { N n = 1; message N { fixed32 b = 1; } }'),
      false,
    ],
    ['another package', 'syntax = "proto3"; package q; message M { }', message1(''), false],
    [
      'two fields in one oneof',
      message1('oneof o { string a = 1; string b = 2; }'),
      message1('string a = 1; string b = 2;'),
      false,
    ],
    ['one field in a oneof', message1('oneof o { string a = 1; }'), message1('string a = 1;'), true],
    [
      'a field more in a oneof',
      message1('oneof o { string a = 1; string b = 2; }'),
      message1('oneof o { string a = 1; }'),
      true,
    ],
    ['a proto3 optional', message1('optional string a = 1;'), message1('string a = 1;'), true],
    ['a constant less of a closed enum', closed('A = 0;'), closed('A = 0; B = 1;'), false],
    ['a constant more of a closed enum', closed('A = 0; B = 1;'), closed('A = 0;'), true],
    [
      'a constant less of an open enum',
      file('message M { E e = 1; } enum E { A = 0; }'),
      file('message M { E e = 1; } enum E { A = 0; B = 1; }'),
      true,
    ],
    ['a number of an enum', 'message M { optional int32 e = 1; }', closed('A = 0;'), true],
  ])('given %s in the reader, decides so', (_what, reader, writer, holds) => {
    expect(reads(reader, writer)).toBe(holds);
  });
});
