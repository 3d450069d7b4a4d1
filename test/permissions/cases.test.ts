import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Lake, startLake } from '../support/lake.ts';
import type { KeyPair } from '../support/principals.ts';
import { InProcessLake, InProcessStory } from './in-process.ts';
import { Oracle } from './oracle.ts';
import { endStory, HttpStory, newPrincipals } from './over-http.ts';
import { type Answer, caseFile, type PermissionCase, type Step } from './story.ts';

const { fixture, cases } = caseFile.parse(
  JSON.parse(readFileSync(new URL('../permission-cases.json', import.meta.url), 'utf8')),
);

/** What the case answers, once everything before it has been done. */
async function tell(
  run: (step: Step) => Answer | Promise<Answer>,
  { before, given, ask }: PermissionCase,
): Promise<Answer> {
  const must = async (steps: readonly Step[]) => {
    for (const step of steps) expect({ step, code: (await run(step)).code }).toEqual({ step, code: 'OK' });
  };
  await must(fixture);
  for (const step of before) await run(step);
  await must(given);
  return run(ask);
}

/** How many cases the parts of the rule have at least; most points of §13 are shown where they belong. */
const AT_LEAST: Readonly<Record<string, number>> = {
  '§1': 20,
  '§2': 15,
  '§3': 50,
  '§4': 60,
  '§5': 15,
  '§6': 60,
  '§7': 80,
  '§8': 120,
  '§9': 100,
  '§10': 80,
  '§13': 7,
};

const titleOf = ({ id, says, ask }: PermissionCase): string => `${id} ${says} (${ask.op})`;

it('has cases of every part of the rule that is built, each under a name of its own', () => {
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  const ofParts = cases.map(({ section }) => section.split('.')[0]);
  expect([...new Set(ofParts)].sort()).toEqual(Object.keys(AT_LEAST).sort());
  for (const [part, least] of Object.entries(AT_LEAST)) {
    expect([part, ofParts.filter((each) => each === part).length >= least]).toEqual([part, true]);
  }
});

describe('permission cases, by the oracle', () => {
  it.each(cases.map((each) => [titleOf(each), each] as const))('%s', async (_title, each) => {
    const oracle = new Oracle();
    expect(await tell((step) => oracle.run(step), each)).toEqual(each.answer);
  });
});

describe('permission cases, by the decision and the use cases', () => {
  let lake: InProcessLake;

  beforeAll(async () => {
    lake = await InProcessLake.start();
  });
  afterAll(async () => {
    await lake.close();
  });

  it.each(cases.map((each) => [titleOf(each), each] as const))('%s', async (_title, each) => {
    const story = new InProcessStory(lake, '');
    try {
      expect(await tell((step) => story.run(step), each)).toEqual(each.answer);
    } finally {
      await story.end();
    }
  });
});

describe('permission cases, over HTTP on PostgreSQL', () => {
  let lake: Lake;
  let keys: ReadonlyMap<string, KeyPair>;

  beforeAll(async () => {
    lake = await startLake('PostgreSQL');
    keys = await newPrincipals(lake);
  });
  afterAll(async () => {
    await lake.stop();
  });

  // A bare decision has no door; everything else has.
  const asked = cases.filter(({ ask }) => ask.op !== 'Decide');

  it.each(asked.map((each) => [titleOf(each), each] as const))('%s', async (_title, each) => {
    const story = new HttpStory(lake, keys);
    try {
      expect(await tell((step) => story.run(step), each)).toEqual(each.answer);
    } finally {
      await endStory(lake);
    }
  });
});
