import { type MasterKeys, sealedContext } from '@lakewarden/identity';
import { invalid } from '@lakewarden/kernel';

import type { AuthenticationConfiguration, ConnectionDefinition, Properties } from './connection.ts';

const PROPERTY_MAPS = [
  'ConnectionProperties',
  'SparkProperties',
  'AthenaProperties',
  'PythonProperties',
] as const;

type PropertyMap = (typeof PROPERTY_MAPS)[number];

/** What is taken out of a definition and sealed. */
export type ConnectionSecrets = Readonly<Partial<Record<PropertyMap, Properties>>> & {
  readonly AuthenticationConfiguration?: AuthenticationConfiguration | undefined;
};

const SECRET_NAME = /passw(?:or)?d|passphrase|secret|token|api_?key|private_?key|access_?key|credential/i;
/** SECRET_ID, KAFKA_SASL_SCRAM_SECRETS_ARN and their like say where a secret lies, and are none. */
const NAMES_A_PLACE = /(?:arn|id|name|url|uri)$/i;
/** `scheme://user:password@host`, or a password among an URL's parameters. */
const CREDENTIALS_IN_URL =
  /^[a-z][a-z0-9+.:-]*:\/\/[^/@\s]*:[^/@\s]*@|[?&;](?:\w*password|pwd|secret|token)=/i;

/** Whether a property's value must be sealed, and is left out where passwords are hidden. */
export const isSecretProperty = (name: string, value: string): boolean =>
  (SECRET_NAME.test(name) && !NAMES_A_PLACE.test(name)) || CREDENTIALS_IN_URL.test(value);

const pick = (map: Properties, wanted: boolean): Properties =>
  Object.fromEntries(Object.entries(map).filter(([name, value]) => isSecretProperty(name, value) === wanted));

/** What of an OAuth2Properties its output shape has no place for. */
const OAUTH_SECRETS = ['OAuth2Credentials', 'AuthorizationCodeProperties'];

function splitAuthentication(given: AuthenticationConfiguration): {
  readonly shown: AuthenticationConfiguration;
  readonly secret: AuthenticationConfiguration;
} {
  const {
    BasicAuthenticationCredentials: basic,
    CustomAuthenticationCredentials: custom,
    OAuth2Properties: oauth,
    ...rest
  } = given;
  const entries = Object.entries(oauth ?? {});
  const isSecret = ([name]: [string, unknown]): boolean => OAUTH_SECRETS.includes(name);
  return {
    shown: {
      ...rest,
      ...(oauth !== undefined && {
        OAuth2Properties: Object.fromEntries(entries.filter((each) => !isSecret(each))),
      }),
    },
    secret: {
      ...(basic !== undefined && { BasicAuthenticationCredentials: basic }),
      ...(custom !== undefined && { CustomAuthenticationCredentials: custom }),
      ...(oauth !== undefined && { OAuth2Properties: Object.fromEntries(entries.filter(isSecret)) }),
    },
  };
}

/** A definition without what is secret, and that apart. */
export function splitSecrets(given: ConnectionDefinition): {
  readonly definition: ConnectionDefinition;
  readonly secrets: ConnectionSecrets;
} {
  const { AuthenticationConfiguration: authentication, ...rest } = given;
  const auth = authentication && splitAuthentication(authentication);
  const maps = PROPERTY_MAPS.flatMap((name) => {
    const map = given[name];
    return map === undefined ? [] : [{ name, open: pick(map, false), secret: pick(map, true) }];
  });
  return {
    definition: {
      ...rest,
      ...Object.fromEntries(maps.map(({ name, open }) => [name, open])),
      ...(auth && { AuthenticationConfiguration: auth.shown }),
    },
    secrets: {
      ...Object.fromEntries(maps.map(({ name, secret }) => [name, secret])),
      ...(auth && { AuthenticationConfiguration: auth.secret }),
    },
  };
}

/** The definition with its secret properties again. Credentials of an AuthenticationConfiguration stay out. */
export function withSecretProperties(
  definition: ConnectionDefinition,
  secrets: ConnectionSecrets,
  show: (name: string, value: string) => readonly [string, string] = (name, value) => [name, value],
): ConnectionDefinition {
  const maps = PROPERTY_MAPS.flatMap((name) => {
    const map = definition[name];
    if (map === undefined) return [];
    const secret = Object.entries(secrets[name] ?? {}).map(([key, value]) => show(key, value));
    return [[name, { ...map, ...Object.fromEntries(secret) }] as const];
  });
  return { ...definition, ...Object.fromEntries(maps) };
}

const ENCRYPTED = 'ENCRYPTED_';
/** Sets what this server has encrypted apart from a key service's cipher text, which is kept as it came. */
const OWN_CIPHER_TEXT = 'LW1.';

const passwordContext = (id: string): string => sealedContext('connection-password', id);

/**
 * How a secret is shown where passwords are returned encrypted: PASSWORD as ENCRYPTED_PASSWORD. The text opens only
 * here, for this connection: sent back in an update it means the password that it was.
 */
export const encryptedProperty =
  (keys: MasterKeys, id: string) =>
  (name: string, value: string): readonly [string, string] =>
    name.startsWith(ENCRYPTED)
      ? [name, value]
      : [
          `${ENCRYPTED}${name}`,
          OWN_CIPHER_TEXT + keys.seal(value, passwordContext(id)).toString('base64url'),
        ];

/**
 * Turns what {@link encryptedProperty} has shown back into what it was.
 * @throws InvalidInputException it is another connection's, or was made under a key that is gone
 */
export function decrypted(
  definition: ConnectionDefinition,
  keys: MasterKeys,
  id: string,
): ConnectionDefinition {
  const maps = PROPERTY_MAPS.flatMap((map) => {
    const given = definition[map];
    if (given === undefined) return [];
    const entries = Object.entries(given).map(([name, value]): [string, string] =>
      name.startsWith(ENCRYPTED) && value.startsWith(OWN_CIPHER_TEXT)
        ? [name.slice(ENCRYPTED.length), openOwn(keys, id, name, value)]
        : [name, value],
    );
    return [[map, Object.fromEntries(entries)] as const];
  });
  return { ...definition, ...Object.fromEntries(maps) };
}

function openOwn(keys: MasterKeys, id: string, name: string, value: string): string {
  try {
    const sealed = Buffer.from(value.slice(OWN_CIPHER_TEXT.length), 'base64url');
    return keys.open(sealed, passwordContext(id)).reveal();
  } catch {
    // Whatever the fault, its text may hold part of the value: it is not passed on.
    throw invalid(
      `${name} was not made for this connection, or under a master key that is gone. Send ${name.slice(ENCRYPTED.length)} itself.`,
    );
  }
}
