import { invalid } from '@lakewarden/kernel';
import { RE2JS } from 're2js';

/** After these a `*` repeats what stands before it; anywhere else it is Hive's wildcard (spec/catalog.md §4). */
const REPEATABLE = new Set(['.', ')', ']', '}']);

/** Java's and RE2's quoting; Trino sends `trino__\Qname\E__.*` (spec/catalog.md §8). */
const QUOTE = '\\Q';
const END_QUOTE = '\\E';

function withWildcards(pattern: string): string {
  let text = '';
  for (let i = 0; i < pattern.length; i += 1) {
    const char = pattern.charAt(i);
    if (pattern.startsWith(QUOTE, i)) {
      // Nothing in it means anything, and it is one character after another: a `*` behind it is a wildcard.
      const end = pattern.indexOf(END_QUOTE, i + QUOTE.length);
      const quoted = pattern.slice(i + QUOTE.length, end < 0 ? undefined : end);
      text += QUOTE + quoted + END_QUOTE;
      i = end < 0 ? pattern.length : end + END_QUOTE.length - 1;
      if (pattern.charAt(i + 1) === '*') {
        text += '.*';
        i += 1;
      }
    } else if (char === '\\') {
      // An escaped character or class is one unit: `\w*` repeats it.
      text += char + pattern.charAt(i + 1);
      i += 1;
      if (pattern.charAt(i + 1) === '*') {
        text += '*';
        i += 1;
      }
    } else if (char === '*' && !REPEATABLE.has(pattern.charAt(i - 1))) {
      text += '.*';
    } else {
      text += char;
    }
  }
  return text;
}

const MAX_LENGTH = 2048;
/**
 * RE2 writes a counted repeat out: `(a?){1000}`, as often as 2,048 characters hold it, would take 450 MB and 4 s a
 * name. No name has more than 255 characters.
 */
const MAX_REPEATS = 300;
const COUNTED = /\{(\d+)(?:,(\d*))?\}/g;
/** Quoted text, or one escaped character: neither holds a count. */
const QUOTED = /\\Q[\s\S]*?(?:\\E|$)|\\[\s\S]/g;

function refuseLong(expression: string): void {
  if (expression.length > MAX_LENGTH) {
    throw invalid(`Expression is longer than ${String(MAX_LENGTH)} characters.`);
  }
  const counts = [...expression.replace(QUOTED, '').matchAll(COUNTED)].map(([, least, most]) =>
    Math.max(Number(least), Number(most ?? 0)),
  );
  if (counts.reduce((sum, count) => sum + count, 0) > MAX_REPEATS) {
    throw invalid(
      `Expression repeats more than ${String(MAX_REPEATS)} times: a table name has at most 255 characters.`,
    );
  }
}

/**
 * GetTables.Expression and GetUserDefinedFunctions.Pattern: the whole name, without case. Evaluated by RE2, whose
 * time is linear in the name: the pattern is a caller's.
 * @throws InvalidInputException it does not compile, or would cost too much to
 */
export function tableNamePattern(expression: string): (name: string) => boolean {
  refuseLong(expression);
  try {
    const compiled = RE2JS.compile(
      `^(?:${withWildcards(expression)})$`,
      RE2JS.CASE_INSENSITIVE | RE2JS.DOTALL,
    );
    return (name) => compiled.matcher(name).find();
  } catch (error) {
    throw invalid(
      `Expression '${expression}' is not a regular expression: ${error instanceof Error ? error.message : ''}`,
    );
  }
}
