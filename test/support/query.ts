import { signRequest } from '@lakewarden/aws-wire';

import type { Lake } from './lake.ts';

const VERSIONS = { iam: '2010-05-08', sts: '2011-06-15' } as const;

export interface QueryAnswer {
  readonly status: number;
  readonly xml: string;
  /** The texts of every element of that name, in order, unescaped. */
  texts(element: string): string[];
}

const unescape = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** A signed call of the Query protocol over HTTP. */
export async function query(
  lake: Pick<Lake, 'url' | 'accessKeyId' | 'secretAccessKey'> & { readonly sessionToken?: string },
  service: keyof typeof VERSIONS,
  action: string,
  members: Readonly<Record<string, string>> = {},
): Promise<QueryAnswer> {
  const url = new URL('/', lake.url);
  const body = new URLSearchParams({ Action: action, Version: VERSIONS[service], ...members }).toString();
  const headers = signRequest({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body,
    accessKeyId: lake.accessKeyId,
    secretAccessKey: lake.secretAccessKey,
    ...(lake.sessionToken !== undefined && { sessionToken: lake.sessionToken }),
    region: 'us-east-1',
    service,
    now: new Date(),
  });
  delete headers['host']; // fetch sets it, from the same URL
  const answer = await fetch(url, { method: 'POST', headers, body });
  const xml = await answer.text();
  return {
    status: answer.status,
    xml,
    texts: (element) =>
      [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(([, text]) =>
        unescape(text ?? ''),
      ),
  };
}
