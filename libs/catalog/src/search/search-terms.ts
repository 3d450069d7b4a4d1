import { hash } from 'node:crypto';

import { type DescribedTable, filteredOnlyTexts, searchedTexts, wordsOf } from './search-words.ts';

/** Rises with every change to what a table's terms are: terms of an older version are made anew at the next start. */
export const TERMS_VERSION = 1;

/**
 * A table's first so many; what lies behind them is not found. Names and columns come first, so it is the words of
 * parameters of hundreds of kilobytes that are left out.
 */
export const MAX_TERMS = 10_000;

const BIGINT_BYTES = 8;

/**
 * 64 bits of a hash, as text: eight bytes a word however long it is, and one GIN index for all accounts in which no
 * account's words make another's lists longer. Two words with one hash cost a look at a table that does not match:
 * terms only narrow the search, the rule decides (search-rule.ts).
 */
function term(accountId: string, kind: 'word' | 'whole', text: string): string {
  const digest = hash('sha1', `${accountId}\n${kind}\n${text}`, 'buffer');
  return digest.subarray(0, BIGINT_BYTES).readBigInt64BE().toString();
}

export const wordTerm = (accountId: string, word: string): string => term(accountId, 'word', word);

/** Of a whole value, for a SearchText in quotes. */
export const wholeTerm = (accountId: string, value: string): string =>
  term(accountId, 'whole', value.toLowerCase());

/** Everything that may be asked of the table. */
export function termsOf(table: DescribedTable): string[] {
  const accountId = table.catalogId;
  const terms = new Set<string>();
  const add = (words: Iterable<string>, made: (accountId: string, text: string) => string): void => {
    for (const word of words) if (terms.size < MAX_TERMS) terms.add(made(accountId, word));
  };
  add(filteredOnlyTexts(table).flatMap(wordsOf), wordTerm);
  for (const text of searchedTexts(table)) {
    if (terms.size >= MAX_TERMS) break;
    add([text], wholeTerm);
    add(wordsOf(text), wordTerm);
  }
  return [...terms];
}
