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

/**
 * GetTables.Expression: the whole name, without case. Evaluated by RE2, whose time is linear in the name: the
 * pattern is a caller's.
 * @throws InvalidInputException it does not compile
 */
export function tableNamePattern(expression: string): (name: string) => boolean {
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
