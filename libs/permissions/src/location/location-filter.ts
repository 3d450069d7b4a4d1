import { invalid } from '@lakewarden/kernel';

import type { DataLocation } from './data-location.ts';
import { arnOfPlace } from './location-path.ts';

export const LOCATION_FIELDS = ['RESOURCE_ARN', 'ROLE_ARN', 'LAST_MODIFIED'] as const;
export const LOCATION_OPERATORS = [
  'EQ',
  'NE',
  'LE',
  'LT',
  'GE',
  'GT',
  'CONTAINS',
  'NOT_CONTAINS',
  'BEGINS_WITH',
  'IN',
  'BETWEEN',
] as const;

/** Service model lakeformation, `FilterCondition`. */
export interface LocationFilter {
  readonly field: (typeof LOCATION_FIELDS)[number];
  readonly operator: (typeof LOCATION_OPERATORS)[number];
  readonly values: readonly string[];
}

/** A time is compared as a number, which is written as ISO 8601 or in seconds. */
function comparable({ field }: LocationFilter, text: string): string | number {
  if (field !== 'LAST_MODIFIED') return text;
  const at = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(at)) throw invalid(`LAST_MODIFIED is compared with a time, and ${text} is none.`);
  return at;
}

const valueOf = (location: DataLocation, { field }: LocationFilter): string | number => {
  switch (field) {
    case 'RESOURCE_ARN':
      return arnOfPlace(location.location);
    case 'ROLE_ARN':
      return location.roleArn;
    case 'LAST_MODIFIED':
      return location.updatedAt.getTime();
  }
};

/** How many values the operator takes; the others take one. */
const takes = ({ operator, values }: LocationFilter): boolean =>
  operator === 'IN' ? values.length > 0 : values.length === (operator === 'BETWEEN' ? 2 : 1);

function compiled(filter: LocationFilter): (location: DataLocation) => boolean {
  if (!takes(filter)) {
    throw invalid(
      `${filter.operator} does not take ${String(filter.values.length)} values in StringValueList.`,
    );
  }
  const wanted = filter.values.map((text) => comparable(filter, text));
  const [first = '', second = ''] = wanted;
  const isText = filter.field !== 'LAST_MODIFIED';
  const text = (test: (actual: string, wanted: string) => boolean) => {
    if (!isText) throw invalid(`${filter.operator} compares text, and LAST_MODIFIED is a time.`);
    return (actual: string | number) => test(String(actual), String(first));
  };
  const test = ((): ((actual: string | number) => boolean) => {
    switch (filter.operator) {
      case 'EQ':
        return (actual) => actual === first;
      case 'NE':
        return (actual) => actual !== first;
      case 'LE':
        return (actual) => actual <= first;
      case 'LT':
        return (actual) => actual < first;
      case 'GE':
        return (actual) => actual >= first;
      case 'GT':
        return (actual) => actual > first;
      case 'BETWEEN':
        return (actual) => actual >= first && actual <= second;
      case 'IN':
        return (actual) => wanted.includes(actual);
      case 'CONTAINS':
        return text((actual, part) => actual.includes(part));
      case 'NOT_CONTAINS':
        return text((actual, part) => !actual.includes(part));
      case 'BEGINS_WITH':
        return text((actual, start) => actual.startsWith(start));
    }
  })();
  return (location) => test(valueOf(location, filter));
}

/** All of them have to hold. @throws InvalidInputException */
export function passes(filters: readonly LocationFilter[]): (location: DataLocation) => boolean {
  const tests = filters.map(compiled);
  return (location) => tests.every((test) => test(location));
}
