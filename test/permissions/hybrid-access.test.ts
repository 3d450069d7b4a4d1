import { getTable, lookUpTable } from '@lakewarden/catalog';
import {
  type Caller,
  type Decision,
  defineRead,
  type Permission,
  type ReadScope,
  type TableResource,
} from '@lakewarden/kernel';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { arnOf, callerOf, InProcessLake, InProcessStory } from './in-process.ts';
import { ACCOUNT, step, type WrittenStep } from './story.ts';

const TABLE = { catalogId: ACCOUNT, database: 'sales', name: 'orders' };
const LOCATION = 's3://lake/sales/orders';

async function orders(scope: ReadScope): Promise<TableResource> {
  const table = await lookUpTable(scope, TABLE);
  if (table === undefined) throw new Error('the table is not there');
  const { databaseId, database, id: tableId, name } = table;
  return { type: 'TABLE', catalogId: ACCOUNT, databaseId, database, tableId, table: name };
}

/** The bare decision about the table. */
const decide = defineRead({
  action: 'test:Decide',
  run: async (scope, permission: Permission): Promise<Decision> =>
    scope.permissions.decide(scope, { permission, resource: await orders(scope) }),
});

/** About a page that names it thrice. */
const decidePage = defineRead({
  action: 'test:Decide',
  async run(scope, permission: Permission): Promise<readonly Decision[]> {
    const table = await orders(scope);
    return scope.permissions.decideTables(scope, permission, [table, table, table]);
  },
});

describe('hybrid access, below the doors', () => {
  let lake: InProcessLake;
  let story: InProcessStory;

  const must = async (...steps: WrittenStep[]) => {
    for (const each of steps) expect(await story.run(step.parse(each))).toMatchObject({ code: 'OK' });
  };

  beforeAll(async () => {
    lake = await InProcessLake.start();
    story = new InProcessStory(lake, '');
    await must(
      { op: 'CreateDatabase', database: 'sales' },
      { op: 'CreateTable', table: 'sales.orders', columns: ['id'], location: LOCATION },
    );
  });
  afterAll(async () => {
    await lake.close();
  });

  /** What the decision asks the database that is not the look at the table itself. */
  async function asked(useCase: () => Promise<unknown>): Promise<string[]> {
    const texts: string[] = [];
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own client below
    const query = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => never; // it is overloaded
    const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (
      this: pg.Client,
      ...args
    ) {
      const [statement] = args as unknown[];
      const text = typeof statement === 'string' ? statement : (statement as { text?: string }).text;
      if (text !== undefined && /\blf_|\bdata_lake_settings\b/.test(text)) texts.push(text);
      return query.apply(this, args);
    });
    try {
      await useCase();
    } finally {
      spy.mockRestore();
    }
    return texts;
  }

  it('asks once more where the account has a hybrid location, and nothing at all of what it knows', async () => {
    const cold = (name: string) => asked(() => lake.run(callerOf(name, []), decide, 'DESCRIBE'));
    // What is the account's, and not the caller's, is known by now.
    await cold('bob');
    const plain = await cold('ann');
    expect(plain.length).toBeGreaterThan(0);
    expect(plain.join()).not.toContain('lf_opt_in');
    expect(await cold('ann')).toEqual([]);

    await must({ op: 'Register', location: 's3://lake', hybrid: true });
    await cold('bob');
    const hybrid = await cold('ann');
    expect(hybrid).toHaveLength(plain.length + 1);
    expect(hybrid.filter((text) => text.includes('lf_opt_in'))).toHaveLength(1);
    expect(await cold('ann')).toEqual([]);

    // A page of tables is one statement as well.
    const page = () =>
      asked(async () => {
        const decisions = await lake.run(callerOf('cat', []), decidePage, 'SELECT');
        expect(decisions.map(({ allowed }) => allowed)).toEqual([true, true, true]);
      });
    expect((await page()).filter((text) => text.includes('lf_opt_in'))).toHaveLength(1);
    await must({ op: 'Deregister', location: 's3://lake' });
  });

  it('given a caller of another account, grants govern him wherever the data lies', async () => {
    const stranger: Caller = {
      ...callerOf('ann', []),
      accountId: '444455556666',
      arn: 'arn:aws:iam::444455556666:user/eve',
    };
    await must({ op: 'Register', location: 's3://lake', hybrid: true });
    expect((await lake.run(callerOf('ann', []), decide, 'SELECT')).allowed).toBe(true);
    expect((await lake.run(stranger, decide, 'DESCRIBE')).allowed).toBe(false);
    await expect(lake.run(stranger, getTable, TABLE)).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    await must({ op: 'Deregister', location: 's3://lake' });
  });

  it('names the location that makes it so', async () => {
    await must(
      { op: 'Register', location: 's3://lake', hybrid: false },
      { op: 'Register', location: 's3://lake/sales', hybrid: true },
    );
    const { because } = await lake.run(callerOf('ann', []), decide, 'INSERT');
    expect(because).toEqual([
      {
        gate: 2,
        kind: 'hybrid',
        id: 'arn:aws:s3:::lake/sales',
        principal: arnOf('ann'),
        resource: 'hybrid location arn:aws:s3:::lake/sales',
        permission: 'ALL',
        grantOption: false,
      },
    ]);
    await must(
      { op: 'Deregister', location: 's3://lake' },
      { op: 'Deregister', location: 's3://lake/sales' },
    );
  });
});
