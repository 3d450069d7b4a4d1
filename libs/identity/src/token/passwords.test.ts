import { Secret } from '@lakewarden/kernel';
import { describe, expect, it } from 'vitest';

import { hashPassword, isPassword } from './passwords.ts';

describe('isPassword', () => {
  it('given a flood of guesses, looks at some, throttles the others at once, and knows the right one afterwards', async () => {
    const stored = await hashPassword(new Secret('right'));
    const guesses = await Promise.allSettled(
      Array.from({ length: 40 }, () => isPassword(new Secret('guess'), stored)),
    );

    const looked = guesses.filter(({ status }) => status === 'fulfilled');
    expect(looked.length).toBe(10);
    for (const guess of guesses) {
      if (guess.status === 'fulfilled') expect(guess.value).toBe(false);
      else expect(guess.reason).toMatchObject({ code: 'ThrottlingException' });
    }
    expect(await isPassword(new Secret('right'), stored)).toBe(true);
  });
});
