import { describe, expect, it } from 'vitest';

import { isAllowedAddress, requireDestination } from './destination.ts';

describe('webhook destinations', () => {
  it.each(['93.184.216.34', '2606:2800:220:1::1', '::ffff:93.184.216.34'])(
    'given %s, which is public, allows it',
    (address) => {
      expect([isAllowedAddress(address, false), isAllowedAddress(address, true)]).toEqual([true, true]);
    },
  );

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '::1',
    'fd12::1',
    '::ffff:10.0.0.1',
  ])('given %s, which is private, allows it where the setting does', (address) => {
    expect([isAllowedAddress(address, false), isAllowedAddress(address, true)]).toEqual([false, true]);
  });

  it.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    'fe80::1',
    'fe80::1%lo',
    'fd00:ec2::254',
    '100.100.100.200',
    '168.63.129.16',
    '0.0.0.0',
    '::',
    '224.0.0.1',
    '255.255.255.255',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    'no address',
  ])('given %s, never allows it', (address) => {
    expect([isAllowedAddress(address, false), isAllowedAddress(address, true)]).toEqual([false, false]);
  });

  it.each([
    'ftp://example.com/',
    'example.com',
    'file:///etc/passwd',
    'https://user:word@example.com/',
    'http://127.0.0.1/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://[::1]:80/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost:1/',
    'http://a.LOCALHOST./',
    'http://169.254.169.254/latest/meta-data',
  ])('given %s, refuses', (url) => {
    expect(() => requireDestination(url, false)).toThrow(/^(The URL of a webhook|Webhooks are not sent to) /);
  });

  it('given where private networks are allowed, still refuses link-local addresses in every form', () => {
    expect(requireDestination('http://127.0.0.1:1/x', true)).toBe('http://127.0.0.1:1/x');
    expect(requireDestination('http://localhost/', true)).toBe('http://localhost/');
    for (const host of ['169.254.169.254', '2852039166', '0xa9fea9fe', '[::ffff:169.254.169.254]', '0']) {
      expect(() => requireDestination(`http://${host}/`, true)).toThrow(/^Webhooks are not sent to /);
    }
  });

  it('given a name, leaves it as it is but for what is no part of a request', () => {
    expect(requireDestination('HTTPS://Hooks.Example.com/a?b=c#d', false)).toBe(
      'https://hooks.example.com/a?b=c',
    );
  });
});
