import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readingsOf } from '../location/location-path.ts';
import { HybridPlaces, KEPT_CHARS, plainPlaceOf } from './hybrid-places.ts';

const places = (registered: Readonly<Record<string, boolean>>) =>
  new HybridPlaces(
    Object.entries(registered).map(([location, hybridAccessEnabled]) => ({ location, hybridAccessEnabled })),
  );

describe('places of hybrid locations', () => {
  it.each([
    ['s3://b/a', 's3://b/a'],
    ['s3a://b/a/', 's3://b/a'],
    ['s3n://b', 's3://b'],
    ['s3://b//', 's3://b'],
    ['file:///d/a', 'file:///d/a'],
    ['file:/d/a', undefined],
    ['S3://b/a', undefined],
    ['s3://B/a', undefined],
    ['s3://key@b/a', undefined],
    [' s3://b/a', undefined],
    ['s3://b/a/../c', undefined],
    ['s3://b/a//c', undefined],
    ['s3://b/%61', undefined],
    ['s3://b/a?v=1', undefined],
    ['s3://b/a#c', undefined],
    ['hdfs://b/a', undefined],
    ['', undefined],
    [`s3://b/${'a'.repeat(KEPT_CHARS - 8)}`, `s3://b/${'a'.repeat(KEPT_CHARS - 8)}`],
    [`s3://b/${'a'.repeat(KEPT_CHARS - 7)}`, undefined],
  ])('%s is %s', (location, place) => {
    expect(plainPlaceOf(location)).toBe(place);
  });

  it('asks the longest registered prefix, by whole segments', () => {
    const some = places({ 's3://b': false, 's3://b/a': true, 's3://b/a/x': false, 's3://b/a/x/y': true });
    for (const [location, prefix] of [
      ['s3://b/a', 's3://b/a'],
      ['s3://b/a/z', 's3://b/a'],
      ['s3://b/ab', undefined],
      ['s3://b/a/x', undefined],
      ['s3://b/a/x/z', undefined],
      ['s3://b/a/x/y/z', 's3://b/a/x/y'],
      ['s3://other/a', undefined],
      ['s3://b/a/z/..', undefined],
    ] as const) {
      expect([location, some.governing(location)]).toEqual([location, prefix]);
    }
    expect(places({ 'file://': true }).governing('file:///any/where')).toBe('file://');
  });

  const segment = fc.constantFrom('a', 'b', 'a-b', 'ab', 'a.b', 'a0', '..', '.', '', '%61', 'é');
  const registered = fc.dictionary(
    fc
      .tuple(
        fc.constantFrom('s3://b', 's3://c', 'file://'),
        fc.array(fc.constantFrom('a', 'b', 'a-b'), { maxLength: 3 }),
      )
      .map(([root, path]) => [root, ...path].join('/')),
    fc.boolean(),
    { maxKeys: 4, noNullPrototype: true },
  );
  const location = fc
    .tuple(
      fc.constantFrom('s3://b', 's3a://b', 's3n://c', 'S3://b', 's3://B', 'file://', 'file:', 'hdfs://b'),
      fc.array(segment, { maxLength: 4 }),
      fc.constantFrom('', '/', '//'),
    )
    .map(([root, path, end]) => [root, ...path].join('/') + end);
  const isBelow = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;

  it('finds in the ranges whatever a hybrid prefix governs', () => {
    fc.assert(
      fc.property(registered, location, (prefixes, at) => {
        const some = places(prefixes);
        const isIn = some.ranges().some(({ low, high }) => !isBelow(at, low) && isBelow(at, high));
        if (some.governing(at) !== undefined) expect(isIn).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is open only where every reading of a location is', () => {
    fc.assert(
      fc.property(registered, location, (prefixes, at) => {
        const prefix = places(prefixes).governing(at);
        if (prefix === undefined) return;
        const names = Object.keys(prefixes);
        for (const reading of readingsOf(at)) {
          const above = names.filter((each) => reading === each || reading.startsWith(`${each}/`));
          const longest = above.sort((a, b) => b.length - a.length)[0];
          expect(longest).toBe(prefix);
          expect(prefixes[prefix]).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
