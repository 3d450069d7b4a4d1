import type { Proof } from '../proof.ts';
import { satisfies } from './admits.ts';
import { type Conjunction, finiteValues, flatten, rangeOfAll, typesOf, weightOf } from './conjunction.ts';
import { innersOf, type JsonType, type Located, textsOf } from './keywords.ts';
import { propertyOf } from './members.ts';

/** Deep enough for discriminators inside discriminators. */
const MAX_LOOK = 6;

/** Whether no value satisfies both. Conservative: false also where it only could not be shown. */
export function areDisjoint(proof: Proof, left: Conjunction, other: Located, depth = 0): boolean {
  return typesOf(left).every((type) => isDisjointFor(proof, left, type, other, depth));
}

export function isDisjointFor(
  proof: Proof,
  left: Conjunction,
  type: JsonType,
  other: Located,
  depth = 0,
): boolean {
  const right = flatten(proof, [other]);
  if (right === undefined) return true;
  if (depth > MAX_LOOK) return false;
  proof.step(weightOf(left) + weightOf(right));
  if (!typesOf(right).includes(type) || !typesOf(left).includes(type)) return true;
  if (valuesMiss(proof, left, type, right) || valuesMiss(proof, right, type, left)) return true;
  if (type === 'integer' || type === 'number') {
    const range = rangeOfAll([...left, ...right], type);
    if (range.lowest > range.highest) return true;
  }
  if (type === 'object' && propertiesMiss(proof, left, right, depth)) return true;
  return right.some((constraint) =>
    ['anyOf', 'oneOf'].some((name) => {
      const branches = innersOf(constraint, name);
      return (
        branches.length > 0 && branches.every((branch) => isDisjointFor(proof, left, type, branch, depth + 1))
      );
    }),
  );
}

const valuesMiss = (proof: Proof, finite: Conjunction, type: JsonType, against: Conjunction): boolean =>
  finiteValues(finite, type)?.every((value) =>
    against.some((constraint) => satisfies(proof, value, constraint) === 'no'),
  ) ?? false;

/** A property that one of them requires, and that cannot be what both say it is: a discriminator. */
function propertiesMiss(proof: Proof, left: Conjunction, right: Conjunction, depth: number): boolean {
  const required = new Set([...left, ...right].flatMap((each) => textsOf(each, 'required')));
  return [...required].some((name) => {
    const ofLeft = flatten(proof, propertyOf(proof, left, name));
    if (ofLeft === undefined) return true;
    return propertyOf(proof, right, name).some((each) => areDisjoint(proof, ofLeft, each, depth + 1));
  });
}
