import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { jsonPatch, type PatchOperation } from './json-patch.ts';
import type { Json } from './json-text.ts';

const unescaped = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

/** RFC 6902, as its reader understands it. */
function applied(document: unknown, { op, path, value }: PatchOperation): unknown {
  if (path === '') return value;
  const tokens = path.split('/').slice(1).map(unescaped);
  const last = tokens.pop() ?? '';
  let home = document as Record<string, unknown> | unknown[];
  for (const token of tokens) home = Reflect.get(home, token) as typeof home;
  if (Array.isArray(home))
    home.splice(Number(last), op === 'add' ? 0 : 1, ...(op === 'remove' ? [] : [value]));
  else if (op === 'remove') Reflect.deleteProperty(home, last);
  else Object.defineProperty(home, last, { value, enumerable: true, configurable: true, writable: true });
  return document;
}

describe('jsonPatch', () => {
  it('given any two documents, turns the one into the other', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [before, after] = [a, b].map((each) => JSON.parse(JSON.stringify(each)) as Json);
        const patch = jsonPatch(before ?? null, after ?? null);
        expect(patch.reduce<unknown>(applied, structuredClone(before))).toEqual(after);
      }),
    );
  });

  it('given names with slashes and tildes, escapes them, and mentions nothing that is the same', () => {
    expect(jsonPatch({ 'a/b~': 1, same: [1, { x: 1 }] }, { 'a/b~': 2, same: [1, { x: 1 }] })).toEqual([
      { op: 'replace', path: '/a~1b~0', value: 2 },
    ]);
  });
});
