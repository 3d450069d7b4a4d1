import { BlockList, isIP } from 'node:net';

import { invalid } from '@lakewarden/kernel';

export const MAX_URL_LENGTH = 2_048;

type Range = readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'];

const listOf = (ranges: readonly Range[]): BlockList => {
  const list = new BlockList();
  for (const range of ranges) list.addSubnet(...range);
  return list;
};

/**
 * Never a consumer's: this host, link-local (where clouds keep their metadata), other metadata addresses, multicast,
 * reserved ones, and forms that stand for an IPv4 address that is not looked at (RFC 6890, RFC 6052, RFC 3056, RFC 4380).
 */
const NEVER = listOf([
  ['0.0.0.0', 8, 'ipv4'],
  ['100.100.100.200', 32, 'ipv4'], // Alibaba Cloud's metadata
  ['168.63.129.16', 32, 'ipv4'], // Azure's wire server
  ['169.254.0.0', 16, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'], // Oracle's metadata among them
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fd00:ec2::254', 128, 'ipv6'], // AWS's metadata
  ['fd20:ce::254', 128, 'ipv6'], // Google's
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
]);

/** Somebody's own network; a setting allows them. */
const PRIVATE = listOf([
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
]);

/** IPv4 in IPv6 (`::ffff:127.0.0.1`) counts as what it stands for. */
export function isAllowedAddress(address: string, allowsPrivate: boolean): boolean {
  const [bare = ''] = address.split('%');
  const version = isIP(bare);
  if (version === 0) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  return !NEVER.check(bare, family) && (allowsPrivate || !PRIVATE.check(bare, family));
}

/** The address that a URL's host is, as it is written there; undefined for a name. */
export function literalAddress({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 ? undefined : bare;
}

/**
 * What can be said before anybody connects. Where a name leads is looked at when it is connected to: it may lead elsewhere
 * by then.
 *
 * @returns the URL in its normal form
 * @throws InvalidInputException
 */
export function requireDestination(text: string, allowsPrivate: boolean): string {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw invalid('The URL of a webhook begins with https:// or http://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid('The URL of a webhook holds no user and no password: the signature says who sends.');
  }
  const address = literalAddress(url);
  const isLocalName = /(^|\.)localhost\.?$/.test(url.hostname);
  if (address === undefined ? isLocalName && !allowsPrivate : !isAllowedAddress(address, allowsPrivate)) {
    throw invalid(`Webhooks are not sent to ${url.hostname}: it is no public address.`);
  }
  url.hash = '';
  return url.href;
}
