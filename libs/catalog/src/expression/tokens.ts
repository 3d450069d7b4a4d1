export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'date' | 'symbol';

export interface Token {
  readonly kind: TokenKind;
  /** A string's content, a word as written, a number without its type suffix. */
  readonly text: string;
}

const SYMBOLS = ['<=', '>=', '<>', '!=', '=', '<', '>', '(', ')', ','];
const BLANK = /\s/;
const WORD_START = /[A-Za-z_\u0080-\uffff]/;
const WORD_PART = /[A-Za-z0-9_.\u0080-\uffff]/;
const DIGIT = /[0-9]/;
/** Sticky: matched at one place, without backtracking over the text before it. */
const NUMBER = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const BARE_DATE = /\d{4}-\d{2}-\d{2}(?![\w-])/y;
const TYPE_SUFFIX = /(?:BD|[LDSY])(?![\w.])/iy;

/** @returns undefined where the text holds what no token begins with, or a string that does not end */
export function tokenize(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  const matchHere = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const char = text.charAt(at);
    if (BLANK.test(char)) {
      at += 1;
      continue;
    }
    if (char === "'" || char === '"' || char === '`') {
      const quoted = readQuoted(text, at);
      if (quoted === undefined) return undefined;
      tokens.push({ kind: char === '`' ? 'quoted' : 'string', text: quoted.content });
      at = quoted.end;
      continue;
    }
    const date = matchHere(BARE_DATE);
    if (date !== undefined) {
      tokens.push({ kind: 'date', text: date });
      at += date.length;
      continue;
    }
    if (DIGIT.test(char) || char === '-' || char === '+' || char === '.') {
      const start = at;
      const number = matchHere(NUMBER);
      if (number === undefined) return undefined;
      at += number.length;
      at += matchHere(TYPE_SUFFIX)?.length ?? 0;
      if (at === text.length || !WORD_PART.test(text.charAt(at))) {
        tokens.push({ kind: 'number', text: number });
        continue;
      }
      // `2021_sales`: a column's name may begin with a digit (spec/catalog.md §6).
      if (!DIGIT.test(char)) return undefined;
      while (at < text.length && WORD_PART.test(text.charAt(at))) at += 1;
      tokens.push({ kind: 'word', text: text.slice(start, at) });
      continue;
    }
    if (WORD_START.test(char)) {
      const start = at;
      while (at < text.length && WORD_PART.test(text.charAt(at))) at += 1;
      tokens.push({ kind: 'word', text: text.slice(start, at) });
      continue;
    }
    const symbol = SYMBOLS.find((each) => text.startsWith(each, at));
    if (symbol === undefined) return undefined;
    tokens.push({ kind: 'symbol', text: symbol === '!=' ? '<>' : symbol });
    at += symbol.length;
  }
  return tokens;
}

/** A doubled quote stands for one, and so does `\'`; any other backslash is itself. */
function readQuoted(text: string, start: number): { content: string; end: number } | undefined {
  const quote = text.charAt(start);
  let content = '';
  let from = start + 1;
  for (let at = from; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\\' && text.charAt(at + 1) === quote && quote !== '`') {
      content += text.slice(from, at) + quote;
      at += 1;
      from = at + 1;
    } else if (char === quote) {
      content += text.slice(from, at);
      if (text.charAt(at + 1) !== quote) return { content, end: at + 1 };
      content += quote;
      at += 1;
      from = at + 1;
    }
  }
  return undefined;
}
