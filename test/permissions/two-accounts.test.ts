import { randomBytes } from 'node:crypto';

import { createDatabase, createTable, getTable } from '@lakewarden/catalog';
import { createAccount, createUser, MasterKeys } from '@lakewarden/identity';
import { type Caller, Secret } from '@lakewarden/kernel';
import { grantPermissions, registerResource, revokePermissions } from '@lakewarden/permissions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { callerOf, InProcessLake } from './in-process.ts';
import { ACCOUNT } from './story.ts';

const OTHER = '444455556666';
const ACCOUNTS = [ACCOUNT, OTHER];

/** The same names in two accounts: what is kept for one says nothing of the other. */
describe('what is kept of one account', () => {
  let lake: InProcessLake;
  const callerIn = (accountId: string, name: string): Caller => {
    const caller = callerOf(name, []);
    return { ...caller, accountId, arn: caller.arn.replace(ACCOUNT, accountId) };
  };
  const tableIn = (catalogId: string) => ({ catalogId, database: 'sales', name: 'orders' });
  /** In which accounts ann has the table. Twice: the second time from memory. */
  const held = async (): Promise<string[]> => {
    const has = (accountId: string) =>
      lake.run(callerIn(accountId, 'ann'), getTable, tableIn(accountId)).then(
        () => [accountId],
        () => [],
      );
    const ask = async () => [...(await has(ACCOUNT)), ...(await has(OTHER))];
    const first = await ask();
    expect(await ask()).toEqual(first);
    return first;
  };

  beforeAll(async () => {
    lake = await InProcessLake.start();
    const keys = new MasterKeys(new Secret(randomBytes(32)));
    await lake.run(callerOf('admin', []), createAccount, {
      keys,
      id: OTHER,
      name: 'other',
      organization: false,
    });
    await lake.run(callerIn(OTHER, 'admin'), createUser, { name: 'ann', path: '/' });
    for (const accountId of ACCOUNTS) {
      const admin = callerIn(accountId, 'admin');
      await lake.run(admin, createDatabase, {
        database: { catalogId: accountId, name: 'sales' },
        definition: {},
      });
      await lake.run(admin, createTable, {
        table: tableIn(accountId),
        definition: {
          StorageDescriptor: { Columns: [{ Name: 'id', Type: 'string' }], Location: 's3://lake/t' },
        },
        partitionKeys: [],
      });
    }
  });
  afterAll(async () => {
    await lake.close();
  });

  it.each([
    ['for good', {}],
    ['under a condition', { condition: 'context.sourceIp = "127.0.0.1"' }],
    ['from then till then', { validFrom: new Date(0), validUntil: new Date('2999-01-01') }],
  ])('is not what a grant of the other %s changes', async (_words, bounds) => {
    for (const accountId of ACCOUNTS) {
      const change = {
        principal: callerIn(accountId, 'ann').arn,
        resource: { kind: 'Table', table: tableIn(accountId) },
        permissions: ['SELECT'],
        withGrantOption: [],
      } as const;
      expect(await held()).toEqual([]);
      await lake.run(callerIn(accountId, 'admin'), grantPermissions, { ...change, ...bounds });
      expect(await held()).toEqual([accountId]);
      await lake.run(callerIn(accountId, 'admin'), revokePermissions, { ...change, ...bounds });
    }
    expect(await held()).toEqual([]);
  });

  it('is not what a hybrid location of the other opens', async () => {
    expect(await held()).toEqual([]);
    await lake.run(callerIn(OTHER, 'admin'), registerResource, {
      arn: 'arn:aws:s3:::lake',
      hybridAccessEnabled: true,
      useServiceLinkedRole: true,
      withFederation: false,
      withPrivilegedAccess: false,
    });
    expect(await held()).toEqual([OTHER]);
  });
});
