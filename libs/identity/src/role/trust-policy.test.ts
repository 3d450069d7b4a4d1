import type { LakewardenError } from '@lakewarden/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { refuseMalformedTrustPolicy } from './trust-policy.ts';

describe('refuseMalformedTrustPolicy', () => {
  it('given a JSON object, lets it pass', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (policy) => {
        refuseMalformedTrustPolicy(JSON.stringify(policy));
      }),
    );
  });

  it('given any other text, refuses it as MalformedPolicyDocumentException and nothing else', () => {
    const other = fc.oneof(
      fc.constantFrom('[]', 'null', '1', '"{}"', '', '{', '{}{}', '%7B%7D'),
      fc.string().filter((text) => !text.trim().startsWith('{')),
    );
    fc.assert(
      fc.property(other, (text) => {
        expect(() => {
          refuseMalformedTrustPolicy(text);
        }).toThrow(expect.objectContaining({ code: 'MalformedPolicyDocumentException' }) as LakewardenError);
      }),
    );
  });
});
