import { randomBytes } from 'node:crypto';

import { MasterKeys, resealAll, type ResealedCounts } from '@lakewarden/identity';
import { type Caller, noAuditTrail, PageTokens, Secret, systemClock } from '@lakewarden/kernel';
import { dataPermissions } from '@lakewarden/permissions';
import { ChangeAwareCache, ChangeFeed, Database, migrate, UseCaseRunner } from '@lakewarden/storage';

import { LocalLake } from '../lake/local-lake.ts';
import { prepareNextMasterKey, promoteNextMasterKey, readMasterKeys } from '../settings/local-files.ts';
import type { Settings } from '../settings/settings.ts';
import { MIGRATIONS } from './migrations.ts';

const KEY_BYTES = 32;

const operator: Caller = {
  accountId: '',
  arn: 'arn:aws:lakewarden:::operator',
  principalId: 'operator',
  isAccountAdministrator: false,
  request: { id: 'rotate-master-key' },
};

export interface MasterKeyRotation extends ResealedCounts {
  /** The file that holds the new key; absent where the key comes from the environment. */
  readonly keptIn?: string;
  /** Base64; only where the operator has to keep it himself. */
  readonly newKey?: string;
}

/**
 * Seals every secret under a new master key, in one transaction.
 *
 * The new key is on the disk before the first secret is sealed under it, and takes the old one's place after the
 * commit: between the two a server reads both, so a crash at any line loses nothing.
 */
export async function rotateMasterKey(settings: Settings): Promise<MasterKeyRotation> {
  const { current, next: unfinished } = await readMasterKeys(settings);
  const fromEnvironment = settings.LAKEWARDEN_MASTER_KEY !== undefined;
  const next = fromEnvironment
    ? new Secret(randomBytes(KEY_BYTES))
    : (unfinished ?? (await prepareNextMasterKey(settings)));
  const database = await Database.open({
    url: settings.DATABASE_URL,
    directory: `${settings.LAKEWARDEN_DATA_DIR}/pglite`,
  });
  try {
    await migrate(database, MIGRATIONS);
    const feed = new ChangeFeed(database, settings.DATABASE_URL);
    const runner = new UseCaseRunner({
      database,
      feed,
      cache: new ChangeAwareCache(feed),
      clock: systemClock,
      tokens: new PageTokens(randomBytes(KEY_BYTES), systemClock),
      region: settings.LAKEWARDEN_REGION,
      authorize: () => {
        throw new Error('the operator asks for nothing that is authorized');
      },
      permissions: dataPermissions,
      files: new LocalLake([]),
      audit: noAuditTrail,
      enqueue: () => Promise.reject(new Error('rotation queues no work')),
    });
    const counts = await runner.run(operator, resealAll, new MasterKeys(next, [current]));
    if (fromEnvironment) return { ...counts, newKey: next.reveal().toString('base64') };
    return { ...counts, keptIn: await promoteNextMasterKey(settings) };
  } finally {
    await database.close();
  }
}
