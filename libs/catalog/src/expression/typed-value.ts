import { isCalendarDate } from '@lakewarden/kernel';

import type { PartitionKeyType, TypedLiteral } from './tree.ts';

/** Stands for NULL in a stored value; an ordinary value of a string key (spec/catalog.md §6). */
export const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2}) (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$/;

/**
 * A value as its family has it, in its one canonical spelling; undefined where it does not fit. Literals of
 * expressions, stored values and index keys all pass through here.
 */
export function parseTyped(family: PartitionKeyType, text: string): TypedLiteral | undefined {
  switch (family) {
    case 'string':
      return text;
    case 'integer':
      return INTEGER.test(text) ? BigInt(text.startsWith('+') ? text.slice(1) : text) : undefined;
    case 'decimal':
      return canonicalDecimal(text);
    case 'date':
      return isCalendarDate(text) ? text : undefined;
    case 'timestamp':
      return canonicalTimestamp(text);
  }
}

function canonicalDecimal(text: string): string | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const shift = Number(exponent);
  const digits = whole + fraction;
  // The point stands behind `at` digits; zeros are added where it lies outside.
  const at = whole.length + shift;
  const integer = at <= 0 ? '' : digits.slice(0, at).padEnd(at, '0');
  const rest = at <= 0 ? '0'.repeat(-at) + digits : digits.slice(at);
  const canonicalInteger = integer.replace(/^0+/, '') || '0';
  const canonicalRest = rest.replace(/0+$/, '');
  const magnitude = canonicalRest === '' ? canonicalInteger : `${canonicalInteger}.${canonicalRest}`;
  return sign === '-' && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

function canonicalTimestamp(text: string): string | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  const [, date = '', hour = '', minute = '', second = '', fraction = ''] = match;
  if (!isCalendarDate(date) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return undefined;
  return `${date} ${hour}:${minute}:${second}.${fraction.padEnd(9, '0')}`;
}

/** The field's own texts for what does not fit (spec/catalog.md §6). */
export function misfitMessage(family: PartitionKeyType, value: string): string {
  switch (family) {
    case 'integer':
      return `"${value}" is not an integer.`;
    case 'timestamp':
      return `Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff] ${value} is not a timestamp.`;
    case 'string':
    case 'decimal':
    case 'date':
      return `${value} is not a ${family}.`;
  }
}
