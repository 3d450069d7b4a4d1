import { Secret } from '@lakewarden/kernel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readCredential, type SignedRequest, signRequest, verifySignature } from './sigv4.ts';

const now = new Date('2026-11-24T04:34:12Z');
const secretAccessKey = 'secret';
const secret = new Secret(secretAccessKey);

const verify = (request: SignedRequest, at = now, service = 'glue'): void => {
  verifySignature(request, readCredential(request), {
    secretAccessKey: secret,
    expectedService: service,
    now: at,
  });
};

const signed = (body: string, url = 'http://127.0.0.1:8181/', method = 'POST'): SignedRequest => {
  const target = new URL(url);
  const headers = signRequest({
    method,
    url: target,
    body,
    headers: { 'X-Amz-Target': 'AWSGlue.GetTable' },
    accessKeyId: 'AKIA',
    secretAccessKey,
    region: 'us-east-1',
    service: 'glue',
    now,
  });
  return {
    method,
    rawPath: target.pathname,
    rawQuery: target.search.slice(1),
    rawHeaders: Object.entries(headers).flat(),
    body: Buffer.from(body),
  };
};

describe('SigV4', () => {
  it('given the captured Glue request of spec/wire.md §7 A, accepts its signature', () => {
    verify({
      method: 'POST',
      rawPath: '/',
      rawQuery: '',
      rawHeaders: [
        'Host',
        '127.0.0.1:5600',
        'X-Amz-Target',
        'AWSGlue.CreateDatabase',
        'Content-Type',
        'application/x-amz-json-1.1',
        'X-Amz-Date',
        '20261124T043412Z',
        'Authorization',
        'AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE0000000AB/20261124/us-east-1/glue/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=05a60bbd4174a906f16981b2eba1a1d0ee10fce6b9c075614cbadbb05777814b',
      ],
      body: Buffer.from('{"DatabaseInput": {"Name": "sales"}}'),
    });
  });

  it('given the captured RAM request of §7 E, accepts its signature over a query', () => {
    verify(
      {
        method: 'DELETE',
        rawPath: '/deleteresourceshare',
        rawQuery: 'resourceShareArn=arn%3Aaws%3Aram%3Aus-east-1%3A123456789012%3Aresource-share%2Fx',
        rawHeaders: [
          'Host',
          '127.0.0.1:5600',
          'X-Amz-Date',
          '20261124T043415Z',
          'Authorization',
          'AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE0000000AB/20261124/us-east-1/ram/aws4_request, SignedHeaders=host;x-amz-date, Signature=f6be07e93ebde46c21c6dacf9e0ed34a5e71b97a291491243f150fb2668c38e6',
        ],
        body: Buffer.alloc(0),
      },
      now,
      'ram',
    );
  });

  it('accepts what it signed, whatever the path, query and body', () => {
    fc.assert(
      fc.property(
        fc.webPath(),
        fc.webQueryParameters(),
        fc.string({ unit: 'binary' }),
        (path, query, body) => {
          verify(signed(body, `http://lake:8181${path || '/'}?${query}`));
        },
      ),
    );
  });

  it.each<[string, (request: SignedRequest) => SignedRequest, string]>([
    ['another body', (r) => ({ ...r, body: Buffer.from('{ }') }), 'InvalidSignatureException'],
    ['another method', (r) => ({ ...r, method: 'PUT' }), 'InvalidSignatureException'],
    ['another path', (r) => ({ ...r, rawPath: '/x' }), 'InvalidSignatureException'],
    ['another query', (r) => ({ ...r, rawQuery: 'a=1' }), 'InvalidSignatureException'],
    [
      'another target',
      (r) => ({
        ...r,
        rawHeaders: r.rawHeaders.map((h) => (h === 'AWSGlue.GetTable' ? 'AWSGlue.DeleteTable' : h)),
      }),
      'InvalidSignatureException',
    ],
    [
      'an unsigned x-amz header',
      (r) => ({ ...r, rawHeaders: [...r.rawHeaders, 'x-amz-extra', '1'] }),
      'IncompleteSignatureException',
    ],
    [
      'a content hash that lies',
      (r) => ({ ...r, rawHeaders: [...r.rawHeaders, 'x-amz-content-sha256', 'UNSIGNED-PAYLOAD'] }),
      'IncompleteSignatureException',
    ],
    ['no credentials', (r) => ({ ...r, rawHeaders: ['host', 'x'] }), 'MissingAuthenticationTokenException'],
    [
      'half an Authorization header',
      (r) => ({
        ...r,
        rawHeaders: ['authorization', 'AWS4-HMAC-SHA256 Credential=a/20261124/b/c/aws4_request'],
      }),
      'IncompleteSignatureException',
    ],
  ])('given %s, refuses', (_what, tamper, code) => {
    expect(() => {
      verify(tamper(signed('{}')));
    }).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('given a request six minutes old or early, refuses with the times', () => {
    expect(() => {
      verify(signed('{}'), new Date(now.getTime() + 360_000));
    }).toThrow(
      'Signature expired: 20261124T043412Z is now earlier than 20261124T043512Z (20261124T044012Z - 5 min.)',
    );
    expect(() => {
      verify(signed('{}'), new Date(now.getTime() - 360_000));
    }).toThrow('Signature not yet current');
  });

  it('given the scope of another service, says which one it should be', () => {
    expect(() => {
      verify(signed('{}'), now, 'iam');
    }).toThrow("Credential should be scoped to correct service: 'iam'.");
  });
});
