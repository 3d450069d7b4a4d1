import { signRequest } from '@lakewarden/aws-wire';

import type { ServerProcess } from './server-process.ts';

/** A request that can be sent as often as its signature holds: five minutes. */
export interface Call {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export function glueCall(server: ServerProcess, operation: string, input: object): Call {
  const url = new URL('/', server.url);
  const body = JSON.stringify(input);
  const headers = signRequest({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSGlue.${operation}` },
    body,
    accessKeyId: server.accessKeyId,
    secretAccessKey: server.secretAccessKey,
    region: 'us-east-1',
    service: 'glue',
    now: new Date(),
  });
  return { url: url.href, headers, body };
}

/** @throws Error with the server's own words */
export async function answerOf({ url, headers, body }: Call): Promise<string> {
  const answer = await fetch(url, { method: 'POST', headers, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

export const glue = async (
  server: ServerProcess,
  operation: string,
  input: object,
): Promise<Record<string, unknown>> =>
  JSON.parse(await answerOf(glueCall(server, operation, input))) as Record<string, unknown>;
