import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { InProcessLake, InProcessStory, StoryClock } from './in-process.ts';
import { Oracle } from './oracle.ts';
import type { Step } from './story.ts';
import { BEGINNING, HYBRID_BEGINNING, world } from './worlds.ts';
import { looksOf, questionsOf } from './worlds-questions.ts';
import { CALLERS } from './worlds-things.ts';

/** More of them, or the same again: `LAKEWARDEN_WORLDS=2000 LAKEWARDEN_SEED=... npm run test:fuzz`. */
const WORLDS = Number(process.env['LAKEWARDEN_WORLDS'] ?? 50);
const SEED = Number(process.env['LAKEWARDEN_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const LEAST_DECISIONS = 400 * WORLDS;

describe('random worlds of grants', () => {
  let lake: InProcessLake;
  let decisions = 0;
  let allowed = 0;
  let worlds = 0;

  beforeAll(async () => {
    lake = await InProcessLake.start(new StoryClock());
  });
  afterAll(async () => {
    await lake.close();
  });

  async function agree(oracle: Oracle, story: InProcessStory, told: readonly Step[]): Promise<void> {
    for (const as of CALLERS) {
      const asked = questionsOf(as);
      const answers = await story.decideAll(as, asked);
      for (const [i, question] of asked.entries()) {
        const expected = oracle.run(question);
        expect({ told, question, answer: answers[i] }).toEqual({ told, question, answer: expected });
        decisions += 1;
        if (expected.code === 'OK') allowed += 1;
      }
      for (const look of looksOf(as)) {
        const answer = await story.run(look);
        expect({ told, look, answer }).toEqual({ told, look, answer: oracle.run(look) });
      }
    }
  }

  it(
    `decides as the oracle does (LAKEWARDEN_SEED=${String(SEED)})`,
    async () => {
      await fc.assert(
        fc.asyncProperty(world, fc.boolean(), async (steps, isHybrid) => {
          const oracle = new Oracle();
          const story = new InProcessStory(lake, `_${String((worlds += 1))}`);
          try {
            const told: Step[] = [];
            const beginning = [...BEGINNING, ...(isHybrid ? HYBRID_BEGINNING : [])];
            for (const each of [...beginning, ...steps]) {
              told.push(each);
              const answer = await story.run(each);
              expect({ told, answer }).toEqual({ told, answer: oracle.run(each) });
              // In between as well: what was decided before a change must not outlive it.
              if (told.length === beginning.length + Math.ceil(steps.length / 2))
                await agree(oracle, story, told);
            }
            await agree(oracle, story, told);
          } finally {
            await story.end();
          }
        }),
        { numRuns: WORLDS, seed: SEED },
      );
      expect(decisions).toBeGreaterThan(LEAST_DECISIONS);
      // Worlds in which everything or nothing is allowed would prove little.
      expect(allowed / decisions).toBeGreaterThan(0.1);
      expect(allowed / decisions).toBeLessThan(0.9);
    },
    WORLDS * 10_000,
  );
});
