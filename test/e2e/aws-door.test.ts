import { request as httpRequest } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { sendGlue, signGlue } from '../support/glue.ts';
import { type Lake, startLake } from '../support/lake.ts';
import { presign } from '../support/presign.ts';
import { query } from '../support/query.ts';

const MINUTE_MS = 60_000;

/** What is wrong with a request before a service has read it. It never reaches the database, so one is enough. */
describe('the AWS doors', () => {
  let lake: Lake;

  beforeAll(async () => {
    lake = await startLake('PGlite');
  });
  afterAll(async () => {
    await lake.stop();
  });

  const refusal = async (body: string | Buffer, headers: Record<string, string> = {}) => {
    const answer = await sendGlue(lake, signGlue(lake, 'CreateDatabase', body, { headers }));
    expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    return `${String(answer.status)} ${String(answer.body['__type'])}: ${String(answer.body['message'])}`;
  };
  const valid = '{"DatabaseInput":{"Name":"x"}}';

  it.each<[string, string | Buffer, Record<string, string>, RegExp]>([
    [
      'a text that is no UTF-8',
      Buffer.concat([Buffer.from('{"DatabaseInput":{"Name":"x'), Buffer.from([0xff]), Buffer.from('"}}')]),
      {},
      /^400 SerializationException: .*not valid UTF-8/,
    ],
    [
      'a form',
      valid,
      { 'content-type': 'application/x-www-form-urlencoded' },
      /^400 SerializationException: .*JSON/,
    ],
    [
      'a compressed body',
      valid,
      { 'content-encoding': 'gzip' },
      /^400 SerializationException: Content-Encoding gzip/,
    ],
    ['a media type that is none', valid, { 'content-type': 'x' }, /^400 SerializationException: /],
    [
      'a body over 16 MiB',
      Buffer.alloc(16 * 1024 * 1024 + 1, 0x20),
      {},
      /^413 RequestEntityTooLargeException: /,
    ],
  ])('given %s, refuses in the protocol’s own form', async (_what, body, headers, words) => {
    expect(await refusal(body, headers)).toMatch(words);
    expect(await lake.ok('GetDatabases')).toEqual({ DatabaseList: [] });
  });

  it('given a Query body over 16 MiB, refuses it in XML', async () => {
    const answer = await query(lake, 'iam', 'GetUser', { UserName: 'x'.repeat(16 * 1024 * 1024) });
    expect(answer.status).toBe(413);
    expect(answer.texts('Code')).toEqual(['RequestEntityTooLarge']);
    expect(answer.texts('RequestId')[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('given 64 MiB in chunks and without a length, lets go of them as soon as they are too many', async () => {
    let sentMiB = 0;
    const answered = new Promise<number>((resolve) => {
      const call = httpRequest(lake.url, {
        method: 'POST',
        headers: { 'x-amz-target': 'AWSGlue.GetDatabases' },
      });
      call.on('response', (response) => {
        resolve(response.statusCode ?? 0);
        response.resume();
        call.destroy();
      });
      call.on('error', () => {
        resolve(413); // closed before the answer was read
      });
      const chunk = Buffer.alloc(1024 * 1024, 0x20);
      const write = (): void => {
        if (call.destroyed || sentMiB === 64) return;
        sentMiB += 1;
        call.write(chunk, write);
      };
      write();
    });
    expect(await answered).toBe(413);
    expect(sentMiB).toBeLessThan(64);
    expect((await fetch(`${lake.url}/healthz`)).status).toBe(200);
  });

  it.each<[string, string, Record<string, string>, RegExp]>([
    ['a marker of nobody', 'ListUsers', { Marker: 'eyJ' }, /^400 ValidationError Marker is not valid/],
    [
      'a prefix that cannot be stored',
      'ListUsers',
      { PathPrefix: '/\u0000' },
      /^400 ValidationError .*pathPrefix/,
    ],
    ['a page of letters', 'ListUsers', { MaxItems: 'many' }, /^400 ValidationError .*maxItems/],
    ['a list for a name', 'CreateUser', { 'UserName.member.1': 'x' }, /^400 ValidationError .*userName/],
    [
      'a description that cannot be stored',
      'CreateRole',
      { RoleName: 'r', AssumeRolePolicyDocument: '{}', Description: '\u0000' },
      /^400 ValidationError .*description/,
    ],
    [
      'a policy document that cannot be stored',
      'CreateRole',
      { RoleName: 'r', AssumeRolePolicyDocument: '{"a":"\u0000"}' },
      /^400 ValidationError .*assumeRolePolicyDocument/,
    ],
    ['an action that is none', 'constructor', {}, /^400 InvalidAction /],
    ['a nesting bomb', 'GetUser', { ['a.'.repeat(10_000)]: '1' }, /^400 ValidationError .*too deep/],
    [
      'more parameters than any operation has',
      'GetUser',
      Object.fromEntries(Array.from({ length: 6_000 }, (_, i) => [`p${String(i)}`, '1'])),
      /^400 ValidationError .*too many/,
    ],
  ])('given %s, IAM refuses', async (_what, action, members, words) => {
    const answer = await query(lake, 'iam', action, members);
    expect(
      `${String(answer.status)} ${answer.texts('Code').join('')} ${answer.texts('Message').join('')}`,
    ).toMatch(words);
    expect((await query(lake, 'iam', 'ListRoles')).texts('RoleName')).toEqual([]);
  });

  describe('a presigned GET', () => {
    const ask = async (url: URL): Promise<string> => {
      const answer = await fetch(url);
      const text = await answer.text();
      return `${String(answer.status)} ${/<(?:Arn|Code)>([^<]*)/.exec(text)?.[1] ?? text}`;
    };
    const members = { Action: 'GetCallerIdentity', Version: '2011-06-15' };

    it('given a signature that holds, says who signed it', async () => {
      expect(await ask(presign(lake, 'sts', members, new Date()))).toBe(
        '200 arn:aws:iam::111122223333:user/admin',
      );
    });

    it('given one that has run out, is of tomorrow, or over other parameters, refuses', async () => {
      const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS);
      expect(await ask(presign(lake, 'sts', members, ago(2)))).toBe('403 SignatureDoesNotMatch');
      expect(await ask(presign(lake, 'sts', members, ago(-10)))).toBe('403 SignatureDoesNotMatch');
      const other = presign(lake, 'sts', members, new Date());
      other.searchParams.set('Action', 'GetWebIdentityToken');
      expect(await ask(other)).toBe('403 SignatureDoesNotMatch');
    });

    it('given no action, is nobody’s page', async () => {
      expect((await fetch(lake.url)).status).toBe(404);
    });
  });
});
