import { invalid, type LakewardenError } from '@lakewarden/kernel';

export interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'symbol' | 'end';
  /** A text's is what stands between its quotes, unescaped. */
  readonly text: string;
  readonly at: number;
}

/** @param at where in the text; told as line and column, from 1 */
export function fault(source: string, at: number, message: string): LakewardenError {
  const before = source.slice(0, at).split('\n');
  const column = (before.at(-1) ?? '').length + 1;
  return invalid(
    `The ruleset is not valid DQDL: line ${String(before.length)}, column ${String(column)}: ${message}`,
  );
}

// Sticky, each without nested repeats: linear in the text.
const SPACE = /(?:[ \t\r\n]+|#[^\n]*)+/y;
const TOKEN =
  /(?<number>\d+(?:\.\d+)?(?![A-Za-z0-9_.]))|(?<word>[A-Za-z0-9_.]+)|"(?<text>(?:[^"\\]|\\[\s\S])*)"|(?<symbol>!=|<=|>=|[=<>()[\],+*/-])/y;

/** @throws InvalidInputException with line and column */
export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    if (SPACE.test(source)) at = SPACE.lastIndex;
    if (at >= source.length) {
      tokens.push({ kind: 'end', text: '', at });
      return tokens;
    }
    TOKEN.lastIndex = at;
    const { number, word, text, symbol } = TOKEN.exec(source)?.groups ?? {};
    if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    // Only \" and \\ are escapes: a regular expression's other backslashes stand for themselves.
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.replaceAll(/\\(["\\])/g, '$1'), at });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol, at });
    else if (source[at] === '"') throw fault(source, at, 'this text has no closing quote.');
    else throw fault(source, at, `${JSON.stringify(source[at])} means nothing here.`);
    at = TOKEN.lastIndex;
  }
}
