import fc from 'fast-check';

/** Texts that have broken somebody before. */
const TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x\udc00y',
  '\uffff',
  '\ufeffname',
  'İSTANBUL',
  'ﬁ',
  'e\u0301'.repeat(40),
  '\u202eevil',
  '😀'.repeat(20),
  '../../etc/passwd',
  "'; DROP TABLE partition; --",
  '%',
  '_',
  '\\',
  '\\u0000',
  '${jndi:ldap://x}',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'a\nb\r\nc',
  '<!DOCTYPE x [<!ENTITY y "z">]>',
  'arn:aws:iam::111122223333:user/',
  'arn:aws:glue:us-east-1:111122223333:table/db/t',
  '-1',
  '1e309',
  '0x10',
  '9'.repeat(400),
  '(a+)+$',
  '[[:alpha:]',
  '('.repeat(300),
  "year = 'x' AND ",
  "year IN ('1'",
  'year BETWEEN 1',
  "city LIKE '%%%%%%%%_%'",
  'not not not year = 1',
  'x'.repeat(256),
  'x'.repeat(5_000),
  'é'.repeat(70_000),
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TEXTS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
);

const nested = (depth: number, isList: boolean): unknown => {
  let value: unknown = 'x';
  for (let i = 0; i < depth; i += 1) value = isList ? [value] : { a: value };
  return value;
};

/** What may stand where something else is expected. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: hostileText },
  {
    weight: 5,
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      0.5,
      2 ** 31,
      -(2 ** 31) - 1,
      2 ** 53,
      1e308,
      -0,
      [],
      {},
      [[]],
      [null],
      { '': '' },
      { length: 5 },
      Array.from({ length: 2_000 }, (_, i) => i),
      Array.from({ length: 200 }, () => ({})),
      nested(20, true),
      nested(20, false),
      nested(90, true),
      nested(2_000, false),
    ),
  },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** Follows the picks into the value and changes what it comes to; all else stays as it was. */
export function changeSomewhere(value: unknown, picks: readonly number[], put: unknown): unknown {
  const [pick = 0, ...rest] = picks;
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (value.length === 0 || rest.length === 0) return put;
    if (pick % 11 === 0) return [...items, put];
    const at = pick % value.length;
    return items.map((each, i) => (i === at ? changeSomewhere(each, rest, put) : each));
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0 || rest.length === 0) return put;
    if (pick % 13 === 0) return { ...value, [typeof put === 'string' ? put.slice(0, 40) : 'Extra']: put };
    const at = pick % entries.length;
    if (pick % 7 === 0) return Object.fromEntries(entries.filter((_, i) => i !== at));
    return Object.fromEntries(
      entries.map(([name, each], i) => [name, i === at ? changeSomewhere(each, rest, put) : each]),
    );
  }
  return put;
}

const picks = fc.array(fc.nat(1_000), { minLength: 2, maxLength: 6 });

/** Mostly what fits, often but for one thing, at times nothing that does. */
export const aroundValid = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 5, arbitrary: valid },
    {
      weight: 5,
      arbitrary: fc
        .tuple(valid, picks, hostileValue)
        .map(([value, path, put]) => changeSomewhere(value, path, put)),
    },
    { weight: 1, arbitrary: hostileValue },
  );
