import { signRequest } from '@lakewarden/aws-wire';

/** Who signs, and the server that he speaks to. */
export interface Signer {
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface SignedGlueRequest {
  readonly headers: Record<string, string>;
  readonly body: string | Buffer;
}

export interface SigningOptions {
  readonly now?: Date;
  /** Signed with the others. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a Glue client would send: for tests that change something about it. */
export function signGlue(
  signer: Signer,
  operation: string,
  body: string | Buffer,
  { now = new Date(), headers = {} }: SigningOptions = {},
): SignedGlueRequest {
  const signed = signRequest({
    method: 'POST',
    url: new URL('/', signer.url),
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSGlue.${operation}`,
      ...headers,
    },
    body,
    accessKeyId: signer.accessKeyId,
    secretAccessKey: signer.secretAccessKey,
    ...(signer.sessionToken !== undefined && { sessionToken: signer.sessionToken }),
    region: 'us-east-1',
    service: 'glue',
    now,
  });
  delete signed['host']; // fetch sets it, from the same URL
  return { headers: signed, body };
}

export async function sendGlue({ url }: Signer, { headers, body }: SignedGlueRequest): Promise<Answer> {
  const answer = await fetch(new URL('/', url), { method: 'POST', headers, body });
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: (await answer.json()) as Record<string, unknown>, // every answer of the JSON door is an object
  };
}

/** A signed Glue call over HTTP. @param input a text is sent as it is */
export const callGlue = (
  signer: Signer,
  operation: string,
  input: object | string = {},
  options: SigningOptions = {},
): Promise<Answer> =>
  sendGlue(
    signer,
    signGlue(signer, operation, typeof input === 'string' ? input : JSON.stringify(input), options),
  );
