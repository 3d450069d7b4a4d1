import {
  createLFTag,
  createLFTagExpression,
  deleteLFTag,
  deleteLFTagExpression,
  getLFTag,
  getLFTagExpression,
  listLFTags,
  searchDatabasesByLFTags,
  searchTablesByLFTags,
  updateLFTag,
  updateLFTagExpression,
} from '@lakewarden/permissions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { callerOf, InProcessLake, InProcessStory } from './in-process.ts';
import { ACCOUNT, step, type WrittenStep } from './story.ts';

const catalogId = ACCOUNT;
const asked = (key: string, value = 'x') => ({ catalogId, expression: [{ key, values: [value] }] });

/**
 * LF-tags and saved expressions by their names: who may not see one hears of it as of one that is not there, word for word.
 * ann may save expressions, and sees env=x alone; cat sees every value of env; bob holds nothing.
 */
describe('the name of an LF-tag or of a saved expression', () => {
  let lake: InProcessLake;
  type Asking = (as: string, name: string) => Promise<unknown>;
  const run = <Command, Answer>(
    as: string,
    useCase: Parameters<typeof lake.run<Command, Answer>>[1],
    command: Command,
  ) => lake.run(callerOf(as, []), useCase, command);
  const limit = 9;
  const tag = (key: string) => ({ catalogId, key });
  const saved = (name: string) => ({ catalogId, name });

  beforeAll(async () => {
    lake = await InProcessLake.start();
    const story = new InProcessStory(lake, '');
    const grant = (to: string, on: Extract<WrittenStep, { op: 'Grant' }>['on'], ...permissions: string[]) =>
      ({ op: 'Grant', to, on, permissions }) as const;
    for (const each of [
      { op: 'MakeTag', key: 'env', values: ['x', 'y'] },
      { op: 'MakeTag', key: 'class', values: ['x'] },
      { op: 'MakeTag', key: 'zone', values: ['x'] },
      { op: 'SaveExpression', name: 'live', expression: { env: ['x'] } },
      grant('ann', { tag: 'env', values: ['x'] }, 'DESCRIBE'),
      grant('ann', { catalog: true }, 'CREATE_LF_TAG_EXPRESSION'),
      grant('cat', { tag: 'env', values: ['*'] }, 'DESCRIBE'),
      // Of another tag's value of the same name.
      grant('liz', { tag: 'class', values: ['x'] }, 'DESCRIBE'),
      grant('liz', { tag: 'env', values: ['y'] }, 'ASSOCIATE'),
      { ...grant('liz', { tag: 'zone', values: ['x'] }, 'DESCRIBE'), when: 'context.mfa' },
      { op: 'Settings', readOnlyAdmins: ['role/reader'] },
    ] satisfies WrittenStep[])
      expect({ each, ...(await story.run(step.parse(each))) }).toMatchObject({ code: 'OK' });
  });
  afterAll(async () => {
    await lake.close();
  });

  const onTags: readonly (readonly [string, Asking])[] = [
    ['DESCRIBE', (as, key) => run(as, getLFTag, tag(key))],
    ['ALTER', (as, key) => run(as, updateLFTag, { ...tag(key), valuesToAdd: ['z'], valuesToDelete: [] })],
    ['DROP', (as, key) => run(as, deleteLFTag, tag(key))],
  ];
  it.each(onTags)('of a tag, by an operation that takes %s', async (permission, ask) => {
    for (const key of ['env', 'none'])
      await expect(ask('bob', key)).rejects.toMatchObject({
        code: 'AccessDeniedException',
        message: `Insufficient Lake Formation permission(s): Required ${permission} on LF-tag ${key}`,
      });
    await expect(ask('admin', 'none')).rejects.toMatchObject({
      code: 'EntityNotFoundException',
      message: 'LF-tag none not found.',
    });
  });

  const onExpressions: readonly (readonly [string, Asking])[] = [
    ['DESCRIBE', (as, name) => run(as, getLFTagExpression, saved(name))],
    ['ALTER', (as, name) => run(as, updateLFTagExpression, { ...saved(name), ...asked('env') })],
    ['DROP', (as, name) => run(as, deleteLFTagExpression, saved(name))],
  ];
  it.each(onExpressions)('of a saved expression, by an operation that takes %s', async (permission, ask) => {
    for (const name of ['live', 'none'])
      await expect(ask('bob', name)).rejects.toMatchObject({
        code: 'AccessDeniedException',
        message: `Insufficient Lake Formation permission(s): Required ${permission} on LF-tag expression ${name}`,
      });
    await expect(ask('admin', 'none')).rejects.toMatchObject({
      code: 'EntityNotFoundException',
      message: 'LF-tag expression none not found.',
    });
  });

  it('is no secret to who looks after the lake: he is refused what he may not', async () => {
    for (const ask of [onTags[1], onTags[2]])
      await expect(ask?.[1]('session/reader', 'env')).rejects.toMatchObject({
        code: 'AccessDeniedException',
      });
    for (const ask of [onExpressions[1], onExpressions[2]])
      await expect(ask?.[1]('session/reader', 'live')).rejects.toMatchObject({
        code: 'AccessDeniedException',
      });
    await expect(onTags[0]?.[1]('session/reader', 'none')).rejects.toMatchObject({
      code: 'EntityNotFoundException',
    });
  });

  it('is made by who may make it in the catalog', async () => {
    const refusal = (permission: string) => ({
      code: 'AccessDeniedException',
      message: `Insufficient Lake Formation permission(s): Required ${permission} on catalog ${ACCOUNT}`,
    });
    await expect(run('bob', createLFTag, { ...tag('new'), values: ['x'] })).rejects.toMatchObject(
      refusal('CREATE_LF_TAG'),
    );
    await expect(
      run('bob', createLFTagExpression, { ...saved('new'), ...asked('env') }),
    ).rejects.toMatchObject(refusal('CREATE_LF_TAG_EXPRESSION'));
  });

  const inExpressions: readonly (readonly [
    string,
    (as: string, key: string, value?: string) => Promise<unknown>,
  ])[] = [
    ['searched tables', (as, key, value) => run(as, searchTablesByLFTags, { ...asked(key, value), limit })],
    [
      'searched databases',
      (as, key, value) => run(as, searchDatabasesByLFTags, { ...asked(key, value), limit }),
    ],
    [
      'a new expression',
      (as, key, value) =>
        run(as, createLFTagExpression, { ...saved(`${as}-${key}-${value ?? ''}`), ...asked(key, value) }),
    ],
  ];
  it.each(inExpressions)('in the expression of %s is one that the asker may DESCRIBE', async (_what, ask) => {
    await ask('ann', 'env');
    await ask('admin', 'class');
    for (const [key, value] of [
      ['env', 'y'],
      ['env', 'none'],
      ['class', 'x'],
      ['none', 'x'],
    ] as const)
      await expect(ask('ann', key, value)).rejects.toMatchObject({
        code: 'AccessDeniedException',
        message: `Insufficient Lake Formation permission(s): Required DESCRIBE on LF-tag ${key}=${value}`,
      });
    for (const [key, value] of [
      ['env', 'none'],
      ['none', 'x'],
    ] as const)
      await expect(ask('admin', key, value)).rejects.toMatchObject({ code: 'EntityNotFoundException' });
  });

  it('of several pairs that are asked for, one hidden and one not there are told alike', async () => {
    const search = (key: string) =>
      run('ann', searchTablesByLFTags, {
        catalogId,
        expression: [...asked('env').expression, ...asked(key).expression],
        limit,
      });
    // Of the pairs, in the order of their keys, the first is named, whichever of them it is that he does not see.
    for (const [key, named] of [
      ['class', 'class=x'],
      ['clasp', 'clasp=x'],
      ['zone', 'env=x'],
      ['zzz', 'env=x'],
    ] as const)
      await expect(search(key)).rejects.toMatchObject({
        code: 'AccessDeniedException',
        message: `Insufficient Lake Formation permission(s): Required DESCRIBE on LF-tag ${named}`,
      });
  });

  it('is listed to who sees a value of it, with the values that he sees', async () => {
    const listed = async (as: string) =>
      Object.fromEntries(
        (await run(as, listLFTags, { catalogId, limit })).items.map(({ key, values }) => [key, values]),
      );
    expect(await listed('bob')).toEqual({});
    expect(await listed('ann')).toEqual({ env: ['x'] });
    expect(await listed('cat')).toEqual({ env: ['x', 'y'] });
    // ASSOCIATE takes to see the value (decision 0014, §7); zone is his to see with a second factor alone.
    expect(await listed('liz')).toEqual({ class: ['x'], env: ['y'] });
    expect(await listed('admin')).toEqual({ class: ['x'], env: ['x', 'y'], zone: ['x'] });
  });
});
