import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { inWords, readEvents } from '../support/events.ts';
import { auditEvents } from '../support/audit.ts';
import { login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';
import { lakeFormation } from '../support/lakeformation.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const environment = {
  LAKEWARDEN_RETAIN_CHANGES_DAYS: '2',
  LAKEWARDEN_RETAIN_TABLE_VERSIONS: '3',
  LAKEWARDEN_UPKEEP_SECONDS: '1',
};

async function metric(lake: Pick<Lake, 'url'>, line: RegExp): Promise<number> {
  const text = await (await fetch(`${lake.url}/metrics`)).text();
  return Number(line.exec(text)?.[1] ?? 0);
}
const upkeepRuns = (lake: Lake) =>
  metric(lake, /lakewarden_job_seconds_count\{job="upkeep",outcome="done"\} (\d+)/);

describe.each(DATABASES)('retention on %s', (databaseName) => {
  let lake: Lake;
  let now = new Date();

  beforeAll(async () => {
    lake = await startLake(databaseName, { clock: { now: () => now }, environment });
  });
  afterAll(async () => {
    await lake.stop();
  });

  const ofTable = { DatabaseName: 'd', TableName: 't' };
  const versions = async (): Promise<string[]> => {
    const { TableVersions: list } = await lake.ok('GetTableVersions', ofTable);
    return (list as { VersionId: string }[]).map(({ VersionId }) => VersionId);
  };
  /** Ends when a run that began after this has looked at everything. */
  const nextUpkeep = async () => {
    const before = await upkeepRuns(lake);
    while ((await upkeepRuns(lake)) < before + 2) await new Promise(setImmediate);
  };

  it('given more versions than are kept, trims the oldest and never the current one', async () => {
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });
    await lake.ok('CreateTable', { DatabaseName: 'd', TableInput: { Name: 't' } });
    await lake.ok('CreateTable', { DatabaseName: 'd', TableInput: { Name: 'young' } });
    for (let i = 0; i < 6; i += 1)
      await lake.ok('UpdateTable', { DatabaseName: 'd', TableInput: { Name: 't' } });
    while ((await versions()).length > 3) await new Promise(setImmediate);
    expect(await versions()).toEqual(['4', '5', '6']);
    await nextUpkeep();
    expect(await versions()).toEqual(['4', '5', '6']);
    const { TableVersions: young } = await lake.ok('GetTableVersions', {
      DatabaseName: 'd',
      TableName: 'young',
    });
    expect(young).toHaveLength(1);
    expect(await metric(lake, /lakewarden_trimmed_total\{what="table-versions"\} (\d+)/)).toBe(4);
  });

  it('given a feed older than it is kept, trims it, tells an old cursor so, and goes on from what is left', async () => {
    const token = await login(lake);
    const old = await readEvents(lake, token, { after: 'earliest', limit: '1000' });
    expect(old.events.map(inWords)).toContain('DATABASE CREATED d');
    const first = await readEvents(lake, token, { after: 'earliest', limit: '1' });
    // Nobody has read this one when it is trimmed: it counts as well.
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'unread' } });
    now = new Date(now.getTime() + DAY_MS);
    await nextUpkeep();
    const oneDayLater = await login(lake);
    expect((await readEvents(lake, oneDayLater, { after: first.cursor })).events.length).toBeGreaterThan(0);

    now = new Date(now.getTime() + 1.5 * DAY_MS);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'kept' } });
    const bearer = await login(lake);
    let left = await readEvents(lake, bearer, { after: 'earliest' });
    while (left.events[0]?.database !== 'kept') left = await readEvents(lake, bearer, { after: 'earliest' });
    expect(left.events.map(inWords)).toEqual(['DATABASE CREATED kept']);
    const { status, refusal } = await readEvents(lake, bearer, { after: first.cursor });
    expect([status, refusal]).toEqual([
      400,
      expect.stringMatching(/^InvalidInputException: The cursor has expired/),
    ]);
    await lake.ok('CreateDatabase', { DatabaseInput: { Name: 'next' } });
    expect((await readEvents(lake, bearer, { after: left.cursor })).events.map(inWords)).toEqual([
      'DATABASE CREATED next',
    ]);
    expect(await metric(lake, /lakewarden_trimmed_total\{what="changes"\} (\d+)/)).toBeGreaterThan(8);
  });

  it('given a number of days for the audit trail, trims what is older and keeps the rest of the chain', async () => {
    const { DataLakeSettings } = (await lakeFormation(lake, 'GetDataLakeSettings', {}, now)).body as {
      DataLakeSettings: { Parameters: object };
    };
    const bearer = await login(lake);
    expect((await auditEvents(lake, bearer, { action: 'glue:CreateTable' })).length).toBeGreaterThan(0);
    const put = await lakeFormation(
      lake,
      'PutDataLakeSettings',
      { DataLakeSettings: { ...DataLakeSettings, Parameters: { AUDIT_RETENTION_DAYS: '1' } } },
      now,
    );
    expect(put.status).toBe(200);
    // What was done before the clock went on is older than that; what was just done is not.
    for (;;) if ((await auditEvents(lake, bearer, { action: 'glue:CreateTable' })).length === 0) break;
    const left = await auditEvents(lake, bearer, {}, 1000);
    expect(left.map(({ action }) => action)).toContain('lakeformation:PutDataLakeSettings');
    expect(Number(left.at(-1)?.seq)).toBeGreaterThan(1);
    expect(await metric(lake, /lakewarden_trimmed_total\{what="audit"\} (\d+)/)).toBeGreaterThan(0);
  });
});

describe('retention by two servers on one PostgreSQL', () => {
  let postgres: TestPostgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(async () => {
    await postgres.stop();
  });

  it('is the work of one of them in each interval', async () => {
    const startedAt = Date.now();
    const options = { databaseUrl: postgres.url, environment };
    const first = await startLake('PostgreSQL', options);
    const second = await startLake('PostgreSQL', { ...options, credentials: first });
    const runs = async () => (await upkeepRuns(first)) + (await upkeepRuns(second));
    while ((await runs()) < 4) await new Promise(setImmediate);
    // Each would do one a second of its own: together they do no more than there are seconds begun.
    expect(await runs()).toBeLessThanOrEqual(Math.ceil((Date.now() - startedAt) / 1000) + 1);
    await second.stop();
    await first.stop();
  });
});
