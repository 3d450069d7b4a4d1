import { RE2JS } from 're2js';

import type { Json } from '../json-text.ts';
import type { Proof } from '../proof.ts';
import { type Conjunction } from './conjunction.ts';
import { type Constraint, innerMapOf, innerOf, innersOf, keyword, type Located } from './keywords.ts';

/** Where ECMA's regular expressions and RE2's mean the same: no look-around, no classes by name, no counted repeats. */
const COMMON =
  /^(?:[\w \-.^$|+*?/:,;!@#%&=~"'<>]|\(\?:|\((?!\?)|\)|\[\^?[\w \-.,/]+\]|\\[dw.\-/\\+*?()[\]{}^$|])+$/;
const MAX_PATTERN = 200;
const ASCII = /^[\x20-\x7e]*$/;
/** Compiling one costs as much as twenty other steps. */
const MATCH_STEPS = 20;

/**
 * Whether a pattern of `patternProperties` finds something in a name, in linear time; undefined where that is not
 * certain, and the caller must take it for either.
 */
export function matches(proof: Proof, pattern: string, name: string): boolean | undefined {
  proof.step(MATCH_STEPS);
  if (pattern.length > MAX_PATTERN || !COMMON.test(pattern) || !ASCII.test(name)) return undefined;
  try {
    return RE2JS.compile(pattern).matcher(name).find();
  } catch {
    return undefined; // ECMA reads more into it than RE2
  }
}

/** What one object schema says of a property of this name. Leaves out what it only may say. */
function saysOf(proof: Proof, constraint: Constraint, name: string): readonly Located[] {
  const own = innerMapOf(constraint, 'properties').get(name);
  const patterns = [...innerMapOf(constraint, 'patternProperties')].map(
    ([pattern, schema]) => [matches(proof, pattern, name), schema] as const,
  );
  const matched = patterns.flatMap(([isMatch, schema]) => (isMatch === true ? [schema] : []));
  const isSurelyAdditional = own === undefined && patterns.every(([isMatch]) => isMatch === false);
  const additional = isSurelyAdditional ? innerOf(constraint, 'additionalProperties') : undefined;
  return [own, additional].flatMap((each) => each ?? []).concat(matched);
}

/** What every value of the property satisfies, in each object that the conjunction accepts. */
export const propertyOf = (proof: Proof, all: Conjunction, name: string): readonly Located[] =>
  all.flatMap((each) => saysOf(proof, each, name));

/** The number of places that a tuple says something about one by one. */
export const tupleLength = (constraint: Constraint): number => innersOf(constraint, 'items').length;

const isTuple = (items: Json | undefined): boolean => Array.isArray(items);

/** What one array schema says of the element at a place. */
export function elementOf(constraint: Constraint, index: number): Located | undefined {
  const items = keyword(constraint, 'items');
  if (items === undefined) return undefined;
  if (!isTuple(items)) return innerOf(constraint, 'items');
  return innersOf(constraint, 'items')[index] ?? innerOf(constraint, 'additionalItems');
}

export const elementOfAll = (all: Conjunction, index: number): readonly Located[] =>
  all.flatMap((each) => elementOf(each, index) ?? []);
