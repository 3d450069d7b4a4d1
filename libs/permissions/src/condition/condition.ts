import { isIP } from 'node:net';

import { invalid } from '@lakewarden/kernel';

/**
 * The condition of a grant (spec/permissions.md §10): comparisons of four facts of the session, joined by and, or, not.
 * Lake Formation writes them as Cedar does (`==`, `&&`), people as SQL does (`=`, `AND`): both are read. A parser of its
 * own: Cedar's own is four megabytes of WebAssembly for a whole policy language, an SQL parser does not know Cedar's
 * signs, and what is left to write is a hundred lines.
 */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | { readonly kind: 'mfa'; readonly wanted: boolean }
  | { readonly kind: 'sourceIp'; readonly networks: readonly string[] }
  | { readonly kind: 'time'; readonly operator: Order; readonly atMs: number }
  | { readonly kind: 'tag'; readonly key: string; readonly values: readonly string[] };

type Order = '<' | '<=' | '>' | '>=';

/** Service model lakeformation, `Condition$Expression`. */
const MAX_CHARS = 3_000;
const MAX_DEPTH = 20;

const TOKEN =
  /\s*(?:(?<word>[A-Za-z_]\w*)|(?<text>"(?:[^"\\\n]|\\["\\])*"|'(?:[^'\n]|'')*')|(?<sign>&&|\|\||==|!=|<>|<=|>=|[=<>!()[\],.]))/y;

interface Token {
  readonly kind: 'word' | 'text' | 'sign' | 'end';
  readonly text: string;
}

const fault = (what: string): Error => invalid(`Condition.Expression: ${what}`);

function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  const end = expression.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(expression)?.groups;
    if (groups === undefined) {
      throw fault(`there is nothing to be made of ${JSON.stringify(expression.slice(at, at + 20))}.`);
    }
    const { word, text, sign } = groups;
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (text !== undefined) tokens.push({ kind: 'text', text: unquoted(text) });
    else tokens.push({ kind: 'sign', text: sign ?? '' });
  }
  return tokens;
}

const unquoted = (text: string): string =>
  text.startsWith('"')
    ? text.slice(1, -1).replace(/\\(["\\])/g, '$1')
    : text.slice(1, -1).replaceAll("''", "'");

const END: Token = { kind: 'end', text: 'its end' };
const EQUAL = ['==', '='];
const UNEQUAL = ['!=', '<>'];
const isOrder = (text: string): text is Order => ['<', '<=', '>', '>='].includes(text);

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Condition {
    const condition = this.#either(0);
    if (this.#peek.kind !== 'end') throw fault(`${this.#peek.text} stands where it should end.`);
    return condition;
  }

  get #peek(): Token {
    return this.#tokens[this.#at] ?? END;
  }

  #next(): Token {
    const token = this.#peek;
    this.#at += 1;
    return token;
  }

  /** Takes the token if it is one of these, whatever its case. */
  #takes(kind: Token['kind'], ...texts: readonly string[]): boolean {
    const { kind: actual, text } = this.#peek;
    if (actual !== kind || !texts.includes(text.toLowerCase())) return false;
    this.#at += 1;
    return true;
  }

  #needs(sign: string): void {
    const { text } = this.#peek;
    if (!this.#takes('sign', sign)) throw fault(`${sign} is missing before ${text}.`);
  }

  #joined(kind: 'and' | 'or', sign: string, part: () => Condition): Condition {
    const first = part();
    const parts = [first];
    while (this.#takes('sign', sign) || this.#takes('word', kind)) parts.push(part());
    return parts.length === 1 ? first : { kind, parts };
  }

  #either(depth: number): Condition {
    return this.#joined('or', '||', () => this.#joined('and', '&&', () => this.#one(depth)));
  }

  #one(depth: number): Condition {
    if (depth > MAX_DEPTH) throw fault(`it nests deeper than ${String(MAX_DEPTH)}.`);
    if (this.#takes('sign', '!') || this.#takes('word', 'not')) {
      return { kind: 'not', part: this.#one(depth + 1) };
    }
    if (this.#takes('sign', '(')) {
      const inner = this.#either(depth + 1);
      this.#needs(')');
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Condition {
    const start = this.#next();
    if (start.kind !== 'word' || start.text !== 'context') {
      throw fault(`context.mfa, .sourceIp, .time or .tags["key"] is compared, not ${start.text}.`);
    }
    this.#needs('.');
    const fact = this.#next();
    switch (fact.kind === 'word' ? fact.text : '') {
      case 'mfa':
        return this.#mfa();
      case 'sourceIp':
        return this.#listed((values) => ({ kind: 'sourceIp', networks: values.map(network) }));
      case 'time':
        return this.#time();
      case 'tags': {
        this.#needs('[');
        const key = this.#text('the key of a tag');
        this.#needs(']');
        return this.#listed((values) => ({ kind: 'tag', key, values }));
      }
      default:
        throw fault(`context.${fact.text} is not known: there are mfa, sourceIp, time and tags["key"].`);
    }
  }

  #mfa(): Condition {
    const isEqual = this.#takes('sign', ...EQUAL);
    if (!isEqual && !this.#takes('sign', ...UNEQUAL)) return { kind: 'mfa', wanted: true };
    const { text } = this.#peek;
    if (this.#takes('word', 'true')) return { kind: 'mfa', wanted: isEqual };
    if (this.#takes('word', 'false')) return { kind: 'mfa', wanted: !isEqual };
    throw fault(`context.mfa is true or false, not ${text}.`);
  }

  #time(): Condition {
    const { text: operator } = this.#next();
    if (!isOrder(operator)) throw fault('context.time is compared by <, <=, > or >= with a bound.');
    const text = this.#text('a time');
    // With its zone: what a bound means must not hang on where the server stands.
    const isTime = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text);
    const atMs = Date.parse(text);
    if (!isTime || Number.isNaN(atMs)) throw fault(`${text} is no time: write 2026-12-31T00:00:00Z.`);
    return { kind: 'time', operator, atMs };
  }

  /** `= x`, `!= x`, `IN [x, y]`. */
  #listed(made: (values: readonly string[]) => Condition): Condition {
    if (this.#takes('word', 'in')) return made(this.#list());
    if (this.#takes('sign', ...EQUAL)) return made([this.#text('a text')]);
    if (this.#takes('sign', ...UNEQUAL)) return { kind: 'not', part: made([this.#text('a text')]) };
    throw fault(`=, != or in stands before ${this.#peek.text}.`);
  }

  #list(): string[] {
    const close = this.#takes('sign', '[') ? ']' : this.#takes('sign', '(') ? ')' : undefined;
    const values = [this.#text('a text')];
    if (close === undefined) return values;
    while (this.#takes('sign', ',')) values.push(this.#text('a text'));
    this.#needs(close);
    return values;
  }

  #text(what: string): string {
    const { kind, text } = this.#next();
    if (kind !== 'text') throw fault(`${what} in quotes is expected, not ${text}.`);
    return text;
  }
}

/** An address, or a network as `10.0.0.0/8`. */
function network(text: string): string {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  if (family === 0 || Number(bits ?? 0) > (family === 4 ? 32 : 128)) {
    throw fault(`${text} is neither an IP address nor a network.`);
  }
  return text;
}

/** @throws InvalidInputException saying what is wrong with it */
export function parseCondition(expression: string): Condition {
  if (expression.length > MAX_CHARS) throw fault(`it has more than ${String(MAX_CHARS)} characters.`);
  return new Parser(tokensOf(expression)).whole();
}
