import { lookUpDatabase } from '@lakewarden/catalog';
import { type DataLocationResource, defineRead, type NewLocations } from '@lakewarden/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { refusedLocations } from '../../libs/permissions/src/location/refused-locations.ts';
import { callerOf, InProcessLake, InProcessStory } from './in-process.ts';
import { ACCOUNT, step, type WrittenStep } from './story.ts';

/** What is asked of the decision about new locations, and what is made of its answers. */
describe('refusedLocations', () => {
  let lake: InProcessLake;

  beforeAll(async () => {
    lake = await InProcessLake.start();
    const story = new InProcessStory(lake, '');
    for (const location of ['s3://lake/open', 's3://lake/shut', 's3://vault'])
      expect(await story.run(step.parse({ op: 'Register', location }))).toEqual({ code: 'OK' });
  });
  afterAll(async () => {
    await lake.close();
  });

  /** @param isAllowed what the decision says of a place */
  async function ask(
    asked: Omit<NewLocations, 'catalogId'>,
    isAllowed: (place: DataLocationResource) => boolean = ({ location }) =>
      location.startsWith('s3://lake/o'),
  ) {
    const places: DataLocationResource[] = [];
    let calls = 0;
    const useCase = defineRead({
      action: 'test:Locations',
      run: (scope) =>
        refusedLocations(scope, { catalogId: ACCOUNT, ...asked }, (_scope, about, withGrantOption) => {
          expect(withGrantOption).toBe(false);
          calls += 1;
          places.push(...about);
          return Promise.resolve(
            about.map((each) => ({
              allowed: isAllowed(each),
              columns: [],
              isWhole: true,
              because: [],
              missing: [],
            })),
          );
        }),
    });
    const refused = await lake.run(callerOf('ann', []), useCase, undefined);
    return { refused, asked: places.map(({ location }) => location).sort(), places, calls };
  }
  const database = (location: string | undefined) => () => Promise.resolve({ id: 'd1', location });

  it('asks once about all places that something registered governs, and about no other', async () => {
    expect(
      await ask({ locations: ['s3://lake/open/a', 's3://lake/shut', 's3://other/a', 'hdfs://x/y', ''] }),
    ).toMatchObject({
      asked: ['s3://lake/open/a', 's3://lake/shut'],
      refused: ['s3://lake/shut'],
      calls: 1,
    });
    expect(await ask({ locations: ['s3://other/a', 's3://lake'] })).toMatchObject({ calls: 0, refused: [] });
    expect(await ask({ locations: [] })).toMatchObject({ calls: 0, refused: [] });
  });

  it('refuses what in one of its readings lies where the caller may not', async () => {
    const sly = 's3://lake/open/../shut/a';
    expect(await ask({ locations: [sly, sly] })).toMatchObject({
      asked: [sly, 's3://lake/shut/a'],
      refused: [sly],
    });
    // Two spellings of one place are both told, each once.
    expect((await ask({ locations: ['s3://lake/shut/a', 's3a://LAKE/shut/a/'] })).refused).toEqual([
      's3://lake/shut/a',
      's3a://LAKE/shut/a/',
    ]);
  });

  it('asks about everything that is registered where the bucket is a variable', async () => {
    expect(await ask({ locations: ['s3://'] })).toMatchObject({
      asked: ['s3://lake/open', 's3://lake/shut', 's3://vault'],
      refused: ['s3://'],
    });
  });

  it('lets stay what lies where the table lay', async () => {
    const moved = { locations: ['s3://lake/shut/t/p=1', 's3://lake/shut/t2'], inside: 's3://lake/shut/t' };
    expect(await ask(moved)).toMatchObject({ asked: ['s3://lake/shut/t2'], refused: ['s3://lake/shut/t2'] });
  });

  it('says which database’s own place the new one lies in, if that is registered ground itself', async () => {
    const of = async (location: string | undefined) =>
      (await ask({ locations: ['s3://lake/open/db/t'], database: database(location) })).places;
    const place = { type: 'DATA_LOCATION', catalogId: ACCOUNT, location: 's3://lake/open/db/t' };
    expect(await of('s3://lake/open/db')).toEqual([{ ...place, databaseId: 'd1' }]);
    expect(await of('s3://lake/open/other')).toEqual([{ ...place, databaseId: undefined }]);
    // It governs more than it was asked for.
    expect(await of('s3://lake')).toEqual([{ ...place, databaseId: undefined }]);
    expect(await of(undefined)).toEqual([{ ...place, databaseId: undefined }]);
    const gone = await ask({
      locations: ['s3://lake/open/db/t'],
      database: () => Promise.resolve(undefined),
    });
    expect(gone.places).toEqual([{ ...place, databaseId: undefined }]);
  });

  it('looks the database up only where something registered is asked about', async () => {
    let lookedUp = 0;
    const counted = () => {
      lookedUp += 1;
      return Promise.resolve(undefined);
    };
    await ask({ locations: ['s3://other/a'], database: counted });
    expect(lookedUp).toBe(0);
    await ask({ locations: ['s3://vault/a'], database: counted });
    expect(lookedUp).toBe(1);
  });
});

/** The same by the decision itself, many places at once. */
describe('new locations of a table', () => {
  let lake: InProcessLake;
  let story: InProcessStory;
  const tell = async (...steps: WrittenStep[]): Promise<void> => {
    for (const each of steps)
      expect({ each, ...(await story.run(step.parse(each))) }).toMatchObject({ code: 'OK' });
  };
  const refused = (locations: readonly string[]): Promise<readonly string[]> => {
    const useCase = defineRead({
      action: 'test:Locations',
      run: async (scope) => {
        const database = await lookUpDatabase(scope, { catalogId: ACCOUNT, name: 'sales' });
        return scope.permissions.refusedLocations(scope, {
          catalogId: ACCOUNT,
          locations,
          database: () => Promise.resolve(database && { id: database.id, location: 's3://lake/db' }),
        });
      },
    });
    return lake.run(callerOf('ann', []), useCase, undefined);
  };
  const PLACES = ['s3://lake/db/t', 's3://lake/open/t', 's3://lake/opener', 's3://lake/shut', 's3://vault/t'];
  const but = (...open: string[]) => PLACES.filter((place) => !open.includes(place));
  /** In whatever order they are asked about. */
  async function areRefused(...places: string[]): Promise<void> {
    expect(await refused(PLACES)).toEqual(places);
    expect(await refused(PLACES.toReversed())).toEqual(places.toReversed());
    for (const place of PLACES) expect(await refused([place])).toEqual(places.includes(place) ? [place] : []);
  }

  beforeAll(async () => {
    lake = await InProcessLake.start();
    story = new InProcessStory(lake, '');
    await tell(
      { op: 'Register', location: 's3://lake' },
      { op: 'Register', location: 's3://vault' },
      { op: 'CreateDatabase', database: 'sales', location: 's3://lake/db' },
    );
  });
  afterAll(async () => {
    await lake.close();
  });

  it('are each decided by what is held on them, on a place above them, and on the database', async () => {
    const on = { location: 's3://lake/open' };
    const access = { permissions: ['DATA_LOCATION_ACCESS'] };
    const create = { on: { database: 'sales' }, permissions: ['CREATE_TABLE'] };
    await areRefused(...PLACES);
    await tell({ op: 'Grant', to: 'ann', on, ...access });
    await areRefused(...but('s3://lake/open/t'));
    await tell({ op: 'Grant', to: 'ann', ...create });
    await areRefused(...but('s3://lake/open/t', 's3://lake/db/t'));
    await tell({ op: 'Revoke', from: 'ann', on, ...access });
    await areRefused(...but('s3://lake/db/t'));
    await tell({ op: 'Revoke', from: 'ann', ...create });
    await tell({ op: 'Grant', to: 'ann', on: { database: 'sales' }, permissions: ['ALTER'] });
    await areRefused(...PLACES);
    await tell({ op: 'Grant', to: 'ann', on: { location: 's3://lake' }, ...access });
    await areRefused('s3://vault/t');
    await tell({ op: 'Settings', admins: ['admin', 'ann'] });
    await areRefused();
  });

  it('are not decided for who is opted in by what everybody holds on the database', async () => {
    await tell(
      { op: 'Settings' },
      { op: 'ChangeRegistration', location: 's3://lake', hybrid: true },
      { op: 'Revoke', from: 'ann', on: { location: 's3://lake' }, permissions: ['DATA_LOCATION_ACCESS'] },
      { op: 'Grant', to: 'IAM_ALLOWED_PRINCIPALS', on: { database: 'sales' }, permissions: ['ALL'] },
    );
    await areRefused(...but('s3://lake/db/t'));
    await tell({ op: 'OptIn', who: 'ann', on: { database: 'sales' } });
    await areRefused(...PLACES);
    await tell({ op: 'OptOut', who: 'ann', on: { database: 'sales' } });
    await areRefused(...but('s3://lake/db/t'));
  });
});
