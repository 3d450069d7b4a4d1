import { canonicalJson, isJsonObject, type Json, type JsonObject } from '../json-text.ts';
import type { Proof } from '../proof.ts';
import { flatten, isAmong, rangeOf } from './conjunction.ts';
import {
  allowsType,
  type Constraint,
  innerMapOf,
  innerOf,
  innersOf,
  keyword,
  type Located,
  numberOf,
  textsOf,
  typeOf,
  valuesOf,
} from './keywords.ts';

/** `unknown`: it hangs on a pattern, a format, or more than this looks at. */
export type Verdict = 'yes' | 'no' | 'unknown';

const every = (verdicts: Iterable<Verdict>): Verdict => {
  let all: Verdict = 'yes';
  for (const verdict of verdicts) {
    if (verdict === 'no') return 'no';
    if (verdict === 'unknown') all = 'unknown';
  }
  return all;
};
const negated = (verdict: Verdict): Verdict =>
  verdict === 'yes' ? 'no' : verdict === 'no' ? 'yes' : 'unknown';
const some = (verdicts: readonly Verdict[]): Verdict => negated(every(verdicts.map(negated)));
const said = (holds: boolean): Verdict => (holds ? 'yes' : 'no');

const UNDECIDED = [
  'pattern',
  'format',
  'patternProperties',
  'contentEncoding',
  'contentMediaType',
  'dependencies',
];

/** References that name each other without end, and values as deep as a definition may be. */
const MAX_LOOK = 100;

/**
 * Whether one value of an `enum` satisfies a schema. No caller's regular expression is ever run, and no caller's
 * schema becomes code.
 */
export function admits(proof: Proof, value: Json, located: Located, depth = 0): Verdict {
  proof.step();
  if (depth > MAX_LOOK) return 'unknown';
  const all = flatten(proof, [located]);
  if (all === undefined) return 'no';
  const verdict = every(all.map((each) => satisfies(proof, value, each, depth)));
  const isPlain = flatten(proof, [located], 'asked for')?.length === all.length;
  return verdict === 'yes' && !isPlain ? 'unknown' : verdict;
}

/** Flattened: references and `allOf` were dealt with. */
export function satisfies(proof: Proof, value: Json, constraint: Constraint, depth = 0): Verdict {
  proof.step();
  const look = (each: Located): Verdict => admits(proof, value, each, depth + 1);
  const values = valuesOf(constraint);
  const anyOf = innersOf(constraint, 'anyOf');
  const oneOf = innersOf(constraint, 'oneOf').map(look);
  const not = innerOf(constraint, 'not');
  return every([
    said(allowsType(constraint, typeOf(value))),
    said(values === undefined || isAmong(values, value)),
    anyOf.length === 0 ? 'yes' : some(anyOf.map(look)),
    oneOf.length === 0 ? 'yes' : exactlyOne(oneOf),
    not === undefined ? 'yes' : negated(look(not)),
    keyword(constraint, 'if') === undefined ? 'yes' : 'unknown',
    UNDECIDED.some((name) => keyword(constraint, name) !== undefined) &&
    typeof value !== 'boolean' &&
    value !== null
      ? 'unknown'
      : 'yes',
    ofType(proof, value, constraint, depth),
  ]);
}

function exactlyOne(verdicts: readonly Verdict[]): Verdict {
  const yes = verdicts.filter((verdict) => verdict === 'yes').length;
  if (yes > 1) return 'no';
  if (verdicts.includes('unknown')) return 'unknown';
  return said(yes === 1);
}

const within = (constraint: Constraint, size: number, min: string, max: string): Verdict =>
  said(size >= (numberOf(constraint, min) ?? 0) && size <= (numberOf(constraint, max) ?? Infinity));

function ofType(proof: Proof, value: Json, constraint: Constraint, depth: number): Verdict {
  if (typeof value === 'number') return ofNumber(value, constraint);
  if (typeof value === 'string')
    return within(constraint, Array.from(value).length, 'minLength', 'maxLength');
  if (Array.isArray(value)) return ofArray(proof, value as readonly Json[], constraint, depth);
  return isJsonObject(value) ? ofObject(proof, value, constraint, depth) : 'yes';
}

function ofNumber(value: number, constraint: Constraint): Verdict {
  const range = rangeOf(constraint, 'number');
  const isAbove = range.excludesLowest ? value > range.lowest : value >= range.lowest;
  const isBelow = range.excludesHighest ? value < range.highest : value <= range.highest;
  const step = numberOf(constraint, 'multipleOf');
  if (!isAbove || !isBelow) return 'no';
  if (step === undefined) return 'yes';
  // Validators divide, each with its own rounding: only whole numbers are certain.
  return Number.isSafeInteger(value) && Number.isSafeInteger(step) ? said(value % step === 0) : 'unknown';
}

function ofArray(proof: Proof, value: readonly Json[], constraint: Constraint, depth: number): Verdict {
  const uniform = innerOf(constraint, 'items');
  const tuple = innersOf(constraint, 'items');
  const more = innerOf(constraint, 'additionalItems');
  const contains = innerOf(constraint, 'contains');
  return every([
    within(constraint, value.length, 'minItems', 'maxItems'),
    keyword(constraint, 'uniqueItems') === true
      ? said(new Set(value.map(canonicalJson)).size === value.length)
      : 'yes',
    contains === undefined ? 'yes' : some(value.map((each) => admits(proof, each, contains, depth + 1))),
    ...value.map((each, i): Verdict => {
      const schema = uniform ?? (keyword(constraint, 'items') === undefined ? undefined : (tuple[i] ?? more));
      return schema === undefined ? 'yes' : admits(proof, each, schema, depth + 1);
    }),
  ]);
}

function ofObject(proof: Proof, value: JsonObject, constraint: Constraint, depth: number): Verdict {
  const properties = innerMapOf(constraint, 'properties');
  // Beside patterns a name may not be additional.
  const hasPatterns = keyword(constraint, 'patternProperties') !== undefined;
  const more = hasPatterns ? undefined : innerOf(constraint, 'additionalProperties');
  const names = innerOf(constraint, 'propertyNames');
  return every([
    within(constraint, Object.keys(value).length, 'minProperties', 'maxProperties'),
    ...textsOf(constraint, 'required').map((name) => said(Object.hasOwn(value, name))),
    ...Object.entries(value).flatMap(([name, each]): Verdict[] => {
      const schema = properties.get(name) ?? more;
      return [
        schema === undefined ? 'yes' : admits(proof, each, schema, depth + 1),
        names === undefined ? 'yes' : admits(proof, name, names, depth + 1),
      ];
    }),
  ]);
}
