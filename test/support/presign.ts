import { createHash, createHmac } from 'node:crypto';

import type { Signer } from './glue.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * A presigned GET of the Query protocol, written from AWS's description and not with the server's own code.
 * @param expires seconds
 */
export function presign(
  { url, accessKeyId, secretAccessKey }: Signer,
  service: string,
  members: Readonly<Record<string, string>>,
  now: Date,
  expires = 60,
): URL {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${time.slice(0, 8)}/us-east-1/${service}/aws4_request`;
  const query = Object.entries({
    ...members,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(expires),
    'X-Amz-SignedHeaders': 'host',
  })
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const canonical = ['GET', '/', query, `host:${new URL(url).host}`, '', 'host', sha256('')].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = scope
    .split('/')
    .reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${secretAccessKey}`);
  return new URL(`/?${query}&X-Amz-Signature=${hmac(key, toSign).toString('hex')}`, url);
}
