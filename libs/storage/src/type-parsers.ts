import pg from 'pg';

/**
 * How values come out of PostgreSQL. node-postgres's own parsers for arrays and timestamps walk their text character
 * by character; a page of 1,000 partitions has 1,000 of each. These take the common spelling in one native call and
 * leave every other to the original.
 */
const { builtins } = pg.types;
const TEXT_ARRAY = 1009;

const original = pg.types.getTypeParser as (oid: number, format?: string) => (text: string) => unknown; // any oid, whatever the enum

const parseTextArray = original(TEXT_ARRAY) as (text: string) => string[]; // text[] has no other form
const parseTimestamp = original(builtins.TIMESTAMPTZ) as (text: string) => Date;

function textArray(text: string): string[] {
  if (text.includes('"') || text.includes('\\') || text.includes('NULL')) return parseTextArray(text);
  return text === '{}' ? [] : text.slice(1, -1).split(',');
}

/** `2026-11-24 09:29:46.852+00`: the session's time zone is UTC. */
function timestamp(text: string): Date {
  if (!text.endsWith('+00') || text.length < 22) return parseTimestamp(text);
  const parsed = new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
  return Number.isNaN(parsed.getTime()) ? parseTimestamp(text) : parsed;
}

const ours = new Map<number, (text: string) => unknown>([
  [TEXT_ARRAY, textArray],
  [builtins.TIMESTAMPTZ, timestamp],
]);

/** For a pool's `types`. */
export const typeParsers: pg.CustomTypesConfig = {
  // node-postgres asks with whatever oid a column has; its own declaration lists a few.
  getTypeParser: ((oid: number, format?: string) =>
    (format !== 'binary' ? ours.get(oid) : undefined) ??
    original(oid, format)) as typeof pg.types.getTypeParser,
};
