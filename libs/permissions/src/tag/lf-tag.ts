import { invalid, LakewardenError } from '@lakewarden/kernel';

import { canonical, type TagExpression } from './expression.ts';

/** Stands for every value of a key in a grant, and is none itself. */
export const EVERY_VALUE = '*';

/** spec/permissions.md §7. */
export const MAX_VALUES = 1_000;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;
const MAX_EXPRESSION_KEYS = 50;
const MAX_NAME_LENGTH = 255;

/** Service model lakeformation: LFTagKey, LFTagValue. */
const KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@%]+$/u;
const VALUE = /^[\p{L}\p{Z}\p{N}_.:*/=+\-@%]+$/u;

/** A key and its values. */
export interface LFTag {
  readonly id: string;
  readonly catalogId: string;
  readonly key: string;
  /** In order. */
  readonly values: readonly string[];
}

/** An expression with a name. */
export interface SavedExpression {
  readonly id: string;
  readonly catalogId: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly expression: TagExpression;
}

export const foldTag = (text: string): string => text.toLowerCase();

/** In lower case. @throws InvalidInputException */
export function checkedKey(text: string): string {
  const key = foldTag(text);
  if (key.length > MAX_KEY_LENGTH) {
    throw invalid(
      `TagKey has ${String(key.length)} characters: at most ${String(MAX_KEY_LENGTH)} are allowed.`,
    );
  }
  if (!KEY.test(key)) {
    throw invalid(`TagKey '${key}' must be letters, digits, spaces or any of _.:/=+-@%, and not empty.`);
  }
  return key;
}

function checkedValue(text: string): string {
  const value = foldTag(text);
  if (value === EVERY_VALUE) {
    throw invalid(`TagValues: '${EVERY_VALUE}' stands for every value in a grant, and cannot be one.`);
  }
  if (value.length > MAX_VALUE_LENGTH) {
    throw invalid(
      `TagValues: a value has ${String(value.length)} characters: at most ${String(MAX_VALUE_LENGTH)} are allowed.`,
    );
  }
  if (!VALUE.test(value)) {
    throw invalid(
      `TagValues: '${value}' must be letters, digits, spaces or any of _.:*/=+-@%, and not empty.`,
    );
  }
  return value;
}

/** In lower case, each once. @throws InvalidInputException */
export const checkedValues = (values: readonly string[]): string[] => [...new Set(values.map(checkedValue))];

/** @throws ResourceNumberLimitExceededException */
export function refuseTooManyValues(count: number): void {
  if (count > MAX_VALUES) {
    throw new LakewardenError(
      'ResourceNumberLimitExceededException',
      `An LF-tag has at most ${String(MAX_VALUES)} values.`,
    );
  }
}

/** @throws InvalidInputException no key, too many, or one twice */
export function checkedExpression(given: TagExpression): TagExpression {
  if (given.length === 0) throw invalid('Expression names no LF-tag.');
  if (given.length > MAX_EXPRESSION_KEYS) {
    throw invalid(
      `Expression has ${String(given.length)} keys: at most ${String(MAX_EXPRESSION_KEYS)} are allowed.`,
    );
  }
  const expression = given.map(({ key, values }) => {
    if (values.length === 0) throw invalid(`Expression: TagValues of '${foldTag(key)}' names no value.`);
    return { key: checkedKey(key), values: checkedValues(values) };
  });
  const keys = expression.map(({ key }) => key);
  const twice = keys.find((key, i) => keys.indexOf(key) !== i);
  if (twice !== undefined) {
    throw invalid(`Expression names the key '${twice}' twice: put its values into one entry.`);
  }
  return canonical(expression);
}

/** Of a saved expression; told apart by case. @throws InvalidInputException */
export function checkedExpressionName(name: string): string {
  if (name.trim() === '' || name.length > MAX_NAME_LENGTH) {
    throw invalid(`Name must have 1 to ${String(MAX_NAME_LENGTH)} characters.`);
  }
  return name;
}
