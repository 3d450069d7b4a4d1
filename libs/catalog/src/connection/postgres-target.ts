import { invalid, Secret } from '@lakewarden/kernel';

import type { AuthenticationConfiguration, Properties } from './connection.ts';

/** A PostgreSQL as a JDBC connection names it. */
export interface PostgresTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: Secret<string>;
  /** `verify`: the server's certificate must be one that this machine trusts, for that host. */
  readonly tls: 'none' | 'encrypt' | 'verify';
}

const URL_FORM =
  /^jdbc:postgresql:\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?\/([^?]*)(?:\?(.*))?$/s;
const DEFAULT_PORT = 5432;
const MAX_PORT = 65_535;

const TLS: Readonly<Record<string, PostgresTarget['tls']>> = {
  disable: 'none',
  allow: 'none',
  prefer: 'none',
  require: 'encrypt',
  'verify-ca': 'verify',
  'verify-full': 'verify',
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw invalid('JDBC_CONNECTION_URL holds a % that escapes nothing.');
    throw error;
  }
};

/**
 * Where a connection leads, and as whom; no part of it comes from this server's own surroundings.
 * @throws InvalidInputException it is no JDBC connection to PostgreSQL, or says not enough
 */
export function postgresTarget(
  type: string,
  properties: Properties,
  authentication: AuthenticationConfiguration | undefined,
): PostgresTarget {
  const url = properties['JDBC_CONNECTION_URL'];
  if (type !== 'JDBC' || url === undefined || !/^jdbc:postgresql:/.test(url)) {
    throw invalid(
      'TestConnection tries JDBC connections to PostgreSQL (JDBC_CONNECTION_URL jdbc:postgresql://...) and no others.',
    );
  }
  const [, host, port, database, query] = URL_FORM.exec(url) ?? [];
  if (host === undefined || database === undefined || database === '') {
    throw invalid('JDBC_CONNECTION_URL is not of the form jdbc:postgresql://host:port/database.');
  }
  const parameters = new URLSearchParams(query ?? '');
  const basic = authentication?.BasicAuthenticationCredentials;
  const user = properties['USERNAME'] ?? basic?.Username ?? parameters.get('user') ?? '';
  const password = properties['PASSWORD'] ?? basic?.Password ?? parameters.get('password') ?? '';
  if (user === '' || password === '') {
    throw invalid(
      'The connection has no USERNAME and PASSWORD of its own; secrets kept elsewhere are not fetched.',
    );
  }
  const portNumber = port === undefined ? DEFAULT_PORT : Number(port);
  if (portNumber < 1 || portNumber > MAX_PORT)
    throw invalid(`JDBC_CONNECTION_URL names no port: ${String(port)}.`);
  const mode = parameters.get('sslmode') ?? (parameters.get('ssl') === 'true' ? 'verify-full' : 'prefer');
  const tls = TLS[mode];
  if (tls === undefined) throw invalid('JDBC_CONNECTION_URL names an sslmode that PostgreSQL does not know.');
  return {
    host: host.replaceAll(/[[\]]/g, ''),
    port: portNumber,
    database: decode(database),
    user,
    password: new Secret(password),
    tls: properties['JDBC_ENFORCE_SSL'] === 'true' ? 'verify' : tls,
  };
}
