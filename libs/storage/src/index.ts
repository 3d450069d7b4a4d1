export { ChangeAwareCache } from './cache.ts';
export { ChangeFeed } from './change-feed.ts';
export {
  Database,
  type DatabaseKind,
  type DatabaseSettings,
  DEFAULT_CONNECTIONS,
  DEFAULT_STATEMENT_TIMEOUT_MS,
  DEFAULT_WAITING,
  type PrismaTransaction,
} from './database.ts';
export { Prisma } from './generated/client.ts';
export { CREATE_LEDGER, LEDGER, migrate, type Migration, MIGRATION_LOCK, readMigrations } from './migrate.ts';
export { isUniqueViolation, prisma, readTx, sql, type Statement, writeTx } from './tx.ts';
export { type RunnerPorts, UseCaseRunner } from './use-case-runner.ts';
