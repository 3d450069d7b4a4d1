import { invalid } from '@lakewarden/kernel';
import { RE2JS } from 're2js';

/** After these a `*` repeats what stands before it; anywhere else it is Hive's wildcard (spec/catalog.md §4). */
const REPEATABLE = new Set(['.', ')', ']', '}']);

function withWildcards(pattern: string): string {
  let text = '';
  for (let i = 0; i < pattern.length; i += 1) {
    const char = pattern.charAt(i);
    if (char === '\\') {
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

function refuseLong(expression: string): void {
  if (expression.length > MAX_LENGTH) {
    throw invalid(`Expression is longer than ${String(MAX_LENGTH)} characters.`);
  }
  const counts = [...expression.matchAll(COUNTED)].map(([, least, most]) =>
    Math.max(Number(least), Number(most ?? 0)),
  );
  if (counts.reduce((sum, count) => sum + count, 0) > MAX_REPEATS) {
    throw invalid(
      `Expression repeats more than ${String(MAX_REPEATS)} times: a table name has at most 255 characters.`,
    );
  }
}

/**
 * GetTables.Expression: the whole name, without case. Evaluated by RE2, whose time is linear in the name: the
 * pattern is a caller's.
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
