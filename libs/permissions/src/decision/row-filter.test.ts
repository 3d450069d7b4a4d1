import { PGlite } from '@electric-sql/pglite';
import type { ColumnScope } from '@lakewarden/kernel';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { columnSql } from '../filter/row-predicate.ts';
import { readRowExpression } from '../filter/row-expression.ts';
import { cellFilters, shownCells } from './row-filter.ts';

const COLUMNS = [
  { name: 'a', type: 'int' },
  { name: 'b', type: 'string' },
  { name: 'select', type: 'boolean' },
  { name: 'd', type: 'date' },
] as const;
const NAMES = COLUMNS.map(({ name }) => name);
const SQL_TYPES = ['int', 'text', 'boolean', 'date'];

type Value = number | string | boolean | null;
type Row = readonly [a: number | null, b: string | null, c: boolean | null, d: string | null];
/** SQL's own: true, false or unknown. */
type Truth = boolean | null;

/** An expression as a client may write it, and what it means: told once more, in plain functions. */
interface Written {
  readonly text: string;
  readonly holds: (row: Row) => Truth;
}

const and = (a: Truth, b: Truth): Truth =>
  a === false || b === false ? false : a === null || b === null ? null : true;
const not = (a: Truth): Truth => (a === null ? null : !a);
const or = (a: Truth, b: Truth): Truth => not(and(not(a), not(b)));

const COMPARED: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};
const compare = (op: string, a: Value, b: Value): Truth =>
  a === null || b === null ? null : (COMPARED[op]?.(a < b ? -1 : a > b ? 1 : 0) ?? null);

const literal = (value: Value): string => (typeof value === 'string' ? `'${value}'` : String(value));
const numbers = fc.integer({ min: -2, max: 3 });
const words = fc.constantFrom('', 'a', 'ab', 'b', "o''k");
const days = fc.constantFrom('2026-01-01', '2026-01-02', '2024-02-29');
const meant = (text: string): string => text.replaceAll("''", "'");

const comparing: fc.Arbitrary<Written> = fc
  .tuple(
    fc.constantFrom(...Object.keys(COMPARED)),
    fc.oneof(
      fc.tuple(fc.constant(0), numbers),
      fc.tuple(fc.constant(1), words),
      fc.tuple(fc.constant(2), fc.boolean()),
      fc.tuple(fc.constant(3), days),
    ),
    fc.boolean(),
  )
  .map(([op, [place, value], isTyped]) => {
    const name = columnSql(NAMES[place] ?? '');
    const typed = place === 3 && isTyped ? `DATE ${literal(value)}` : literal(value);
    const other = typeof value === 'string' ? meant(value) : value;
    return { text: `${name} ${op} ${typed}`, holds: (row) => compare(op, row[place] ?? null, other) };
  });

const leaf: fc.Arbitrary<Written> = fc.oneof(
  comparing,
  fc.tuple(numbers, numbers, fc.boolean()).map(([low, high, isNot]): Written => ({
    text: `a ${isNot ? 'not ' : ''}between ${String(low)} and ${String(high)}`,
    holds: ([a]) => {
      const within = and(compare('>=', a, low), compare('<=', a, high));
      return isNot ? not(within) : within;
    },
  })),
  fc.tuple(fc.array(words, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([list, isNot]): Written => ({
    text: `b ${isNot ? 'NOT ' : ''}IN (${list.map(literal).join(',')})`,
    holds: ([, b]) => {
      const isIn = list.map((each) => compare('=', b, meant(each))).reduce(or, false);
      return isNot ? not(isIn) : isIn;
    },
  })),
  fc.constantFrom('a%', '%b', '_').map((pattern): Written => ({
    text: `b LIKE '${pattern}'`,
    holds: ([, b]) => {
      if (b === null) return null;
      return pattern === 'a%' ? b.startsWith('a') : pattern === '%b' ? b.endsWith('b') : b.length === 1;
    },
  })),
  fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()).map(([place, isNot]): Written => ({
    text: `${columnSql(NAMES[place] ?? '')} is ${isNot ? 'not ' : ''}null`,
    holds: (row) => (row[place] === null) !== isNot,
  })),
  fc.constant<Written>({ text: '"select"', holds: (row) => row[2] }),
);

const { written } = fc.letrec<{ written: Written }>((tie) => ({
  written: fc.oneof(
    { maxDepth: 3 },
    leaf,
    tie('written').map((of): Written => ({ text: `not (${of.text})`, holds: (row) => not(of.holds(row)) })),
    fc.tuple(tie('written'), tie('written')).map(([x, y]): Written => ({
      text: `(${x.text}) and (${y.text})`,
      holds: (row) => and(x.holds(row), y.holds(row)),
    })),
    fc.tuple(tie('written'), tie('written')).map(([x, y]): Written => ({
      text: `(${x.text}) or (${y.text})`,
      holds: (row) => or(x.holds(row), y.holds(row)),
    })),
  ),
}));

/** Of two columns that are not there a list may still speak. */
const names = fc.subarray([...NAMES, 'gone']);
const shownColumns = fc.oneof(
  fc.constant({ kind: 'all' as const }),
  fc.record({ kind: fc.constant('include' as const), names }),
  fc.record({ kind: fc.constant('exclude' as const), names }),
);
interface Granted {
  readonly columns: { readonly kind: 'all' | 'include' | 'exclude'; readonly names?: readonly string[] };
  /** Undefined: every row. */
  readonly rows: Written | undefined;
}
const granted: fc.Arbitrary<Granted> = fc.record({
  columns: shownColumns,
  rows: fc.option(written, { nil: undefined, freq: 8 }),
});
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const row: fc.Arbitrary<Row> = fc.tuple(
  orNull(numbers),
  orNull(words.map(meant)),
  orNull(fc.boolean()),
  orNull(days),
);

const lists = ({ columns }: Granted, name: string): boolean =>
  columns.kind === 'all' || (columns.names?.includes(name) === true) === (columns.kind === 'include');

/** §6, cell by cell: which columns of the row are seen; none where no grant that shows any column admits it. */
function seenOf(grants: readonly Granted[], each: Row): string[] | undefined {
  const admitting = grants.filter(
    (grant) =>
      NAMES.some((name) => lists(grant, name)) &&
      (grant.rows === undefined || grant.rows.holds(each) === true),
  );
  if (admitting.length === 0) return undefined;
  return NAMES.filter((name) => admitting.some((grant) => lists(grant, name)));
}

const scopeOf = ({ columns, rows }: Granted): ColumnScope => {
  const sql = rows === undefined ? undefined : readRowExpression(rows.text, COLUMNS).sql;
  const scope: ColumnScope =
    columns.kind === 'all' ? { kind: 'all' } : { kind: columns.kind, names: columns.names ?? [] };
  return sql === undefined ? scope : { ...scope, rows: sql };
};

describe('row filter and masks', () => {
  let engine: PGlite;

  beforeAll(async () => {
    engine = await PGlite.create();
  });
  afterAll(async () => {
    await engine.close();
  });

  /** What an engine shows that does as it is told: for each row the columns that are not masked. */
  async function shownBy(
    scopes: readonly ColumnScope[],
    rows: readonly Row[],
  ): Promise<(string[] | undefined)[]> {
    const { rowFilter, masks } = shownCells(scopes, NAMES);
    const listed = NAMES.filter((name) =>
      scopes.some((scope) =>
        'names' in scope ? scope.names.includes(name) === (scope.kind === 'include') : true,
      ),
    );
    const cells = listed.map((name) => {
      const mask = masks.find(({ column }) => column === name);
      return `(${mask?.shownWhere ?? 'TRUE'}) IS TRUE AS ${columnSql(name)}`;
    });
    const values = rows
      .map(
        (each, i) =>
          `(${[String(i), ...each.map((value, place) => `${value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`}::${SQL_TYPES[place] ?? ''}`)].join(', ')})`,
      )
      .join(', ');
    const found = await engine.query<Record<string, unknown>>(
      `SELECT ${['no', ...cells].join(', ')} FROM (VALUES ${values}) AS t (no, ${NAMES.map(columnSql).join(', ')})
       WHERE ${rowFilter ?? 'TRUE'}`,
    );
    const byNo = new Map(found.rows.map((each) => [each['no'], each]));
    return rows.map((_each, i) => {
      const shown = byNo.get(i);
      return shown && listed.filter((name) => shown[name] === true);
    });
  }

  it(
    'show just the cells that any grant that admits the row shows, on a real SQL engine',
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(granted, { minLength: 1, maxLength: 4 }),
          fc.array(row, { minLength: 1, maxLength: 12 }),
          async (grants, rows) => {
            expect(await shownBy(grants.map(scopeOf), rows)).toEqual(
              rows.map((each) => seenOf(grants, each)),
            );
          },
        ),
        { numRuns: 400 },
      );
    },
  );

  it('given every row of some columns, filters no row and masks the others', () => {
    const scopes: ColumnScope[] = [
      { kind: 'include', names: ['a'] },
      { kind: 'all', rows: 'a = 1' },
      { kind: 'include', names: ['b'], rows: "b = 'x'" },
    ];
    expect(shownCells(scopes, ['a', 'b', 'd'])).toEqual({
      masks: [
        { column: 'b', shownWhere: "(a = 1) OR (b = 'x')" },
        { column: 'd', shownWhere: 'a = 1' },
      ],
    });
  });

  it('given filters that show the same columns, masks none', () => {
    const scopes: ColumnScope[] = [
      { kind: 'all', rows: 'a = 1' },
      { kind: 'all', rows: 'a = 2' },
      { kind: 'all', rows: 'FALSE' },
    ];
    expect(shownCells(scopes, ['a', 'b'])).toEqual({ rowFilter: '(a = 1) OR (a = 2)', masks: [] });
    expect(cellFilters(scopes, ['a'])).toEqual([{ column: 'a', shownWhere: '(a = 1) OR (a = 2)' }]);
  });

  it('given a filter that admits nothing, admits nothing', () => {
    expect(shownCells([{ kind: 'all', rows: 'FALSE' }], ['a'])).toEqual({ rowFilter: 'FALSE', masks: [] });
    expect(shownCells([{ kind: 'include', names: [] }], ['a'])).toEqual({ rowFilter: 'FALSE', masks: [] });
  });

  it('names no mask for a column that is shown everywhere, or nowhere', () => {
    const scopes: ColumnScope[] = [
      { kind: 'include', names: ['a'] },
      { kind: 'include', names: ['a', 'b'], rows: 'a = 1' },
    ];
    const masks = [{ column: 'b', shownWhere: 'a = 1' }];
    expect(cellFilters(scopes, ['a', 'b', 'd'])).toEqual(masks);
    expect(shownCells(scopes, ['a', 'b', 'd'])).toEqual({ masks });
  });

  it('joins what is given twice to one condition, in one order', () => {
    const rows = (...each: string[]): ColumnScope[] => each.map((text) => ({ kind: 'all', rows: text }));
    const joined = { rowFilter: '(a = 1) OR (a = 2)', masks: [] };
    expect(shownCells(rows('a = 2', 'a = 1', 'a = 2'), ['a'])).toEqual(joined);
    expect(shownCells(rows('FALSE', 'a = 1'), ['a'])).toEqual({ rowFilter: 'a = 1', masks: [] });
  });
});
