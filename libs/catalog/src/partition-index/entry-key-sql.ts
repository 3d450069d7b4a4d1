import { HIVE_NULL, type PartitionKeyType, SHAPES } from '../expression/index.ts';

/** An integer that is surely a bigint; longer ones are left to indexKey(). */
const BIGINT = '^-?[0-9]{1,18}$';

/** As integerPart() has it. Zero's magnitude is one zero byte; a negative's count and magnitude are inverted. */
function integerSql(raw: string): string {
  const number = `(${raw})::bigint`;
  const count = `greatest(1, length(ltrim(int8send(abs(${number})), '\\x00'::bytea)))`;
  return `CASE WHEN ${number} >= 0
    THEN '\\x02'::bytea || int2send(${count}::smallint) || substring(int8send(${number}) FROM 9 - ${count})
    ELSE '\\x01'::bytea || int2send((-1 - ${count})::smallint) || substring(int8send(~abs(${number})) FROM 9 - ${count}) END`;
}

/** NULL where the value does not fit its key, or is of no kind that SQL encodes. */
function partSql(family: PartitionKeyType, raw: string): string {
  const text = `convert_to(${raw}, 'UTF8') || '\\x00'::bytea`;
  switch (family) {
    case 'string':
      return `CASE WHEN ${raw} <> '' AND ${raw} !~ '[\\u0001\\u0002]' THEN ${text} END`;
    case 'integer':
      return `CASE WHEN ${raw} ~ '${BIGINT}' THEN ${integerSql(raw)} WHEN ${raw} = '${HIVE_NULL}' THEN '\\xf0'::bytea END`;
    case 'date':
      return `CASE WHEN ${raw} ~ '${SHAPES.date}' THEN ${text} WHEN ${raw} = '${HIVE_NULL}' THEN '\\xf0'::bytea END`;
    case 'decimal':
    case 'timestamp':
      return 'NULL::bytea';
  }
}

/**
 * indexKey() as a PostgreSQL expression, for the values that unfitForIndex() has nothing against; NULL for the rows
 * that have to be looked at one by one.
 *
 * @param values trusted SQL of a text[]
 */
export const entryKeySql = (
  keys: readonly { readonly at: number; readonly family: PartitionKeyType }[],
  values: string,
): string =>
  keys.map(({ at, family }) => `(${partSql(family, `(${values})[${String(at + 1)}]`)})`).join(' || ');
