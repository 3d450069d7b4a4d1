import { readPolicy } from './compiled-policy.ts';
import { PolicySet } from './policy-set.ts';

/** A resource's own policy, as it was stored and checked. */
export const resourcePolicySet = (text: string): Promise<PolicySet> =>
  PolicySet.of({
    identity: [
      { name: 'resource policy', document: readPolicy(text, { maxBytes: Infinity, allowPrincipal: true }) },
    ],
  });
