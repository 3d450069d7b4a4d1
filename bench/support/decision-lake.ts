import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { createDatabase, createTable } from '@lakewarden/catalog';
import { createFirstAccount, MasterKeys } from '@lakewarden/identity';
import {
  type AuditTrail,
  type Caller,
  defineRead,
  noAuditTrail,
  PageTokens,
  type ReadScope,
  Secret,
  systemClock,
  type Tx,
  type UseCase,
} from '@lakewarden/kernel';
import { dataPermissions } from '@lakewarden/permissions';
import { ChangeAwareCache, ChangeFeed, Database, migrate, readTx, UseCaseRunner } from '@lakewarden/storage';

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

export interface DecisionLake {
  /** What a use case is handed, in the name of that user. */
  inScope<T>(userArn: string, work: (scope: ReadScope) => Promise<T>): Promise<T>;
  /** As the account's first administrator. */
  asAdmin<Command, Answer>(useCase: UseCase<Command, Answer>, command: Command): Promise<Answer>;
  close(): Promise<void>;
}

const callerOf = (accountId: string, arn: string): Caller => ({
  accountId,
  arn,
  principalId: arn,
  isAccountAdministrator: false,
  memberships: [`arn:aws:iam::${accountId}:group/analysts`, `arn:aws:iam::${accountId}:group/everyone`],
  request: { id: 'bench' },
});

/** The use cases, the decision and the cache as they are, without doors; one account, one database with one table. */
export async function openDecisionLake(
  url: string,
  accountId: string,
  auditOf: (tx: Tx) => AuditTrail = () => noAuditTrail,
): Promise<DecisionLake> {
  const database = await Database.open({ url, directory: '' });
  await migrate(database, MIGRATIONS);
  const feed = new ChangeFeed(database, url);
  await feed.start();
  const runner = new UseCaseRunner({
    database,
    feed,
    cache: new ChangeAwareCache(feed),
    clock: systemClock,
    tokens: new PageTokens(randomBytes(32), systemClock),
    region: 'us-east-1',
    authorize: () => undefined, // gate 1 is not what is measured
    permissions: dataPermissions,
    files: {
      reaches: () => false,
      create: (location) => Promise.resolve(location),
      discard: () => Promise.resolve(),
    },
    audit: auditOf(readTx(database)),
    enqueue: () => Promise.resolve(),
  });
  const keys = new MasterKeys(new Secret(randomBytes(32)));
  const bootstrap = { ...callerOf('', 'arn:aws:lakewarden:::bootstrap'), memberships: [] };
  await runner.run(bootstrap, createFirstAccount, { keys, accountId });
  const admin = callerOf(accountId, `arn:aws:iam::${accountId}:user/admin`);
  await runner.run(admin, createDatabase, {
    database: { catalogId: accountId, name: 'model' },
    definition: {},
  });
  await runner.run(admin, createTable, {
    table: { catalogId: accountId, database: 'model', name: 'model' },
    definition: { StorageDescriptor: { Columns: ['c0', 'c1', 'c2'].map((Name) => ({ Name, Type: 'int' })) } },
    partitionKeys: [],
  });
  return {
    inScope: (userArn, work) =>
      runner.run(callerOf(accountId, userArn), defineRead({ action: 'bench:Decide', run: work }), undefined),
    asAdmin: (useCase, command) => runner.run(admin, useCase, command),
    async close() {
      await feed.close();
      await database.close();
    },
  };
}
