import { invalid } from '@lakewarden/kernel';

import type { Table } from '../table/table.ts';
import { wholeTerm, wordTerm } from './search-terms.ts';
import { propertyTexts, searchedTexts, wordsOf } from './search-words.ts';

export const COMPARATORS = [
  'EQUALS',
  'GREATER_THAN',
  'LESS_THAN',
  'GREATER_THAN_EQUALS',
  'LESS_THAN_EQUALS',
] as const;
export type Comparator = (typeof COMPARATORS)[number];

export interface SearchFilter {
  readonly key: string;
  readonly value: string;
  /** For times alone. */
  readonly comparator?: Comparator | undefined;
}

export interface TimeBound {
  readonly property: 'createdAt' | 'updatedAt';
  readonly comparator: Comparator;
  readonly time: Date;
}

/** What a table has to be to be found. */
export interface SearchRule {
  /** Decides. Given a table as the caller sees it. */
  readonly matches: (table: Table) => boolean;
  /** False where nothing can match: no word was asked for. */
  readonly isSatisfiable: boolean;
  /** Each of these is among the terms of every table that matches. */
  readonly allTerms: readonly string[];
  /** At least one of these, where there are any. */
  readonly anyTerms: readonly string[];
  readonly times: readonly TimeBound[];
  /** Words of the database's name. */
  readonly databaseWords: readonly string[];
}

/** Filter keys that name a time, in lower case. */
const TIMES: Readonly<Record<string, TimeBound['property']>> = {
  createtime: 'createdAt',
  updatetime: 'updatedAt',
};

const compares: Record<Comparator, (difference: number) => boolean> = {
  EQUALS: (difference) => difference === 0,
  GREATER_THAN: (difference) => difference > 0,
  LESS_THAN: (difference) => difference < 0,
  GREATER_THAN_EQUALS: (difference) => difference >= 0,
  LESS_THAN_EQUALS: (difference) => difference <= 0,
};

const EPOCH_SECONDS = /^-?\d{1,12}(?:\.\d{1,9})?$/;
const ISO_8601 = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** Epoch seconds, or ISO 8601, UTC where it names no zone. @throws InvalidInputException */
function timeOf({ key, value }: SearchFilter): Date {
  const hasZone = /(?:Z|[+-]\d{2}:\d{2})$/.test(value) || !value.includes('T');
  const milliseconds = EPOCH_SECONDS.test(value)
    ? Math.round(Number(value) * 1000)
    : ISO_8601.test(value)
      ? Date.parse(hasZone ? value : `${value}Z`)
      : NaN;
  if (!Number.isFinite(milliseconds) || Math.abs(milliseconds) > 8.64e15) {
    throw invalid(`The value ${value} of filter ${key} is no time: give epoch seconds, or ISO 8601.`);
  }
  return new Date(milliseconds);
}

function timeBound(filter: SearchFilter): TimeBound | undefined {
  const folded = filter.key.toLowerCase();
  const property = Object.hasOwn(TIMES, folded) ? TIMES[folded] : undefined;
  if (property !== undefined) {
    return { property, comparator: filter.comparator ?? 'EQUALS', time: timeOf(filter) };
  }
  if (filter.comparator !== undefined && filter.comparator !== 'EQUALS') {
    throw invalid(`Filter ${filter.key} is no time: it has no Comparator ${filter.comparator}.`);
  }
  return undefined;
}

interface TextRule {
  readonly matches: (table: Table) => boolean;
  readonly isSatisfiable: boolean;
  readonly anyTerms: readonly string[];
}

const QUOTED = /^"([\s\S]*)"$/;

/** In quotes: one whole value, but for case. Otherwise any of its words. */
function textRule(accountId: string, text: string): TextRule {
  const quoted = QUOTED.exec(text)?.[1];
  if (quoted !== undefined) {
    const value = quoted.toLowerCase();
    return {
      matches: (table) => searchedTexts(table).some((each) => each.toLowerCase() === value),
      isSatisfiable: value !== '',
      anyTerms: [wholeTerm(accountId, value)],
    };
  }
  const words = new Set(wordsOf(text));
  return {
    matches: (table) => searchedTexts(table).some((each) => wordsOf(each).some((word) => words.has(word))),
    isSatisfiable: words.size > 0,
    anyTerms: [...words].map((word) => wordTerm(accountId, word)),
  };
}

const EVERYTHING: TextRule = { matches: () => true, isSatisfiable: true, anyTerms: [] };

/** Every word of the filter's value is a whole word of the property. */
const wordsMatch =
  ({ key }: SearchFilter, words: readonly string[]) =>
  (table: Table): boolean =>
    propertyTexts(table, key).some((text) => {
      const there = new Set(wordsOf(text));
      return words.every((word) => there.has(word));
    });

/**
 * Text and filters together: all of them hold.
 * @throws InvalidInputException a time that is none, a Comparator where there is no time
 */
export function searchRule(
  accountId: string,
  text: string | undefined,
  filters: readonly SearchFilter[],
): SearchRule {
  const rule = text === undefined ? EVERYTHING : textRule(accountId, text);
  const times: TimeBound[] = [];
  const ofWords: { filter: SearchFilter; words: string[] }[] = [];
  for (const filter of filters) {
    const bound = timeBound(filter);
    if (bound === undefined) ofWords.push({ filter, words: wordsOf(filter.value) });
    else times.push(bound);
  }
  const tests = ofWords.map(({ filter, words }) => wordsMatch(filter, words));
  const ofDatabase = ofWords.filter(({ filter }) => filter.key.toLowerCase() === 'databasename');
  const ofTable = ofWords.filter(({ filter }) => filter.key.toLowerCase() !== 'databasename');
  return {
    matches: (table) =>
      rule.matches(table) &&
      tests.every((test) => test(table)) &&
      times.every(({ property, comparator, time }) =>
        compares[comparator](table[property].getTime() - time.getTime()),
      ),
    isSatisfiable: rule.isSatisfiable && ofWords.every(({ words }) => words.length > 0),
    allTerms: [...new Set(ofTable.flatMap(({ words }) => words.map((word) => wordTerm(accountId, word))))],
    anyTerms: rule.anyTerms,
    times,
    databaseWords: [...new Set(ofDatabase.flatMap(({ words }) => words))],
  };
}
