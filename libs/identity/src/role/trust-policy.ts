import { type CompiledPolicy, readPolicy } from '../policy/compiled-policy.ts';

/** IAM lets an administrator raise its quota of 2,048 characters to 8,192: no smaller one breaks a client. */
const MAX_BYTES = 8_192;

/** What emulators' clients send where they do not care: it trusts nobody. */
const TRUSTS_NOBODY = /^\s*\{\s*(?:"Version"\s*:\s*"[\d-]+"\s*,\s*"Statement"\s*:\s*\[\s*\]\s*)?\}\s*$/;

/**
 * Who may assume a role.
 * @throws MalformedPolicyDocumentException naming the fault and its place
 */
export const parseTrustPolicy = (document: string): CompiledPolicy =>
  TRUSTS_NOBODY.test(document)
    ? { statements: [] }
    : readPolicy(document, { maxBytes: MAX_BYTES, allowPrincipal: true, allowResource: false });
