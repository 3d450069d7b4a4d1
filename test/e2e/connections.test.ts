import 'reflect-metadata';

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';

import { Database } from '@lakewarden/storage';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { rotateMasterKey } from '../../apps/server/src/maintenance/index.ts';
import { startServer } from '../../apps/server/src/server.ts';
import { readSettings, type Settings } from '../../apps/server/src/settings/settings.ts';
import { graphql, login } from '../support/graphql.ts';
import { callGlue } from '../support/glue.ts';
import { type Credentials, DATABASES, type DatabaseName } from '../support/lake.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const OWN = '111122223333';
const PASSWORDS = [
  'p4ss-word-ONE',
  'kafka-SECRET-two',
  'basic-THREE',
  'in-url-FOUR',
  'spark-FIVE',
  'token-SIX',
];
const [PASSWORD, KAFKA, BASIC, IN_URL, SPARK, TOKEN] = PASSWORDS as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const anyNumber = expect.any(Number) as number;

/** A server whose log and database the test can read, and stop. */
async function startOpenLake(databaseName: DatabaseName, postgres: TestPostgres) {
  const directory = await mkdtemp(join(tmpdir(), 'lakewarden-'));
  const settingsOf = (key: string): Settings =>
    readSettings({
      LAKEWARDEN_PORT: '0',
      LAKEWARDEN_DATA_DIR: directory,
      DATABASE_URL: databaseName === 'PostgreSQL' ? postgres.url : undefined,
      LAKEWARDEN_MASTER_KEY: key,
    });
  let settings = settingsOf(randomBytes(32).toString('base64'));
  let logged = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk);
      done();
    },
  });
  const start = () => startServer(settings, { log: pino({ level: 'trace' }, sink) });
  let server = await start();
  const credentials = JSON.parse(
    await readFile(join(directory, 'admin-credentials.json'), 'utf8'),
  ) as Credentials;
  return {
    credentials,
    url: () => server.url,
    log: () => logged,
    glue: (operation: string, input: object = {}) =>
      callGlue({ url: server.url, ...credentials }, operation, input),
    /** Runs while the server stands still: an embedded database has one owner. */
    async withDatabase<T>(use: (database: Database) => Promise<T>): Promise<T> {
      await server.close();
      const database = await Database.open({ url: settings.DATABASE_URL, directory: `${directory}/pglite` });
      try {
        return await use(database);
      } finally {
        await database.close();
        server = await start();
      }
    },
    async rotate() {
      await server.close();
      const rotation = await rotateMasterKey(settings);
      settings = settingsOf(rotation.newKey ?? '');
      server = await start();
      return rotation;
    },
    async stop() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

describe.each(DATABASES)('connections on %s', (databaseName) => {
  let postgres: TestPostgres;
  let lake: Awaited<ReturnType<typeof startOpenLake>>;

  beforeAll(async () => {
    postgres = await startPostgres();
    lake = await startOpenLake(databaseName, postgres);
  });
  afterAll(async () => {
    await lake.stop();
    await postgres.stop();
  });

  const ok = async (operation: string, input: object = {}) => {
    const { status, body } = await lake.glue(operation, input);
    if (status !== 200) throw new Error(`${operation}: ${JSON.stringify(body)}`);
    return body;
  };
  const refused = async (operation: string, input: object = {}) => {
    const { status, body } = await lake.glue(operation, input);
    if (status === 200) throw new Error(`${operation} was not refused`);
    return `${String(body['__type'])}: ${String(body['Message'] ?? body['message'])}`;
  };
  const propertiesOf = async (Name: string, more: object = {}) => {
    const { Connection: found } = await ok('GetConnection', { Name, ...more });
    return (found as { ConnectionProperties: Record<string, string> }).ConnectionProperties;
  };
  const returnEncrypted = (value: boolean) =>
    ok('PutDataCatalogEncryptionSettings', {
      DataCatalogEncryptionSettings: {
        ConnectionPasswordEncryption: { ReturnConnectionPasswordEncrypted: value },
      },
    });

  const full = {
    Name: 'Full',
    Description: 'all of it',
    ConnectionType: 'JDBC',
    MatchCriteria: ['a', 'b'],
    ConnectionProperties: {
      JDBC_CONNECTION_URL: `jdbc:postgresql://db:5432/x?user=u&password=${IN_URL}`,
      USERNAME: 'ann',
      PASSWORD,
      KAFKA_SASL_PLAIN_PASSWORD: KAFKA,
      SECRET_ID: 'where/it/lies',
      KAFKA_SASL_SCRAM_SECRETS_ARN: 'arn:aws:secretsmanager:us-east-1:1:secret:x',
    },
    SparkProperties: { sfPassword: SPARK, sfUser: 'ann' },
    PhysicalConnectionRequirements: { SubnetId: 'subnet-1', SecurityGroupIdList: ['sg-1'] },
    AuthenticationConfiguration: {
      AuthenticationType: 'OAUTH2',
      BasicAuthenticationCredentials: { Username: 'ann', Password: BASIC },
      OAuth2Properties: { OAuth2GrantType: 'JWT_BEARER', OAuth2Credentials: { AccessToken: TOKEN } },
    },
  };
  const shown = {
    ...full,
    AuthenticationConfiguration: {
      AuthenticationType: 'OAUTH2',
      OAuth2Properties: { OAuth2GrantType: 'JWT_BEARER' },
    },
    CreationTime: anyNumber,
    LastUpdatedTime: anyNumber,
    LastUpdatedBy: `arn:aws:iam::${OWN}:user/admin`,
    Status: 'READY',
    ConnectionSchemaVersion: 2,
  };
  const openProperties = {
    USERNAME: 'ann',
    SECRET_ID: 'where/it/lies',
    KAFKA_SASL_SCRAM_SECRETS_ARN: 'arn:aws:secretsmanager:us-east-1:1:secret:x',
  };

  it('given one, keeps all that was said of it, and hides what is secret when asked', async () => {
    expect(await ok('CreateConnection', { ConnectionInput: full, Tags: { team: 'x' } })).toEqual({
      CreateConnectionStatus: 'READY',
    });
    expect(await ok('GetConnection', { Name: 'Full' })).toEqual({ Connection: shown });
    const hidden = { ...shown, ConnectionProperties: openProperties, SparkProperties: { sfUser: 'ann' } };
    expect(await ok('GetConnection', { Name: 'Full', HidePassword: true })).toEqual({ Connection: hidden });
    expect(await ok('GetConnections', { HidePassword: true })).toEqual({ ConnectionList: [hidden] });
    expect(await refused('CreateConnection', { ConnectionInput: full })).toBe(
      'AlreadyExistsException: Connection Full already exists',
    );
    expect(await refused('GetConnection', { Name: 'full' })).toBe(
      'EntityNotFoundException: Connection full not found',
    );
    expect(await ok('GetTags', { ResourceArn: `arn:aws:glue:us-east-1:${OWN}:connection/Full` })).toEqual({
      Tags: { team: 'x' },
    });
  });

  it('seals every secret at rest, and no dump of the database holds one', async () => {
    const rows = await lake.withDatabase(async (database) => {
      const { rows: found } = await database.pool.query<Record<string, unknown>>(
        'SELECT definition::text, secrets_sealed, encode(secrets_sealed, $1) AS text FROM connection',
        ['escape'],
      );
      const { rows: changes } = await database.pool.query('SELECT * FROM change');
      return [...found, ...(changes as Record<string, unknown>[])];
    });
    expect(
      rows.some((row) => Buffer.isBuffer(row['secrets_sealed']) && row['secrets_sealed'].length > 100),
    ).toBe(true);
    for (const secret of PASSWORDS) expect(JSON.stringify(rows)).not.toContain(secret);
    // After a restart they are read as before.
    expect(await ok('GetConnection', { Name: 'Full' })).toEqual({ Connection: shown });
  });

  it('given a sealed value moved to another row, does not open it', async () => {
    await ok('CreateConnection', { ConnectionInput: { ...full, Name: 'Other' } });
    await lake.withDatabase((database) =>
      database.pool.query(
        `UPDATE connection SET secrets_sealed = (SELECT secrets_sealed FROM connection WHERE name = 'Full')
         WHERE name = 'Other'`,
      ),
    );
    expect(await refused('GetConnection', { Name: 'Other' })).toMatch(/^InternalServiceException/);
    await ok('DeleteConnection', { ConnectionName: 'Other' });
  });

  it('given a new master key, opens what was sealed under the old one', async () => {
    const { connections } = await lake.rotate();
    expect(connections).toBe(1);
    expect(await ok('GetConnection', { Name: 'Full' })).toEqual({ Connection: shown });
  });

  it('given encrypted passwords in the settings, returns ENCRYPTED_PASSWORD, which an update takes back', async () => {
    await returnEncrypted(true);
    const encrypted = await propertiesOf('Full');
    expect(Object.keys(encrypted).sort()).toEqual(
      [
        ...Object.keys(openProperties),
        'ENCRYPTED_PASSWORD',
        'ENCRYPTED_KAFKA_SASL_PLAIN_PASSWORD',
        'ENCRYPTED_JDBC_CONNECTION_URL',
      ].sort(),
    );
    for (const secret of PASSWORDS) expect(JSON.stringify(encrypted)).not.toContain(secret);
    expect(await propertiesOf('Full', { HidePassword: true })).toEqual(openProperties);
    const input = { Name: 'Full', ConnectionType: 'JDBC', ConnectionProperties: encrypted };
    await ok('UpdateConnection', { Name: 'Full', ConnectionInput: input });
    expect(await refused('CreateConnection', { ConnectionInput: { ...input, Name: 'Thief' } })).toMatch(
      /^InvalidInputException: ENCRYPTED_\w+ was not made for this connection/,
    );
    await returnEncrypted(false);
    expect(await propertiesOf('Full')).toEqual(full.ConnectionProperties);
    // A key service's own cipher text is nobody's here: kept as it came.
    const foreign = { USERNAME: 'u', ENCRYPTED_PASSWORD: 'AQECAHg=' };
    await ok('UpdateConnection', {
      Name: 'Full',
      ConnectionInput: { ...input, ConnectionProperties: foreign },
    });
    expect(await propertiesOf('Full')).toEqual(foreign);
    expect(await propertiesOf('Full', { HidePassword: true })).toEqual({ USERNAME: 'u' });
    expect(
      await refused('UpdateConnection', { Name: 'Full', ConnectionInput: { ...input, Name: 'Else' } }),
    ).toMatch(/^InvalidInputException: A connection keeps its name/);
  });

  it('given filters and pages, lists what matches once, by name', async () => {
    const make = (Name: string, ConnectionType: string, MatchCriteria: string[]) =>
      ok('CreateConnection', {
        ConnectionInput: { Name, ConnectionType, MatchCriteria, ConnectionProperties: {} },
      });
    await make('l1', 'KAFKA', ['a', 'b', 'c']);
    await make('l2', 'KAFKA', ['a']);
    await make('l3', 'NETWORK', ['a', 'c']);
    const list = async (Filter: object) => {
      const names: string[] = [];
      for (let NextToken: unknown, first = true; first || NextToken !== undefined; first = false) {
        const page = await ok('GetConnections', { Filter, MaxResults: 1, NextToken });
        names.push(...(page['ConnectionList'] as { Name: string }[]).map(({ Name }) => Name));
        ({ NextToken } = page);
      }
      return names;
    };
    expect(await list({ ConnectionType: 'KAFKA' })).toEqual(['l1', 'l2']);
    expect(await list({ MatchCriteria: ['c', 'a'] })).toEqual(['l1', 'l3']);
    expect(await list({ ConnectionSchemaVersion: 2 })).toEqual([]);
    expect(await list({})).toEqual(['Full', 'l1', 'l2', 'l3']);
    expect(await ok('BatchDeleteConnection', { ConnectionNameList: ['l1', 'absent', 'l2'] })).toEqual({
      Succeeded: ['l1', 'l2'],
      Errors: {
        absent: { ErrorCode: 'EntityNotFoundException', ErrorMessage: 'Connection absent not found' },
      },
    });
    expect(await list({})).toEqual(['Full', 'l3']);
  });

  it('given a refused input, does not repeat the password in the answer', async () => {
    const input = {
      Name: 'x',
      ConnectionType: 'JDBC',
      ConnectionProperties: { PASSWORD: PASSWORD.repeat(100) },
    };
    const answer = await refused('CreateConnection', { ConnectionInput: input });
    expect(answer).toMatch(
      /^ValidationException: .*'\[secret\]' at 'connectionInput\.connectionProperties\.pASSWORD'/,
    );
    expect(answer).not.toContain(PASSWORD);
    const shapeless = await refused('CreateConnection', { ConnectionInput: PASSWORD });
    expect(shapeless).not.toContain(PASSWORD);
  });

  it('in GraphQL, creates, changes and shows connections, and never a password', async () => {
    const bearer = await login({ url: lake.url(), consolePassword: lake.credentials.consolePassword });
    const ask = (question: string, variables: object = {}) =>
      graphql({ url: lake.url() }, question, variables, bearer);
    const made = await ask(
      'mutation ($i: ConnectionInput!) { createConnection(input: $i) { connection { name type properties subnetId } } }',
      { i: { name: 'gq', type: 'JDBC', properties: { USERNAME: 'u', PASSWORD }, subnetId: 's-1' } },
    );
    expect(made.data).toEqual({
      createConnection: {
        connection: { name: 'gq', type: 'JDBC', properties: { USERNAME: 'u' }, subnetId: 's-1' },
      },
    });
    expect(await propertiesOf('gq')).toEqual({ USERNAME: 'u', PASSWORD });
    await ask('mutation ($i: ConnectionInput!) { updateConnection(input: $i) { connection { name } } }', {
      i: { name: 'gq', type: 'JDBC', properties: { USERNAME: 'v' } },
    });
    expect(await propertiesOf('gq')).toEqual({ USERNAME: 'v' });
    const listed = await ask('{ connections(type: "JDBC") { edges { node { name properties } } } }');
    expect(listed.data).toMatchObject({
      connections: {
        edges: [{ node: { name: 'Full' } }, { node: { name: 'gq', properties: { USERNAME: 'v' } } }],
      },
    });
    await ask('mutation { deleteConnection(input: { name: "gq" }) { name } }');
    expect((await ask('{ connection(name: "gq") { name } }')).data).toEqual({ connection: null });
  });

  describe('TestConnection', () => {
    const jdbc = (url: string, more: object = {}) => ({
      TestConnectionInput: {
        ConnectionType: 'JDBC',
        ConnectionProperties: {
          JDBC_CONNECTION_URL: url,
          USERNAME: 'postgres',
          PASSWORD: 'postgres',
          ...more,
        },
      },
    });
    const address = () => `jdbc:${postgres.url.replace('postgres:postgres@', '')}`;

    it('given a PostgreSQL, connects to it for real, by what is given and by what is stored', async () => {
      expect(await ok('TestConnection', jdbc(address()))).toEqual({});
      await ok('CreateConnection', {
        ConnectionInput: { Name: 'real', ...jdbc(address()).TestConnectionInput },
      });
      expect(await ok('TestConnection', { ConnectionName: 'real' })).toEqual({});
      await ok('DeleteConnection', { ConnectionName: 'real' });
      expect(await refused('TestConnection', { ConnectionName: 'real' })).toMatch(/^EntityNotFoundException/);
    });

    it('given what does not work, says why in words of its own', async () => {
      const wrong = 'InvalidInputException: The connection does not work: ';
      const url = address();
      expect(await refused('TestConnection', jdbc(`${url}_none`))).toBe(
        `${wrong}the server has no such database.`,
      );
      expect(await refused('TestConnection', jdbc('jdbc:postgresql://127.0.0.1:1/x'))).toBe(
        `${wrong}nothing listens at this host and port.`,
      );
      expect(await refused('TestConnection', jdbc(url, { JDBC_ENFORCE_SSL: 'true' }))).toBe(
        `${wrong}the server does not offer TLS.`,
      );
      for (const host of ['169.254.169.254', '[fe80::1]', '0.0.0.0', '[::ffff:169.254.169.254]']) {
        expect(await refused('TestConnection', jdbc(`jdbc:postgresql://${host}/x`))).toBe(
          `${wrong}its host is not one where a database may be.`,
        );
      }
    });

    it('given a server that is no PostgreSQL, repeats nothing of what it says', async () => {
      const banner = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.end('SSH-2.0-OpenSSH_9.9 internal-build\r\n');
      });
      await new Promise<void>((resolve) => banner.listen(0, '127.0.0.1', resolve));
      const { port } = banner.address() as { port: number };
      const answer = await refused('TestConnection', jdbc(`jdbc:postgresql://127.0.0.1:${String(port)}/x`));
      banner.close();
      expect(answer).toMatch(/^InvalidInputException: The connection does not work: /);
      expect(answer).not.toMatch(/OpenSSH|internal-build/);
    });

    it.each([
      ['both', { ConnectionName: 'Full', ...jdbc('jdbc:postgresql://h/d') }, /Exactly one of ConnectionName/],
      ['neither', {}, /Exactly one of ConnectionName/],
      ['another engine', jdbc('jdbc:mysql://h/d'), /JDBC connections to PostgreSQL .* and no others/],
      ['no database', jdbc('jdbc:postgresql://h'), /not of the form/],
      ['no password', jdbc('jdbc:postgresql://h/d', { PASSWORD: undefined }), /no USERNAME and PASSWORD/],
      ['an unknown sslmode', jdbc('jdbc:postgresql://h/d?sslmode=maybe'), /sslmode/],
    ])('given %s, says what is wrong before it connects', async (_what, input, fault) => {
      expect(await refused('TestConnection', input)).toMatch(
        new RegExp(`^InvalidInputException: .*${fault.source}`),
      );
    });
  });

  it('writes no password to the log', () => {
    expect(lake.log()).toContain('CreateConnection');
    for (const secret of PASSWORDS) expect(lake.log()).not.toContain(secret);
  });
});
