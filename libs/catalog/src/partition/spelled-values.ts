/**
 * How a partition's values are stored. The key of text values spells them, each ended by a zero byte: nothing more is
 * written (NULL). Otherwise `spelled` holds a character that is in none of the values, and behind it the values with
 * that character between them: a quarter of what a text[] takes.
 */

/** What `encode(key, 'escape')` leaves as it is: ASCII without the backslash. No value holds U+0000. */
const PLAIN = /^[^\\\u0080-\uffff]*$/;

/** Surrogates are no characters. */
const isCharacter = (code: number): boolean => code < 0xd800 || code > 0xdfff;

const spelledByKey = (values: readonly string[]): string => values.map((value) => `${value}\u0000`).join('');

/** @returns what is stored beside the key; null where the key says it all */
export function spelledValues(key: Buffer, values: readonly string[]): string | null {
  if (values.every((value) => PLAIN.test(value)) && key.toString('latin1') === spelledByKey(values))
    return null;
  let code = 1;
  while (!isCharacter(code) || values.some((value) => value.includes(String.fromCodePoint(code)))) code += 1;
  const mark = String.fromCodePoint(code);
  return mark + values.join(mark);
}

export function storedValues(key: Buffer, spelled: string | null): string[] {
  if (spelled === null) return key.toString('latin1').split('\u0000').slice(0, -1);
  const mark = String.fromCodePoint(spelled.codePointAt(0) ?? 0);
  return spelled.slice(mark.length).split(mark);
}

/** The same in SQL, as a text[] that may have an empty text behind the last value. */
export const VALUES_SQL =
  `(COALESCE(string_to_array(substr(p.spelled, 2), left(p.spelled, 1)),` +
  ` string_to_array(encode(p.key, 'escape'), '\\000')))`;
