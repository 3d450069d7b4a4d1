import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { validate } from './shapes.ts';

describe('a shape that is not met', () => {
  const shape = z.object({
    Name: z.string().max(3),
    Count: z.number().optional(),
    Of: z.string().optional(),
  });

  it.each([
    [{}, "Value 'null' at 'name' failed to satisfy constraint: Member must not be null"],
    [{ Name: 'long' }, "Value 'long' at 'name' failed to satisfy constraint: Member must have length"],
    // What GraphQL reads a Long as, alone and inside something.
    [
      { Name: 'a', Count: 5n },
      "Value '5' at 'count' failed to satisfy constraint: Member must be of type number",
    ],
    [{ Name: 'a', Of: { at: 5n } }, `Value '{"at":"5"}' at 'of' failed to satisfy constraint`],
  ])('%# is told by its value and its place', (input, message) => {
    expect(() => validate(shape, input)).toThrow(message);
  });

  it('tells the place alone where values are secret', () => {
    expect(() => validate(shape, { Name: 'long' }, { hideValues: true })).toThrow(
      "Value '[secret]' at 'name'",
    );
  });
});
