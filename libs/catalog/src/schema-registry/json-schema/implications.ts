import { type Conjunction, atLeast, atMost, rangeOf, rangeOfAll } from './conjunction.ts';
import {
  type Constraint,
  innerMapOf,
  innerOf,
  type JsonType,
  keyword,
  type Located,
  numberOf,
  textsOf,
} from './keywords.ts';
import type { Proof } from '../proof.ts';
import { elementOf, elementOfAll, matches, propertyOf, tupleLength } from './members.ts';

/** What proves a question about the schemas inside. */
export interface Prover {
  readonly proof: Proof;
  includes(narrower: readonly Located[], wider: Located): boolean;
  /** The same words on both sides. */
  repeats(all: Conjunction, wider: Constraint, name: string): boolean;
}

/** Whether the keywords of one type follow from a conjunction. */

export function numberImplies(all: Conjunction, type: JsonType, wider: Constraint): boolean {
  const [own, asked] = [rangeOfAll(all, type), rangeOf(wider, type)];
  const isAbove =
    own.lowest > asked.lowest ||
    (own.lowest === asked.lowest && (own.excludesLowest || !asked.excludesLowest));
  const isBelow =
    own.highest < asked.highest ||
    (own.highest === asked.highest && (own.excludesHighest || !asked.excludesHighest));
  return isAbove && isBelow && multipleImplies(all, type, numberOf(wider, 'multipleOf'));
}

function multipleImplies(all: Conjunction, type: JsonType, asked: number | undefined): boolean {
  if (asked === undefined || (type === 'integer' && asked === 1)) return true;
  return all.some((each) => {
    const step = numberOf(each, 'multipleOf');
    // Beyond whole numbers validators round, each in its own way.
    return (
      step === asked ||
      (Number.isSafeInteger(step) && Number.isSafeInteger(asked) && (step ?? 0) % asked === 0)
    );
  });
}

/** Annotations to some validators and assertions to others: only their repetition is certain. */
const REPEATED = ['pattern', 'format', 'contentEncoding', 'contentMediaType'];

const sizesImply = (all: Conjunction, wider: Constraint, min: string, max: string): boolean =>
  atLeast(all, min) >= (numberOf(wider, min) ?? 0) && atMost(all, max) <= (numberOf(wider, max) ?? Infinity);

export const stringImplies = (all: Conjunction, wider: Constraint): boolean =>
  sizesImply(all, wider, 'minLength', 'maxLength') &&
  REPEATED.every((name) => {
    const asked = keyword(wider, name);
    return asked === undefined || all.some((each) => keyword(each, name) === asked);
  });

export function arrayImplies(subset: Prover, all: Conjunction, wider: Constraint): boolean {
  const longest = atMost(all, 'maxItems');
  const isUnique = longest <= 1 || all.some((each) => keyword(each, 'uniqueItems') === true);
  return (
    sizesImply(all, wider, 'minItems', 'maxItems') &&
    (keyword(wider, 'uniqueItems') !== true || isUnique) &&
    elementsImply(subset, all, wider, longest) &&
    containsImplies(subset, all, wider)
  );
}

function elementsImply(subset: Prover, all: Conjunction, wider: Constraint, longest: number): boolean {
  // One place past every tuple stands for all that follow.
  const places = Math.max(0, ...[...all, wider].map(tupleLength)) + 1;
  for (let index = 0; index < Math.min(places, longest); index += 1) {
    const asked = elementOf(wider, index);
    if (asked !== undefined && !subset.includes(elementOfAll(all, index), asked)) return false;
  }
  return true;
}

function containsImplies(subset: Prover, all: Conjunction, wider: Constraint): boolean {
  const asked = innerOf(wider, 'contains');
  if (asked === undefined) return true;
  const own = all.flatMap((each) => innerOf(each, 'contains') ?? []);
  if (own.some((each) => subset.includes([each], asked))) return true;
  return atLeast(all, 'minItems') > 0 && subset.includes(elementOfAll(all, 0), asked);
}

export function objectImplies(subset: Prover, all: Conjunction, wider: Constraint): boolean {
  const required = new Set(all.flatMap((each) => textsOf(each, 'required')));
  const fewest = Math.max(atLeast(all, 'minProperties'), required.size);
  return (
    fewest >= (numberOf(wider, 'minProperties') ?? 0) &&
    atMost(all, 'maxProperties') <= (numberOf(wider, 'maxProperties') ?? Infinity) &&
    textsOf(wider, 'required').every((name) => required.has(name)) &&
    subset.repeats(all, wider, 'dependencies') &&
    namesImply(subset, all, wider) &&
    propertiesImply(subset, all, wider)
  );
}

function namesImply(subset: Prover, all: Conjunction, wider: Constraint): boolean {
  const asked = innerOf(wider, 'propertyNames');
  if (asked === undefined) return true;
  return subset.includes(
    all.flatMap((each) => innerOf(each, 'propertyNames') ?? []),
    asked,
  );
}

/** Every name that the conjunction says something about one by one. */
const namesOf = (all: readonly Constraint[]): Set<string> =>
  new Set(all.flatMap((each) => [...innerMapOf(each, 'properties').keys(), ...textsOf(each, 'required')]));

function propertiesImply(subset: Prover, all: Conjunction, wider: Constraint): boolean {
  const properties = innerMapOf(wider, 'properties');
  const patterns = innerMapOf(wider, 'patternProperties');
  const additional = innerOf(wider, 'additionalProperties');
  for (const name of namesOf([...all, wider])) {
    const asked = [properties.get(name) ?? [], ...mayMatch(subset, patterns, name)].flat();
    const isSurelyMatched = [...patterns.keys()].some(
      (pattern) => matches(subset.proof, pattern, name) === true,
    );
    if (!properties.has(name) && !isSurelyMatched && additional !== undefined) asked.push(additional);
    const own = propertyOf(subset.proof, all, name);
    if (!asked.every((each) => subset.includes(own, each))) return false;
  }
  return unnamedImply(subset, all, [...patterns], additional);
}

const mayMatch = (subset: Prover, patterns: ReadonlyMap<string, Located>, name: string): readonly Located[] =>
  [...patterns].flatMap(([pattern, schema]) =>
    matches(subset.proof, pattern, name) === false ? [] : [schema],
  );

/** Properties of all the names that nobody spells out: those of a pattern, and the rest. */
function unnamedImply(
  subset: Prover,
  all: Conjunction,
  patterns: readonly (readonly [string, Located])[],
  additional: Located | undefined,
): boolean {
  const ownPatterns = all.flatMap((each) => [...innerMapOf(each, 'patternProperties')]);
  // A name outside the constraint's own patterns and properties is additional to it, and surely so.
  const rest = all.flatMap((each) => {
    const hasPatterns = innerMapOf(each, 'patternProperties').size > 0;
    return hasPatterns ? [] : (innerOf(each, 'additionalProperties') ?? []);
  });
  const patternsHold = patterns.every(([pattern, asked]) => {
    const same = ownPatterns.flatMap(([own, schema]) => (own === pattern ? [schema] : []));
    return subset.includes([...rest, ...same], asked);
  });
  if (!patternsHold || additional === undefined) return patternsHold;
  // Additional to the wider one: of no pattern of it. Each such name has a pattern here, or is additional here too.
  const askedPatterns = new Set(patterns.map(([pattern]) => pattern));
  return (
    all.some((each) => {
      const own = [...innerMapOf(each, 'patternProperties')].filter(
        ([pattern]) => !askedPatterns.has(pattern),
      );
      const more = innerOf(each, 'additionalProperties');
      return (
        more !== undefined &&
        subset.includes([more, ...rest], additional) &&
        own.every(([, schema]) => subset.includes([schema, ...rest], additional))
      );
    }) || subset.includes(rest, additional)
  );
}
