import { signRequest } from '@lakewarden/aws-wire';

import type { Answer, Signer } from './glue.ts';

/** A signed Lake Formation call over HTTP. */
export async function lakeFormation(
  signer: Signer,
  operation: string,
  input: object = {},
  now = new Date(),
): Promise<Answer> {
  const url = new URL(`/${operation}`, signer.url);
  const body = JSON.stringify(input);
  const headers = signRequest({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body,
    accessKeyId: signer.accessKeyId,
    secretAccessKey: signer.secretAccessKey,
    ...(signer.sessionToken !== undefined && { sessionToken: signer.sessionToken }),
    region: 'us-east-1',
    service: 'lakeformation',
    now,
  });
  delete headers['host']; // fetch sets it, from the same URL
  const answer = await fetch(url, { method: 'POST', headers, body });
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: (await answer.json()) as Record<string, unknown>, // every answer of the door is an object
  };
}
