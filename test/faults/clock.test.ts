import { afterEach, describe, expect, it } from 'vitest';

import { callGlue } from '../support/glue.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe.each(DATABASES)('A clock that jumps on %s', (databaseName) => {
  let lake: Lake | undefined;
  afterEach(async () => {
    await lake?.stop();
  });

  it('given hours back and days forth, loses no write, keeps their order, and ends page tokens by their age', async () => {
    let offsetMs = 0;
    const clock = { now: () => new Date(Date.now() + offsetMs) };
    const running = await startLake(databaseName, { clock });
    lake = running;
    await running.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });
    const jumps = [0, -3 * HOUR_MS, 2 * DAY_MS, -30 * DAY_MS, 400 * DAY_MS];
    for (const [i, jump] of jumps.entries()) {
      offsetMs = jump;
      const TableInput = { Name: 't', Description: String(i) };
      await running.ok(i === 0 ? 'CreateTable' : 'UpdateTable', { DatabaseName: 'd', TableInput });
      const { Table: table } = await running.ok('GetTable', { DatabaseName: 'd', Name: 't' });
      expect(table).toMatchObject({ Description: String(i), VersionId: String(i) });
    }
    // Versions go by their number, whatever the clock said when they were written.
    const { TableVersions: versions } = await running.ok('GetTableVersions', {
      DatabaseName: 'd',
      TableName: 't',
    });
    const ids = (versions as { VersionId: string }[]).map(({ VersionId }) => VersionId);
    expect(ids).toEqual(['0', '1', '2', '3', '4']);

    offsetMs = 0;
    const { NextToken } = await running.ok('GetTableVersions', {
      DatabaseName: 'd',
      TableName: 't',
      MaxResults: 2,
    });
    const next = () =>
      running.glue('GetTableVersions', { DatabaseName: 'd', TableName: 't', MaxResults: 2, NextToken });
    offsetMs = -HOUR_MS;
    expect((await next()).status).toBe(200);
    offsetMs = DAY_MS + HOUR_MS;
    expect((await next()).body['__type']).toBe('InvalidInputException');
  });

  it('given a client whose clock is off, refuses its signature, and takes it again when the clock is right', async () => {
    let offsetMs = 0;
    const running = await startLake(databaseName, { clock: { now: () => new Date(Date.now() + offsetMs) } });
    lake = running;
    const now = (ms: number) => ({ headers: {}, now: new Date(Date.now() + ms) });
    const asked = async (clientMs: number) =>
      (await callGlue(running, 'GetDatabases', {}, now(clientMs))).body['__type'] ?? 'OK';
    expect(await asked(0)).toBe('OK');
    offsetMs = 2 * HOUR_MS;
    expect(await asked(0)).toBe('InvalidSignatureException');
    expect(await asked(2 * HOUR_MS)).toBe('OK');
    offsetMs = 0;
    expect(await asked(2 * HOUR_MS)).toBe('InvalidSignatureException');
    expect(await asked(0)).toBe('OK');
  });
});
