import type { LakewardenError } from '@lakewarden/kernel';

import { fault, type Token, tokensOf } from './tokens.ts';

/** Walks over the tokens of a ruleset. */
export class TokenReader {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  position = 0;

  constructor(source: string) {
    this.#source = source;
    this.#tokens = tokensOf(source);
  }

  peek(ahead = 0): Token {
    // The last token is the end, and nothing reads behind it.
    return this.#tokens[this.position + ahead] ?? { kind: 'end', text: '', at: this.#source.length };
  }

  next(): Token {
    const token = this.peek();
    this.position += 1;
    return token;
  }

  isAtEnd(): boolean {
    return this.peek().kind === 'end';
  }

  isSymbol(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.text === text;
  }

  isWord(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'word' && token.text === text;
  }

  accept(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.next();
    return true;
  }

  expect(symbol: string): void {
    if (!this.accept(symbol)) throw this.fault(`${symbol} is wanted here.`);
  }

  word(what: string): string {
    if (this.peek().kind !== 'word') throw this.fault(`${what} is wanted here.`);
    return this.next().text;
  }

  text(what: string): string {
    if (this.peek().kind !== 'text') throw this.fault(`${what} is wanted here.`);
    return this.next().text;
  }

  number(what: string): string {
    if (this.peek().kind !== 'number') throw this.fault(`${what} is wanted here.`);
    return this.next().text;
  }

  fault(message: string): LakewardenError {
    return this.faultAt(this.peek(), message);
  }

  faultAt(token: Token, message: string): LakewardenError {
    const found = token.kind === 'end' ? ' (the text ends here)' : ` (found ${token.text.slice(0, 40)})`;
    return fault(this.#source, token.at, `${message}${found}`);
  }
}
