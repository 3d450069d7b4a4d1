import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  arnOfPlace,
  governing,
  isAtOrUnder,
  markOf,
  mayBeAnywhere,
  placeOfArn,
  readingsOf,
} from './location-path.ts';

describe('readingsOf', () => {
  it.each([
    ['s3://lake/a', ['s3://lake/a']],
    ['s3://lake', ['s3://lake']],
    ['s3://lake/a/', ['s3://lake/a']],
    ['S3A://Lake/A', ['s3://lake/A']],
    ['s3n://KEY:secret@lake/a', ['s3://lake/a']],
    ['s3://lake:443/a', ['s3://lake/a']],
    [' s3://lake/a ', ['s3://lake/a']],
    ['s3://lake//a', ['s3://lake//a', 's3://lake/a']],
    ['s3://lake/b/../a', ['s3://lake/b/../a', 's3://lake/a']],
    ['s3://lake/../../a', ['s3://lake/../../a', 's3://lake/a']],
    ['s3://lake/./a', ['s3://lake/./a', 's3://lake/a']],
    ['s3://lake/%61', ['s3://lake/%61', 's3://lake/a']],
    ['s3://lake/%61%', ['s3://lake/%61%', 's3://lake/a%']],
    ['s3://lake/a?x', ['s3://lake/a?x', 's3://lake/a']],
    ['file:/srv/a', ['file:///srv/a']],
    ['file:///srv/a/', ['file:///srv/a']],
    ['file://host/srv/a', ['file:///srv/a']],
    ['hdfs://lake/a', []],
    ['/srv/a', []],
    ['s3:/lake/a', []],
    ['s3:///a', []],
    ['s3://lake/a//', ['s3://lake/a']],
    ['s3://lake?x/y', ['s3://lake/?x/y', 's3://lake']],
    ['s3://lake/a?x y', ['s3://lake/a?x y', 's3://lake/a']],
    ['s3://lake/a#x', ['s3://lake/a#x', 's3://lake/a']],
    ['s3://lake/%C3%A9', ['s3://lake/%C3%A9', 's3://lake/é']],
    ['s3://lake:80a/a', ['s3://lake:80a/a']],
    ['s3://la ke/a\nb', ['s3://la ke/a\nb']],
    ['s3:x//lake/a', []],
    ['/s3://lake/a', []],
    ['file:/a//b', ['file:///a//b', 'file:///a/b']],
    ['file://host/a\nb', ['file:///a\nb']],
    ['s3://lake/%ff', ['s3://lake/%ff']],
    ['file:srv/a', []],
    ['', []],
  ])('given %j, takes it for %j', (location, places) => {
    expect(readingsOf(location)).toEqual(places);
  });

  it('given the way out of a place by percent signs twice over, decodes once, as readers do', () => {
    expect(readingsOf('s3://lake/a/%252e%252e/b')).not.toContain('s3://lake/b');
    expect(readingsOf('s3://lake/a/%2e%2e/b')).toContain('s3://lake/b');
    expect(readingsOf('s3://lake/x%2Fy')).toContain('s3://lake/x/y');
  });

  it('is a place of the same bucket whatever the path is, and reads plain ones in one way', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (path) => {
        const places = readingsOf(`s3://lake/${path}`);
        expect(places.length).toBeGreaterThan(0);
        expect(places.every((place) => isAtOrUnder(place, 's3://lake'))).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z0-9=_-]+$/), { maxLength: 5 }), (segments) => {
        expect(readingsOf(['s3://lake', ...segments].join('/'))).toHaveLength(1);
      }),
    );
  });

  it('given a long hostile text, answers soon', () => {
    for (const text of ['/'.repeat(2048), '%2e'.repeat(680), '../'.repeat(680), `${'/'.repeat(2000)}x`]) {
      expect(readingsOf(`s3://lake/${text}`).length).toBeGreaterThan(0);
    }
  });
});

describe('isAtOrUnder', () => {
  it('compares whole segments', () => {
    expect(isAtOrUnder('s3://b/a', 's3://b/a')).toBe(true);
    expect(isAtOrUnder('s3://b/a/x', 's3://b/a')).toBe(true);
    expect(isAtOrUnder('s3://b/ab', 's3://b/a')).toBe(false);
    expect(isAtOrUnder('s3://bc', 's3://b')).toBe(false);
    expect(isAtOrUnder('s3://b', 's3://b/a')).toBe(false);
    expect(isAtOrUnder('file:///a', 'file://')).toBe(true);
  });
});

describe('governing', () => {
  it('is the longest of those that the place lies in', () => {
    const registered = ['s3://b', 's3://b/a', 's3://b/a/x'].map((location) => ({ location }));
    expect(governing('s3://b/a/xy', registered)?.location).toBe('s3://b/a');
    expect(governing('s3://b/a/x/y', registered)?.location).toBe('s3://b/a/x');
    expect(governing('s3://b/a/x/y', registered.toReversed())?.location).toBe('s3://b/a/x');
    expect(governing('s3://c', registered)).toBeUndefined();
  });
});

describe('mayBeAnywhere', () => {
  it('is true of what is left of a template whose bucket is a variable', () => {
    expect(mayBeAnywhere('s3://')).toBe(true);
    expect(mayBeAnywhere('s3a://')).toBe(true);
    expect(mayBeAnywhere(' S3:/')).toBe(true);
    expect(mayBeAnywhere('as3://')).toBe(false);
    expect(mayBeAnywhere('s3://b/')).toBe(false);
  });
});

describe('placeOfArn', () => {
  it.each([
    ['arn:aws:s3:::lake', 's3://lake'],
    ['arn:aws:s3:::lake/', 's3://lake'],
    ['arn:aws:s3:::lake/a/b', 's3://lake/a/b'],
    ['file:///srv/lake/', 'file:///srv/lake'],
  ])('given %s, answers %s', (arn, place) => {
    expect(placeOfArn(arn)).toBe(place);
  });

  it.each([
    's3://lake/a',
    'arn:aws:s3:::',
    'arn:aws:s3:::Lake/a',
    'arn:aws:s3:::lake/a//b',
    'arn:aws:s3:::lake/../a',
    'arn:aws:s3:::lake/%61',
    'arn:aws:s3:::lake/a?x',
    'arn:aws:s3:::lake/*',
    'arn:aws:glue:us-east-1:111122223333:catalog',
    'file:srv',
    '',
  ])('given %s, refuses it', (arn) => {
    expect(() => placeOfArn(arn)).toThrow(expect.objectContaining({ code: 'InvalidInputException' }));
  });
});

describe('arnOfPlace', () => {
  it('is what registering took', () => {
    for (const arn of ['arn:aws:s3:::lake', 'arn:aws:s3:::lake/a/b', 'file:///srv/lake'])
      expect(arnOfPlace(placeOfArn(arn))).toBe(arn);
  });
});

describe('markOf', () => {
  it('stands in whatever may be taken for the place, or for one above or below it', () => {
    expect(markOf('s3://lake/a/b')).toBe('lake');
    expect(markOf('s3://lake')).toBe('lake');
    expect(markOf('file:///srv/lake')).toBe('file:');
  });
});
