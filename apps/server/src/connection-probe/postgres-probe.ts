import { lookup } from 'node:dns/promises';
import { BlockList, isIPv6 } from 'node:net';

import type { ConnectionProbe, PostgresTarget } from '@lakewarden/catalog';
import { LakewardenError } from '@lakewarden/kernel';
import pg from 'pg';

const CONNECT_MS = 5_000;
const TOTAL_MS = 10_000;
/** Each holds a socket to a host of the caller's choice. */
const MAX_AT_ONCE = 4;

/** Where no database is: a cloud's metadata service, "this host", groups of hosts. */
const refused = new BlockList();
refused.addSubnet('0.0.0.0', 8, 'ipv4');
refused.addSubnet('169.254.0.0', 16, 'ipv4');
refused.addSubnet('224.0.0.0', 3, 'ipv4');
refused.addAddress('::', 'ipv6');
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addSubnet('ff00::', 8, 'ipv6');
refused.addAddress('fd00:ec2::254', 'ipv6');

/** SQLSTATE and errno of what a connection's owner can mend; the server's own words are never passed on. */
const FAULTS: Readonly<Record<string, string>> = {
  '28P01': 'the server refuses this user name and password.',
  '28000': 'the server refuses this user.',
  '3D000': 'the server has no such database.',
  '53300': 'the server takes no more connections.',
  '57P03': 'the server is starting or stopping.',
  ECONNREFUSED: 'nothing listens at this host and port.',
  ENOTFOUND: 'the host name is not known.',
  EAI_AGAIN: 'the host name is not known.',
  EHOSTUNREACH: 'the host cannot be reached.',
  ENETUNREACH: 'the host cannot be reached.',
  ETIMEDOUT: 'the server does not answer in time.',
  ECONNRESET: 'what listens there does not speak as PostgreSQL does.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the server shows a certificate that is not trusted.',
  SELF_SIGNED_CERT_IN_CHAIN: 'the server shows a certificate that is not trusted.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the server shows a certificate that is not trusted.',
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another host.",
  CERT_HAS_EXPIRED: "the server's certificate has expired.",
};

function faultOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (Object.hasOwn(FAULTS, code)) return FAULTS[code] ?? '';
  if (error instanceof Error && /timeout/i.test(error.message)) return 'the server does not answer in time.';
  if (error instanceof Error && /does not support SSL/.test(error.message))
    return 'the server does not offer TLS.';
  return 'the server cannot be spoken to as a PostgreSQL.';
}

/** Looked up once and connected to by that address: a name cannot lead elsewhere the second time. */
async function addressOf(host: string): Promise<string | undefined> {
  const found = await lookup(host, { all: true });
  const isRefused = found.some(({ address }) => {
    const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
    return refused.check(mapped, isIPv6(mapped) ? 'ipv6' : 'ipv4');
  });
  return isRefused ? undefined : found[0]?.address;
}

async function connect({ host, port, database, user, password, tls }: PostgresTarget, address: string) {
  const client = new pg.Client({
    host: address,
    port,
    database,
    user,
    // Never empty: an empty one would be taken from this process's own environment.
    password: password.reveal(),
    ssl: tls === 'none' ? false : { rejectUnauthorized: tls === 'verify', servername: host },
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: CONNECT_MS,
    application_name: 'lakewarden-test-connection',
  });
  // What happens to it after its answer concerns nobody; unheard it would end this process.
  client.on('error', () => undefined);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('timeout'));
    }, TOTAL_MS);
  });
  const tried = client.connect().then(() => client.query('SELECT 1'));
  try {
    await Promise.race([tried, late]);
  } finally {
    clearTimeout(timer);
    tried.catch(() => undefined);
    void client.end().catch(() => undefined);
  }
}

/** Connects for real, asks one question and leaves; bounded in time and in number. */
export function postgresProbe(): ConnectionProbe {
  let running = 0;
  return async (target) => {
    if (running >= MAX_AT_ONCE) {
      throw new LakewardenError('ThrottlingException', 'Too many connections are being tested. Try again.');
    }
    running += 1;
    try {
      const address = await addressOf(target.host);
      if (address === undefined) return 'its host is not one where a database may be.';
      await connect(target, address);
      return undefined;
    } catch (error) {
      return faultOf(error);
    } finally {
      running -= 1;
    }
  };
}
