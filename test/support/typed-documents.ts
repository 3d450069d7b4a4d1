import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runSteps, stepsOf } from './document.ts';
import { type Lake, startLake } from './lake.ts';

const run = promisify(execFile);
const MINUTES = 60_000;

export interface TypedDocument {
  readonly file: string;
  /** Absent: the whole of it. */
  readonly heading?: string;
}

/** What the documents tell people to type, typed: the real AWS CLI, boto3, curl and `npx lakewarden`. */
export function documentsDoWhatTheySay(documents: readonly TypedDocument[]): void {
  describe('the documents', () => {
    let lake: Lake;

    beforeAll(async () => {
      await run('aws', ['--version']).catch((cause: unknown) => {
        throw new Error('the AWS CLI is missing: pip install awscli', { cause });
      });
      await run('python3', ['-c', 'import boto3']).catch((cause: unknown) => {
        throw new Error('boto3 is missing: pip install boto3', { cause });
      });
      lake = await startLake('PGlite');
    });
    afterAll(async () => {
      await lake.stop();
    });

    it.each(documents)(
      '$file does what it says, and prints what it says',
      async ({ file, heading }) => {
        const steps = await stepsOf(file, heading);
        const printed = await runSteps(lake, steps);

        expect(steps.filter(({ expected }) => expected !== undefined)).not.toHaveLength(0);
        expect(printed.map((text, i) => (steps[i]?.expected === undefined ? undefined : text))).toEqual(
          steps.map(({ expected }) => expected),
        );
        await lake.glue('DeleteDatabase', { Name: 'partition_index' });
      },
      15 * MINUTES,
    );
  });
}
