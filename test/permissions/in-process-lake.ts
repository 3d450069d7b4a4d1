import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { createFirstAccount, createGroup, createRole, createUser, MasterKeys } from '@lakewarden/identity';
import {
  type Caller,
  type Clock,
  LakewardenError,
  noAuditTrail,
  PageTokens,
  Secret,
  systemClock,
  type UseCase,
} from '@lakewarden/kernel';
import { dataPermissions } from '@lakewarden/permissions';
import { ChangeAwareCache, ChangeFeed, Database, migrate, UseCaseRunner } from '@lakewarden/storage';

import { copyOfTemplate } from '../mutants/template.ts';
import { arnOf, callerOf } from './in-process-callers.ts';
import { ACCOUNT, GROUPS, ROLE, USERS } from './story.ts';

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
const BOOTSTRAP = 'arn:aws:lakewarden:::bootstrap';

/** Of this process; test/mutants looks after them between mutants. */
export const openLakes = new Set<InProcessLake>();

/** A lake without its doors: use cases, the decision and the cache as they are, on an embedded database. */
export class InProcessLake {
  readonly clock: Clock;
  readonly #runner: UseCaseRunner;
  readonly #cache: ChangeAwareCache;
  readonly #close: () => Promise<void>;

  private constructor(
    clock: Clock,
    runner: UseCaseRunner,
    cache: ChangeAwareCache,
    close: () => Promise<void>,
  ) {
    this.clock = clock;
    this.#runner = runner;
    this.#cache = cache;
    this.#close = close;
  }

  static async start(clock: Clock = systemClock): Promise<InProcessLake> {
    const copy = await copyOfTemplate();
    if (copy !== undefined) return InProcessLake.#open(copy, clock);
    const lake = await InProcessLake.#open('memory://', clock);
    await lake.#populate();
    return lake;
  }

  /** Makes that database, empty so far, one of which lakes start as copies. */
  static async prepare(url: string): Promise<void> {
    const lake = await InProcessLake.#open(url, systemClock);
    await lake.#populate();
    await lake.close();
  }

  static async #open(url: string, clock: Clock): Promise<InProcessLake> {
    const database = await Database.open({ url, directory: '' });
    await migrate(database, MIGRATIONS);
    const feed = new ChangeFeed(database, url);
    await feed.start();
    const cache = new ChangeAwareCache(feed);
    const runner = new UseCaseRunner({
      database,
      feed,
      cache,
      clock,
      tokens: new PageTokens(randomBytes(32), clock),
      region: 'us-east-1',
      // Gate 1, as the stories have it: ned has no policy, settings are for account administrators.
      authorize(caller, action) {
        const isFree = action !== 'lakeformation:PutDataLakeSettings' && caller.arn !== arnOf('ned');
        if (isFree || caller.isAccountAdministrator) return undefined;
        throw new LakewardenError('AccessDeniedException', `${caller.arn} is not authorized: ${action}`);
      },
      permissions: dataPermissions,
      files: {
        reaches: () => false,
        create: (location) => Promise.resolve(location),
        discard: () => Promise.resolve(),
      },
      audit: noAuditTrail,
      enqueue: () => Promise.resolve(),
    });
    const lake = new InProcessLake(clock, runner, cache, async () => {
      openLakes.delete(lake);
      await feed.close();
      await database.close();
    });
    openLakes.add(lake);
    return lake;
  }

  async #populate(): Promise<void> {
    const keys = new MasterKeys(new Secret(randomBytes(32)));
    const bootstrap: Caller = { ...callerOf('admin', []), accountId: '', arn: BOOTSTRAP };
    await this.#runner.run(bootstrap, createFirstAccount, { keys, accountId: ACCOUNT });
    const admin = callerOf('admin', []);
    for (const name of USERS) await this.#runner.run(admin, createUser, { name, path: '/' });
    for (const name of GROUPS) await this.#runner.run(admin, createGroup, { name, path: '/' });
    await this.#runner.run(admin, createRole, {
      name: ROLE,
      path: '/',
      assumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
      }),
      maxSessionSeconds: 3600,
    });
  }

  run<Command, Result>(caller: Caller, useCase: UseCase<Command, Result>, command: Command): Promise<Result> {
    return this.#runner.run(caller, useCase, command);
  }

  /** Nothing that it has read is remembered. */
  forget(): void {
    this.#cache.clear();
  }

  close(): Promise<void> {
    return this.#close();
  }
}
