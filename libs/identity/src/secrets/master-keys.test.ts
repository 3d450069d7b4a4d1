import { randomBytes } from 'node:crypto';

import { Secret } from '@lakewarden/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { MasterKeys } from './master-keys.ts';

const key = () => new Secret(randomBytes(32));

describe('MasterKeys', () => {
  it('opens what it sealed, and never seals the same way twice', () => {
    const keys = new MasterKeys(key());
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (plain, context) => {
        const sealed = keys.seal(plain, context);
        expect(keys.open(sealed, context).reveal()).toBe(Buffer.from(plain).toString());
        expect(keys.seal(plain, context).equals(sealed)).toBe(false);
      }),
    );
  });

  it('given another context, an altered byte or another key, refuses', () => {
    const keys = new MasterKeys(key());
    const sealed = keys.seal('secret', 'a');
    expect(() => keys.open(sealed, 'b')).toThrow();
    for (let at = 0; at < sealed.length; at += 1) {
      const altered = Buffer.from(sealed);
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
      expect(() => keys.open(altered, 'a')).toThrow();
    }
    expect(() => new MasterKeys(key()).open(sealed, 'a')).toThrow(/^no master key [0-9a-f]{8} is configured/);
  });

  it('given a previous key, still opens what that one sealed', () => {
    const old = key();
    const sealed = new MasterKeys(old).seal('secret', 'a');
    expect(new MasterKeys(key(), [old]).open(sealed, 'a').reveal()).toBe('secret');
  });

  it('shows a secret as [secret] wherever it is printed', () => {
    const secret = new Secret('x');
    expect([String(secret), JSON.stringify({ secret })]).toEqual(['[secret]', '{"secret":"[secret]"}']);
  });
});
