import type { Secret } from '@lakewarden/kernel';
import { LakewardenError } from '@lakewarden/kernel';
import { z } from 'zod';

import type { MasterKeys } from '../secrets/master-keys.ts';

/** What temporary credentials stand for. It travels in the session token, sealed: no replica has to remember it. */
const sessionSchema = z.object({
  accountId: z.string(),
  roleId: z.string(),
  sessionName: z.string(),
  secret: z.string(),
  issuedAtMs: z.number(),
  expiresAtMs: z.number(),
  mfaAtMs: z.number().optional(),
  sourceIdentity: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  /** Texts of the session policies. */
  policies: z.array(z.string()).optional(),
});

export type Session = z.output<typeof sessionSchema>;

/** Bound to its key: the token of one pair does not open with another's id. */
const contextOf = (accessKeyId: string): string => `session:${accessKeyId}`;

export const sealSession = (keys: MasterKeys, accessKeyId: string, session: Session): string =>
  keys.seal(JSON.stringify(session), contextOf(accessKeyId)).toString('base64url');

/** @throws UnrecognizedClientException it is not the token of that key, or none of this server's */
export function openSession(keys: MasterKeys, accessKeyId: string, token: string): Session {
  let text: Secret<string>;
  try {
    text = keys.open(Buffer.from(token, 'base64url'), contextOf(accessKeyId));
  } catch (cause) {
    throw new LakewardenError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      { cause },
    );
  }
  return sessionSchema.parse(JSON.parse(text.reveal()));
}
