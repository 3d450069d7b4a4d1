import { canonicalJson, type Json, type JsonObject } from '../json-text.ts';
import type { Proof } from '../proof.ts';
import {
  allowsType,
  type Constraint,
  innersOf,
  type JsonType,
  keyword,
  type Located,
  numberOf,
  typeOf,
  TYPES,
  valuesOf,
} from './keywords.ts';

/** Constraints that hold together. `undefined` in place of one: nothing can satisfy them. */
export type Conjunction = readonly Constraint[];

/** Says nothing of what is valid. */
const ANNOTATIONS = [
  '$ref',
  '$id',
  'id',
  '$schema',
  '$comment',
  'title',
  'description',
  'default',
  'examples',
  'definitions',
];

const hasAssertions = (schema: JsonObject): boolean =>
  Object.keys(schema).some((name) => !ANNOTATIONS.includes(name));

/**
 * `allOf` and references laid flat. A reference met on its own way is left out: leaving out a constraint only widens
 * what the conjunction accepts, so a proof about it stays one.
 *
 * Up to draft-07 what stands beside a reference means nothing, but newer validators read it. A proof has to hold for
 * both: on the narrower side it is left out, on the wider side it is asked for.
 */
export function flatten(
  proof: Proof,
  located: readonly Located[],
  besideReferences: 'left out' | 'asked for' = 'left out',
): Conjunction | undefined {
  const flat: Constraint[] = [];
  const seen = new Set<object>();
  const waiting = [...located].reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    proof.step();
    const { document, schema } = next;
    if (schema === false) return undefined;
    if (schema === true || seen.has(schema)) continue;
    seen.add(schema);
    const constraint: Constraint = { document, schema };
    const { $ref: ref } = schema;
    if (typeof ref === 'string') {
      const target = document.resolve(ref);
      if (target !== undefined) waiting.push({ document, schema: target });
      if (besideReferences === 'left out' || !hasAssertions(schema)) continue;
    }
    flat.push(constraint);
    waiting.push(...innersOf(constraint, 'allOf'));
  }
  return flat;
}

export const typesOf = (all: Conjunction): readonly JsonType[] =>
  TYPES.filter((type) => all.every((each) => allowsType(each, type))).filter((type) => {
    const values = finiteValues(all, type);
    return values === undefined || values.length > 0;
  });

const sets = new WeakMap<readonly Json[], ReadonlySet<string>>();

export function isAmong(values: readonly Json[], value: Json): boolean {
  const set = sets.get(values) ?? new Set(values.map(canonicalJson));
  sets.set(values, set);
  return set.has(canonicalJson(value));
}

/** How much looking through a conjunction costs. */
export const weightOf = (all: Conjunction): number =>
  all.reduce((weight, each) => weight + 1 + (valuesOf(each)?.length ?? 0), 0);

/** Where there are only so many values of the type, they. */
export function finiteValues(all: Conjunction, type: JsonType): readonly Json[] | undefined {
  if (type === 'null') return [null].filter((value) => all.every((each) => permits(each, value)));
  if (type === 'boolean') return [true, false].filter((value) => all.every((each) => permits(each, value)));
  const lists = all.map(valuesOf).filter((list) => list !== undefined);
  const [first, ...rest] = lists;
  if (first === undefined) return undefined;
  return first.filter((value) => typeOf(value) === type && rest.every((list) => isAmong(list, value)));
}

const permits = (constraint: Constraint, value: Json): boolean => {
  const values = valuesOf(constraint);
  return values === undefined || isAmong(values, value);
};

export interface Range {
  readonly lowest: number;
  readonly highest: number;
  readonly excludesLowest: boolean;
  readonly excludesHighest: boolean;
}

/** One schema's bounds of numbers; draft-04's boolean `exclusiveMinimum` included. */
export function rangeOf(constraint: Constraint, type: JsonType): Range {
  const low = keyword(constraint, 'exclusiveMinimum');
  const high = keyword(constraint, 'exclusiveMaximum');
  const minimum = numberOf(constraint, 'minimum') ?? -Infinity;
  const maximum = numberOf(constraint, 'maximum') ?? Infinity;
  const above = typeof low === 'number' ? low : -Infinity;
  const below = typeof high === 'number' ? high : Infinity;
  const range: Range = {
    lowest: Math.max(minimum, above),
    highest: Math.min(maximum, below),
    excludesLowest: low === true || above >= minimum,
    excludesHighest: high === true || below <= maximum,
  };
  return type === 'integer' ? ofIntegers(range) : range;
}

/** Exclusive bounds as inclusive ones, where numbers are exact. */
function ofIntegers({ lowest, highest, excludesLowest, excludesHighest }: Range): Range {
  const isLow = excludesLowest && Number.isSafeInteger(lowest);
  const isHigh = excludesHighest && Number.isSafeInteger(highest);
  return {
    lowest: isLow ? lowest + 1 : Math.ceil(lowest),
    highest: isHigh ? highest - 1 : Math.floor(highest),
    excludesLowest: excludesLowest && !isLow && Math.ceil(lowest) === lowest,
    excludesHighest: excludesHighest && !isHigh && Math.floor(highest) === highest,
  };
}

const narrower = (left: Range, right: Range): Range => ({
  lowest: Math.max(left.lowest, right.lowest),
  highest: Math.min(left.highest, right.highest),
  excludesLowest: tightest(left.lowest, right.lowest, left.excludesLowest, right.excludesLowest, 1),
  excludesHighest: tightest(left.highest, right.highest, left.excludesHighest, right.excludesHighest, -1),
});

const tightest = (left: number, right: number, ofLeft: boolean, ofRight: boolean, sign: 1 | -1): boolean => {
  if (left === right) return ofLeft || ofRight;
  return (left - right) * sign > 0 ? ofLeft : ofRight;
};

export const rangeOfAll = (all: Conjunction, type: JsonType): Range =>
  all
    .map((each) => rangeOf(each, type))
    .reduce(narrower, { lowest: -Infinity, highest: Infinity, excludesLowest: true, excludesHighest: true });

/** The tightest of a lower or an upper bound such as minLength, maxItems. */
export const atLeast = (all: Conjunction, name: string): number =>
  all.reduce((bound, each) => Math.max(bound, numberOf(each, name) ?? 0), 0);
export const atMost = (all: Conjunction, name: string): number =>
  all.reduce((bound, each) => Math.min(bound, numberOf(each, name) ?? Infinity), Infinity);
