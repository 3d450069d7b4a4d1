import { BlockList, isIP } from 'node:net';

import { expandText, matchesPattern, parsePattern, type Pattern, type Variables } from './pattern.ts';
import type { ConditionOperator, PolicyCondition } from './policy-condition.ts';

/** What a request says of itself, by condition key in lower case. A key may have several values. */
export type Context = ReadonlyMap<string, readonly string[]>;

type Test = (actual: string, wanted: Pattern, variables: Variables) => boolean;

const byText =
  (test: (actual: string, wanted: string) => boolean): Test =>
  (actual, wanted, variables) => {
    const text = expandText(wanted, variables);
    return text !== undefined && test(actual, text);
  };

const compared = (parse: (text: string) => number, test: (a: number, b: number) => boolean): Test =>
  byText((actual, wanted) => {
    const [a, b] = [parse(actual), parse(wanted)];
    return !Number.isNaN(a) && !Number.isNaN(b) && test(a, b);
  });

const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;
const numeric = (text: string): number => (NUMBER.test(text) ? Number(text) : NaN);
/** ISO 8601, or seconds since the epoch. */
const instant = (text: string): number => (NUMBER.test(text) ? Number(text) * 1000 : Date.parse(text));

function isInNetwork(actual: string, wanted: string): boolean {
  const [address = '', bits] = wanted.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(address) === 0 || isIP(actual) === 0) return false;
  const list = new BlockList();
  if (bits === undefined) list.addAddress(address, family);
  else list.addSubnet(address, Number(bits), family);
  return list.check(actual, isIP(actual) === 6 ? 'ipv6' : 'ipv4');
}

const isArnLike: Test = (actual, wanted, variables) => {
  // Six parts, each compared by itself: a `*` does not reach over a colon, but in the last.
  const parts = splitArn(actual);
  const text = expandText(wanted, variables);
  if (text === undefined) return false;
  const patterns = splitArn(text);
  return (
    parts.length === patterns.length &&
    parts.every((part, i) => matchesPattern(parsePattern(patterns[i] ?? '', false), part))
  );
};

const splitArn = (arn: string): string[] => {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
};

interface Operator {
  readonly test: Test;
  /** `...Not...`: true when no value matches, and when the key is not there. */
  readonly isNegated?: boolean;
}

const sameText = byText((a, b) => a === b);
const sameFolded = byText((a, b) => a.toLowerCase() === b.toLowerCase());
const like: Test = (actual, wanted, variables) => matchesPattern(wanted, actual, variables);
const inNetwork = byText(isInNetwork);

/** IAM User Guide, "Condition operators". */
const OPERATORS: Readonly<Record<Exclude<ConditionOperator, 'Null'>, Operator>> = {
  StringEquals: { test: sameText },
  StringNotEquals: { test: sameText, isNegated: true },
  StringEqualsIgnoreCase: { test: sameFolded },
  StringNotEqualsIgnoreCase: { test: sameFolded, isNegated: true },
  StringLike: { test: like },
  StringNotLike: { test: like, isNegated: true },
  NumericEquals: { test: compared(numeric, (a, b) => a === b) },
  NumericNotEquals: { test: compared(numeric, (a, b) => a === b), isNegated: true },
  NumericLessThan: { test: compared(numeric, (a, b) => a < b) },
  NumericLessThanEquals: { test: compared(numeric, (a, b) => a <= b) },
  NumericGreaterThan: { test: compared(numeric, (a, b) => a > b) },
  NumericGreaterThanEquals: { test: compared(numeric, (a, b) => a >= b) },
  DateEquals: { test: compared(instant, (a, b) => a === b) },
  DateNotEquals: { test: compared(instant, (a, b) => a === b), isNegated: true },
  DateLessThan: { test: compared(instant, (a, b) => a < b) },
  DateLessThanEquals: { test: compared(instant, (a, b) => a <= b) },
  DateGreaterThan: { test: compared(instant, (a, b) => a > b) },
  DateGreaterThanEquals: { test: compared(instant, (a, b) => a >= b) },
  Bool: { test: sameFolded },
  IpAddress: { test: inNetwork },
  NotIpAddress: { test: inNetwork, isNegated: true },
  ArnEquals: { test: isArnLike },
  ArnLike: { test: isArnLike },
  ArnNotEquals: { test: isArnLike, isNegated: true },
  ArnNotLike: { test: isArnLike, isNegated: true },
};

/** One line of a Condition element: one key under one operator, its values taken apart. */
export interface Condition extends Omit<PolicyCondition, 'values'> {
  /** `key` is in lower case, as contexts have it; answers repeat how the document spells it. */
  readonly writtenKey: string;
  readonly values: readonly Pattern[];
}

/** Whether the condition holds for the request. */
export function holds(
  { operator, quantifier, ifExists, key, values }: Condition,
  context: Context,
  variables: Variables,
): boolean {
  const actual = context.get(key) ?? [];
  if (operator === 'Null') {
    return values.some(
      (value) => expandText(value, variables)?.toLowerCase() === String(actual.length === 0),
    );
  }
  const { test, isNegated = false } = OPERATORS[operator];
  const matches = (value: string): boolean =>
    values.some((wanted) => test(value, wanted, variables)) !== isNegated;
  if (actual.length === 0) {
    if (quantifier === 'ForAllValues' || ifExists) return true;
    return quantifier === undefined && isNegated;
  }
  if (quantifier === 'ForAllValues') return actual.every(matches);
  if (quantifier === 'ForAnyValue') return actual.some(matches);
  return isNegated ? actual.every(matches) : actual.some(matches);
}
