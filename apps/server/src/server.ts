import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { indexTablesForSearch, readResourcePolicy } from '@lakewarden/catalog';
import { BufferedAuditTrail, type ChainPlace } from '@lakewarden/governance';
import {
  type AccessKeyPair,
  authorizeByPolicies,
  createFirstAccount,
  ensureSigningKey,
  findAccessKeyHolder,
  findPrincipal,
  findSession,
  hasFirstAccount,
  hashPassword,
  MasterKeys,
  readSigningKeys,
  refuseExpired,
  type ResourcePolicyOf,
  resourcePolicySet,
  TokenService,
} from '@lakewarden/identity';
import {
  type Cacheable,
  type Caller,
  type Clock,
  PageTokens,
  type RequestFacts,
  Secret,
  systemClock,
  tag,
} from '@lakewarden/kernel';
import { dataPermissions } from '@lakewarden/permissions';
import { ChangeAwareCache, ChangeFeed, Database, migrate, readTx, UseCaseRunner } from '@lakewarden/storage';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { LogController } from 'fastify';
import pino, { type Logger } from 'pino';

import { Admission } from './admission/admission.ts';
import { admissionLimits, arrivalLimits } from './admission/limits.ts';
import { AppModule } from './app.module.ts';
import { ChangeListener } from './change-listener.ts';
import { postgresProbe } from './connection-probe/postgres-probe.ts';
import { MAX_BODY_BYTES, registerAwsDoor, type Signer, type SigningKeyName } from './doors/aws/aws.door.ts';
import { operationTables } from './doors/aws/operation-tables.ts';
import { registerEventsDoor } from './doors/events/events.door.ts';
import { FED } from './doors/events/feed-question.ts';
import { registerSignInDoor } from './doors/sign-in/token.door.ts';
import { readSchema } from './doors/graphql/schema-text.ts';
import { createMetrics, registerOperationsDoor } from './doors/operations/operations.door.ts';
import { LocalLake } from './lake/local-lake.ts';
import { JobQueue } from './jobs/job-queue.ts';
import { WEBHOOK_RETRIES, type WebhookRetries } from './jobs/webhook-queue.ts';
import { readMasterKeys, writeAdminCredentials } from './settings/local-files.ts';
import { localRoots, type Settings } from './settings/settings.ts';

const MIGRATIONS = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

const bootstrap: Caller = {
  accountId: '',
  arn: 'arn:aws:lakewarden:::bootstrap',
  principalId: 'bootstrap',
  isAccountAdministrator: false,
  request: { id: 'bootstrap' },
};

export interface RunningServer {
  readonly url: string;
  readonly app: NestFastifyApplication;
  /** Where the generated credentials were put, at the first start. */
  readonly credentialsFile?: string;
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly clock?: Clock;
  readonly log?: Logger;
  /** How long clients are given to leave by themselves when the server closes; nobody waits for nobody. */
  readonly drainGraceMs?: number;
  readonly webhookRetries?: WebhookRetries;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Within contract.md §2's ten seconds, with time left for the database to be closed. */
const CUT_OFF_MS = 6_000;

/** Puts everything together and listens. */
export async function startServer(settings: Settings, options: ServerOptions = {}): Promise<RunningServer> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? pino({ level: settings.LAKEWARDEN_LOG_LEVEL });
  const { current: masterKey, next } = await readMasterKeys(settings);
  const keys = new MasterKeys(masterKey, next === undefined ? [] : [next]);
  const database = await Database.open({
    url: settings.DATABASE_URL,
    directory: `${settings.LAKEWARDEN_DATA_DIR}/pglite`,
    maxConnections: settings.LAKEWARDEN_DATABASE_CONNECTIONS,
    maxWaiting: settings.LAKEWARDEN_DATABASE_WAITING,
    statementTimeoutMs: settings.LAKEWARDEN_STATEMENT_TIMEOUT_SECONDS * 1000,
  });
  await migrate(database, MIGRATIONS);

  const feed = new ChangeFeed(database, settings.DATABASE_URL);
  const cache = new ChangeAwareCache(feed);
  const admission = new Admission(admissionLimits(settings));
  const metrics = createMetrics(cache, database, admission);
  const allowsPrivateWebhooks = settings.LAKEWARDEN_WEBHOOK_PRIVATE_NETWORKS === 'true';
  const jobs = new JobQueue(
    database,
    log,
    (job, outcome, seconds) => {
      metrics.jobs.observe({ job, outcome }, seconds);
    },
    {
      retention: {
        changesMs: settings.LAKEWARDEN_RETAIN_CHANGES_DAYS * DAY_MS,
        tableVersions: settings.LAKEWARDEN_RETAIN_TABLE_VERSIONS,
      },
      webhooks: {
        keys,
        clock,
        allowsPrivateNetworks: allowsPrivateWebhooks,
        retries: options.webhookRetries ?? WEBHOOK_RETRIES,
      },
      upkeepSeconds: settings.LAKEWARDEN_UPKEEP_SECONDS,
      keepJobsSeconds: (settings.LAKEWARDEN_RETAIN_JOBS_DAYS * DAY_MS) / 1000,
      trimmed: (what, count) => {
        metrics.trimmed.inc({ what }, count);
      },
    },
  );
  const resourcePolicyOf: ResourcePolicyOf = async (scope, accountId) => {
    const { set } = await scope.cached(`resource-policy\n${accountId}`, async () => {
      const text = await readResourcePolicy(scope.tx, accountId);
      const value = { set: text === undefined ? undefined : await resourcePolicySet(text) };
      return { value, tags: [tag('resource-policy', accountId)] };
    });
    return set;
  };
  const audit = new BufferedAuditTrail({
    tx: readTx(database),
    sealed: auditHeadLog(log, clock),
    sameReads: settings.LAKEWARDEN_AUDIT_SAME_READS,
    report: (err) => {
      log.error({ err }, 'audit');
    },
  });
  const runner = new UseCaseRunner({
    audit,
    database,
    feed,
    cache,
    clock,
    // One key for all replicas: a token may come back to another one. Derived, so it needs no row of its own.
    tokens: new PageTokens(
      createHash('sha256').update('page-tokens').update(masterKey.reveal()).digest(),
      clock,
    ),
    region: settings.LAKEWARDEN_REGION,
    authorize: authorizeByPolicies(clock, settings.LAKEWARDEN_REGION, resourcePolicyOf),
    permissions: dataPermissions,
    files: new LocalLake(localRoots(settings)),
    enqueue: (tx, job) => jobs.enqueue(tx, job),
  });
  audit.start();
  await feed.start();
  await runner.run(bootstrap, ensureSigningKey, keys);
  await indexTablesForSearch(runner, bootstrap);
  const credentialsFile = await ensureFirstAccount(settings, runner, keys);
  await jobs.start(runner);
  feed.on('change', ({ kind }) => {
    if (kind === 'partition-index') jobs.wake();
    if (kind === 'webhook' || FED.has(kind)) jobs.tellWebhooks();
  });
  feed.on('gap', () => {
    jobs.tellWebhooks();
  });

  const reads = readTx(database);
  const loadSigner = async ({ accessKeyId, sessionToken }: SigningKeyName) => {
    if (sessionToken !== undefined) {
      const session = await findSession(reads, keys, accessKeyId, sessionToken);
      return { value: { session }, tags: session === undefined ? [] : session.subjects };
    }
    const holder = await findAccessKeyHolder(reads, keys, accessKeyId);
    return { value: { holder }, tags: holder === undefined ? [] : holder.identity.subjects };
  };
  const findSigner = async (key: SigningKeyName, isFresh: boolean): Promise<Signer | undefined> => {
    const load = async (): Promise<Cacheable<Awaited<ReturnType<typeof loadSigner>>['value']>> => {
      const { value, tags } = await loadSigner(key);
      return { value, tags: tags.map((id) => tag('identity', id)) };
    };
    const cacheKey = `access-key\n${key.accessKeyId}\n${key.sessionToken ?? ''}`;
    const found = isFresh ? (await load()).value : await cache.get(cacheKey, load);
    if ('session' in found) {
      const { session } = found;
      if (session !== undefined) refuseExpired(session, clock.now());
      return session;
    }
    const { holder } = found;
    return (
      holder && {
        secret: holder.secret,
        principal: {
          accountId: holder.accountId,
          arn: holder.userArn,
          principalId: holder.principalId,
          isAccountAdministrator: holder.identity.isAccountAdministrator,
          memberships: holder.identity.groups,
          policies: holder.identity.policies,
        },
      }
    );
  };

  const readers: Caller = { ...bootstrap, request: { id: 'signing-keys' } };
  const probe = postgresProbe();
  const tokens = new TokenService(settings.publicUrl, clock, () =>
    runner.run(readers, readSigningKeys, keys),
  );
  feed.on('change', ({ subjectId }) => {
    if (subjectId === 'signing-keys') tokens.forget();
  });
  const authenticate = async (authorization: string | undefined, facts: RequestFacts) => {
    const [scheme, token] = authorization?.split(' ') ?? [];
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined) return undefined;
    const asker: Caller = { ...readers, request: facts };
    const principal = await runner.run(asker, findPrincipal, await tokens.verify(token));
    return { ...principal, request: facts };
  };

  const adapter = new FastifyAdapter({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    // What was sent before the end is answered: see Admission.beginDrain.
    return503OnClosing: false,
    ...arrivalLimits(settings),
  });
  admission.register(adapter.getInstance());
  const changes = new ChangeListener(feed);
  const module = AppModule.with({
    useCases: runner,
    audit: { region: settings.LAKEWARDEN_REGION, flush: () => audit.flush() },
    changes,
    identity: { tokens, keys },
    connections: { keys, probe },
    webhooks: { keys, allowsPrivateNetworks: allowsPrivateWebhooks },
    log,
    authenticate,
    observe: (operation, code, seconds) => {
      metrics.requests.observe({ door: 'graphql', operation, code }, seconds);
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, { logger: false });
  const fastify = adapter.getInstance();
  await fastify.register((scope, _options, done) => {
    // Bodies stay bytes: a signature is over what was sent.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    registerAwsDoor(scope, {
      useCases: runner,
      clock,
      operations: operationTables(keys, tokens, probe),
      findSigner,
      observe: ({ service, operation, code, seconds }) => {
        metrics.requests.observe({ door: service, operation, code }, seconds);
      },
    });
    done();
  });
  registerOperationsDoor(fastify, { database, metrics, isDraining: () => admission.isDraining });
  registerEventsDoor(fastify, {
    useCases: runner,
    changes,
    authenticate,
    log,
    observe: (code, seconds) => {
      metrics.requests.observe({ door: 'events', operation: 'GET', code }, seconds);
    },
  });
  registerSignInDoor(fastify, { tokens, issuer: settings.publicUrl });
  const sdl = await readSchema();
  fastify.get('/graphql/schema.graphql', (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send(sdl),
  );
  fastify.server.maxConnections = settings.LAKEWARDEN_MAX_CONNECTIONS;
  await app.listen(settings.LAKEWARDEN_PORT, settings.LAKEWARDEN_HOST);

  return {
    url: await app.getUrl(),
    app,
    ...(credentialsFile !== undefined && { credentialsFile }),
    async close() {
      await admission.beginDrain(options.drainGraceMs ?? 0);
      await changes.close();
      // Whoever has not read his answer by then is cut off: the others' work is done.
      const cutOff = setTimeout(() => {
        fastify.server.closeAllConnections();
      }, CUT_OFF_MS);
      await app.close();
      clearTimeout(cutOff);
      admission.close();
      await jobs.close();
      await audit.close();
      await feed.close();
      await database.close();
    },
  };
}

/** How often an account's head goes to the log while its trail grows. */
const HEAD_EVERY_MS = 60_000;

/** A head in a log that is kept elsewhere shows when the end of the trail is cut off (docs/audit.md). */
function auditHeadLog(log: Logger, clock: Clock) {
  const told = new Map<string, number>();
  return (account: string, { seq, hash }: ChainPlace): void => {
    const now = clock.now().getTime();
    if (now - (told.get(account) ?? -HEAD_EVERY_MS) < HEAD_EVERY_MS) return;
    told.set(account, now);
    log.info({ account, seq, hash }, 'audit head');
  };
}

async function ensureFirstAccount(
  settings: Settings,
  runner: UseCaseRunner,
  keys: MasterKeys,
): Promise<string | undefined> {
  const id = settings.LAKEWARDEN_ADMIN_ACCESS_KEY_ID;
  const secret = settings.LAKEWARDEN_ADMIN_SECRET_ACCESS_KEY;
  const accessKey: AccessKeyPair | undefined =
    id === undefined || secret === undefined
      ? undefined
      : { accessKeyId: id, secretAccessKey: new Secret(secret) };
  // Hashing is slow: only where there is something to hash for.
  if (await runner.run(bootstrap, hasFirstAccount, undefined)) return undefined;
  const consolePassword = settings.LAKEWARDEN_ADMIN_PASSWORD ?? randomBytes(18).toString('base64url');
  const passwordHash = await hashPassword(new Secret(consolePassword));
  const pair = await runner.run(bootstrap, createFirstAccount, {
    passwordHash,
    keys,
    accountId: settings.LAKEWARDEN_ACCOUNT_ID,
    accessKey,
  });
  if (pair === undefined) return undefined;
  return writeAdminCredentials(settings, {
    accountId: settings.LAKEWARDEN_ACCOUNT_ID,
    accessKeyId: pair.accessKeyId,
    secretAccessKey: pair.secretAccessKey.reveal(),
    consoleUser: 'admin',
    consolePassword,
  });
}
