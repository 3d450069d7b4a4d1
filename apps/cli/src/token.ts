import { signRequest } from '@lakewarden/aws-wire';
import { Command } from 'commander';

import { type KeyPair, keyPairOf, requireUrl, urlOption } from './server.ts';

const AUDIENCE = 'lakewarden';
const TIMEOUT_MS = 30_000;

/** What one element of an STS answer holds. Tokens, codes and our messages need no unescaping but for these. */
const elementOf = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`)
    .exec(xml)?.[1]
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

/**
 * A bearer token for GraphQL, by STS GetWebIdentityToken.
 * @throws Error with the server's own code and message
 */
export async function requestToken(server: string, keyPair: KeyPair): Promise<string> {
  const url = new URL('/', server);
  const body = new URLSearchParams({
    Action: 'GetWebIdentityToken',
    Version: '2011-06-15',
    'Audience.member.1': AUDIENCE,
  }).toString();
  const headers = signRequest({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body,
    ...keyPair,
    region: 'us-east-1',
    service: 'sts',
    now: new Date(),
  });
  delete headers['host']; // fetch sets it, from the same URL
  const answer = await fetch(url, {
    method: 'POST',
    headers,
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new Error(`no server answers at ${url.origin}: start one, or name it with --url.`, { cause });
  });
  const text = await answer.text();
  const token = elementOf(text, 'WebIdentityToken');
  if (answer.ok && token !== undefined) return token;
  const code = elementOf(text, 'Code') ?? `HTTP ${String(answer.status)}`;
  throw new Error(`${code}: ${elementOf(text, 'Message') ?? 'the answer holds no token'}`);
}

export const tokenCommand = new Command('token')
  .description('print a bearer token for GraphQL, from the AWS key pair in the environment')
  .addOption(urlOption())
  .action(async ({ url }: { url: string }) => {
    requireUrl('--url', url);
    process.stdout.write(`${await requestToken(url, keyPairOf(process.env))}\n`);
  });
