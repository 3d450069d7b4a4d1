import { isIP } from 'node:net';

import {
  isObject,
  type JsonObject,
  hasVariable,
  malformedPolicy,
  refuseBrokenVariables,
  shown,
} from './policy-fault.ts';

/** Every operator of spec/permissions.md §11, and what its values are. */
const OPERATORS = {
  StringEquals: 'text',
  StringNotEquals: 'text',
  StringEqualsIgnoreCase: 'text',
  StringNotEqualsIgnoreCase: 'text',
  StringLike: 'text',
  StringNotLike: 'text',
  NumericEquals: 'number',
  NumericNotEquals: 'number',
  NumericLessThan: 'number',
  NumericLessThanEquals: 'number',
  NumericGreaterThan: 'number',
  NumericGreaterThanEquals: 'number',
  DateEquals: 'date',
  DateNotEquals: 'date',
  DateLessThan: 'date',
  DateLessThanEquals: 'date',
  DateGreaterThan: 'date',
  DateGreaterThanEquals: 'date',
  Bool: 'boolean',
  IpAddress: 'address',
  NotIpAddress: 'address',
  ArnEquals: 'text',
  ArnNotEquals: 'text',
  ArnLike: 'text',
  ArnNotLike: 'text',
  Null: 'boolean',
} as const;

export type ConditionOperator = keyof typeof OPERATORS;

/** One key of one operator. All of a statement's conditions must hold; one of the values is enough. */
export interface PolicyCondition {
  readonly operator: ConditionOperator;
  /** How a key of several values is compared. Absent: the key has one value. */
  readonly quantifier?: 'ForAllValues' | 'ForAnyValue';
  /** Holds also where the request has no such key. */
  readonly ifExists: boolean;
  /** As it was written; keys are compared without case. */
  readonly key: string;
  readonly values: readonly string[];
}

const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/;
const KEY = /^[A-Za-z0-9-]+:\S/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

const isOperator = (text: string): text is ConditionOperator => Object.hasOwn(OPERATORS, text);

function isAddressRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** A value that can never be met would make a Deny a dead letter: it is refused when it is stored. */
const FORMS: Readonly<Record<(typeof OPERATORS)[ConditionOperator], (text: string) => boolean>> = {
  text: () => true,
  number: (text) => NUMBER.test(text),
  date: (text) => NUMBER.test(text) || (DATE.test(text) && !Number.isNaN(Date.parse(text))),
  boolean: (text) => /^(?:true|false)$/i.test(text),
  address: isAddressRange,
};

const FORM_NAMES = {
  text: 'a text',
  number: 'a number',
  date: 'a date (ISO 8601, or seconds since 1970)',
  boolean: 'true or false',
  address: 'an IP address or a CIDR range',
} as const;

function valueAt(place: string, operator: ConditionOperator, value: unknown): string {
  // JSON's own numbers and booleans are as good as their texts (IAM User Guide, Condition).
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (!isScalar) throw malformedPolicy(place, `${shown(value)} is not a text, a number or a boolean.`);
  const text = String(value);
  refuseBrokenVariables(place, text);
  const form = OPERATORS[operator];
  if (!hasVariable(text) && !FORMS[form](text)) {
    throw malformedPolicy(place, `${operator} compares with ${FORM_NAMES[form]}; ${shown(value)} is not.`);
  }
  return text;
}

function conditionAt(place: string, name: string, key: string, value: unknown): PolicyCondition {
  const [, quantifier, operator, ifExists] = OPERATOR.exec(name) ?? [];
  if (operator === undefined || !isOperator(operator) || (operator === 'Null' && ifExists !== undefined)) {
    throw malformedPolicy(place, `there is no condition operator ${shown(name)}.`);
  }
  const at = `${place}.${key}`;
  if (!KEY.test(key)) throw malformedPolicy(at, `${shown(key)} is not a condition key such as aws:SourceIp.`);
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw malformedPolicy(at, 'a condition compares with at least one value.');
  return {
    operator,
    ...((quantifier === 'ForAllValues' || quantifier === 'ForAnyValue') && { quantifier }),
    ifExists: ifExists !== undefined,
    key,
    values: list.map((each, i) => valueAt(Array.isArray(value) ? `${at}[${String(i)}]` : at, operator, each)),
  };
}

/** @throws MalformedPolicyDocumentException */
export function conditionsAt(place: string, value: unknown): readonly PolicyCondition[] {
  if (value === undefined) return [];
  if (!isObject(value)) throw malformedPolicy(place, `${shown(value)} is not an object of operators.`);
  return Object.entries(value).flatMap(([name, keys]: [string, unknown]) => {
    const at = `${place}.${name}`;
    if (!isObject(keys)) throw malformedPolicy(at, `${shown(keys)} is not an object of condition keys.`);
    return entries(keys).map(([key, values]) => conditionAt(at, name, key, values));
  });
}

const entries = (object: JsonObject): readonly (readonly [string, unknown])[] => Object.entries(object);
