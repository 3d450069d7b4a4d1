import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { WebhookReceiver } from '../../../../test/support/webhook-receiver.ts';
import { WebhookSender } from './webhook-sender.ts';

describe('WebhookSender', () => {
  let receiver: WebhookReceiver;
  let sender: WebhookSender;

  beforeEach(async () => {
    receiver = new WebhookReceiver();
    await receiver.open();
    sender = new WebhookSender(true);
  });
  afterEach(async () => {
    sender.close();
    await receiver.close();
  });

  const post = (url = receiver.url, by = sender) => by.send({ url, headers: { a: 'b' }, body: 'ü' });

  it('given a consumer that answers 2xx, sends the bytes and the headers', async () => {
    expect(await post()).toBeUndefined();
    expect(receiver.received).toMatchObject([
      { body: 'ü', headers: { a: 'b', 'content-type': 'application/json', 'content-length': '2' } },
    ]);
  });

  it('given a name that leads to a private address, does not connect unless it may', async () => {
    const strict = new WebhookSender(false);
    const byName = receiver.url.replace('127.0.0.1', 'localhost');
    expect(await post(byName, strict)).toMatch(
      /^localhost is at (127\.0\.0\.1|::1), to which webhooks are not/,
    );
    expect(await post(receiver.url, strict)).toMatch(/^127\.0\.0\.1 is at /);
    expect(receiver.received).toEqual([]);
    expect(await post(byName)).toBeUndefined();
    strict.close();
  });

  it('given a link-local address, does not connect even where private ones are allowed', async () => {
    expect(await post('http://169.254.169.254/')).toMatch(/to which webhooks are not sent$/);
    expect(await post('http://[fe80::1]/')).toMatch(/to which webhooks are not sent$/);
  });

  it('given a redirect, does not follow it', async () => {
    receiver.answer = (_received, response) => {
      response.writeHead(307, { location: '/elsewhere' }).end();
    };
    expect(await post()).toBe('answered 307');
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
  });

  it('given an answer without end, hangs up after a few KiB', async () => {
    const hungUp = new Promise<number>((closed) => {
      receiver.answer = (_received, response) => {
        let sent = 0;
        const more = (): void => {
          while (!response.closed && sent < 1e8) {
            sent += 65_536;
            if (!response.write('x'.repeat(65_536))) return;
          }
        };
        response.on('drain', more).on('close', () => {
          closed(sent);
        });
        more();
      };
    });
    expect(await post()).toBeUndefined();
    expect(await hungUp).toBeLessThan(1e8);
  });

  it('given a consumer that says nothing, gives up', async () => {
    receiver.answer = () => undefined;
    const hasty = new WebhookSender(true, 100);
    expect(await post(receiver.url, hasty)).toBe('no answer within 0.1 seconds');
    hasty.close();
  });

  it('given nobody there, says so without the URL', async () => {
    await receiver.close();
    expect(await post(`${receiver.url}?token=hidden`)).toBe('ECONNREFUSED');
    await receiver.open();
  });

  it('given a consumer that closes connections after every answer, reaches it every time', async () => {
    receiver.answer = (_received, response) => {
      response.writeHead(204).end(() => response.socket?.destroy());
    };
    for (let i = 0; i < 20; i += 1) expect(await post()).toBeUndefined();
  });
});
