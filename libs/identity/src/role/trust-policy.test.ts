import type { LakewardenError } from '@lakewarden/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseTrustPolicy } from './trust-policy.ts';

describe('parseTrustPolicy', () => {
  it('given whom it trusts, says so', () => {
    const Principal = { AWS: ['111122223333', 'arn:aws:iam::111122223333:user/ann'] };
    const document = { Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' } };
    expect(parseTrustPolicy(JSON.stringify(document)).statements).toMatchObject([
      { effect: 'Allow', principals: Principal.AWS, isNotPrincipal: false },
    ]);
    expect(parseTrustPolicy('{}').statements).toEqual([]);
  });

  it('given any other text, refuses it as MalformedPolicyDocumentException and nothing else', () => {
    const other = fc.oneof(
      fc.constantFrom('[]', 'null', '1', '"{}"', '', '{', '{}{}', '%7B%7D', '{"Statement":[{}]}'),
      fc.string().filter((text) => !text.trim().startsWith('{')),
    );
    fc.assert(
      fc.property(other, (text) => {
        expect(() => parseTrustPolicy(text)).toThrow(
          expect.objectContaining({ code: 'MalformedPolicyDocumentException' }) as LakewardenError,
        );
      }),
    );
  });
});
