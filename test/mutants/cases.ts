import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { InProcessLake, InProcessStory } from '../permissions/in-process.ts';
import { type Answer, caseFile, type Step } from '../permissions/story.ts';

const { fixture, cases } = caseFile.parse(
  JSON.parse(readFileSync(new URL('../permission-cases.json', import.meta.url), 'utf8')),
);

/** The permission cases in process alone: cases.test.ts also asks servers and the oracle, in which no mutant lives. */
describe('permission cases against mutants', () => {
  let lake: InProcessLake;

  beforeAll(async () => {
    lake = await InProcessLake.start();
  });
  afterAll(async () => {
    await lake.close();
  });

  it.each(cases.map((each) => [each.id, each] as const))(
    '%s',
    async (_id, { before, given, ask, answer }) => {
      const story = new InProcessStory(lake, '');
      const must = async (steps: readonly Step[]): Promise<void> => {
        for (const step of steps)
          expect({ step, ...(await story.run(step)) }).toMatchObject({ step, code: 'OK' });
      };
      try {
        await must(fixture);
        for (const step of before) await story.run(step);
        await must(given);
        expect(await story.run(ask)).toEqual(answer satisfies Answer);
      } finally {
        await story.end();
      }
    },
  );
});
