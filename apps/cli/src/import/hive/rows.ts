import type { MetastoreDatabase, Row } from './metastore-database.ts';

/** Values of one IN list: MySQL and PostgreSQL take more, and their plans get no better by it. */
const IN_LIST = 1_000;

export const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
};

/** Null and empty mean the same to Hive where a name or a class stands; Glue refuses the empty one. */
export const nameOf = (value: unknown): string | undefined => {
  const text = textOf(value);
  return text === '' ? undefined : text;
};

export const numberOf = (value: unknown): number => Number(textOf(value) ?? 0);

/** boolean in PostgreSQL, bit(1) in MySQL, a character in schemas of old. */
export const isTrue = (value: unknown): boolean => {
  if (value instanceof Uint8Array) return value[0] === 1;
  return value === true || value === 1 || value === '1' || value === 'Y' || value === 't';
};

/** Rows whose column is one of the ids, in the order asked for within each list of ids. */
export async function rowsOf(
  database: MetastoreDatabase,
  ids: readonly string[],
  statement: (placeholders: string) => string,
): Promise<Row[]> {
  const found: Row[] = [];
  for (let from = 0; from < ids.length; from += IN_LIST) {
    const some = ids.slice(from, from + IN_LIST);
    const placeholders = some.map(() => '?').join(', ');
    found.push(...(await database.query(statement(placeholders), some)));
  }
  return found;
}

export function groupBy(rows: readonly Row[], column: string): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = textOf(row[column]) ?? '';
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

/** `PARAM_KEY` and `PARAM_VALUE` as a map; a parameter without a value is none. */
export const parametersOf = (rows: readonly Row[] | undefined): Record<string, string> =>
  Object.fromEntries(
    (rows ?? []).flatMap((row) => {
      const name = nameOf(row['PARAM_KEY']);
      const value = textOf(row['PARAM_VALUE']);
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );

export const distinct = (rows: readonly Row[], column: string): string[] => [
  ...new Set(rows.flatMap((row) => textOf(row[column]) ?? [])),
];
