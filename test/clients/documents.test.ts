import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runSteps, stepsOf } from '../support/document.ts';
import { type Lake, startLake } from '../support/lake.ts';

const run = promisify(execFile);
const MINUTES = 60_000;

/** What the documents tell people to type, typed: the real AWS CLI, boto3, curl and `npx lakewarden`. */
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

  it.each([
    { file: 'README.md', heading: 'Five minutes with the AWS CLI' },
    { file: 'docs/guides/partition-indexes.md', heading: undefined },
    { file: 'docs/guides/iceberg.md', heading: undefined },
    { file: 'docs/guides/secure-lake.md', heading: undefined },
    { file: 'docs/guides/encrypted-lake.md', heading: undefined },
    { file: 'docs/guides/iam-only.md', heading: undefined },
    { file: 'docs/guides/hybrid-access.md', heading: undefined },
    { file: 'docs/guides/simulate-policies.md', heading: undefined },
    { file: 'docs/guides/data-cells-filters.md', heading: undefined },
    { file: 'docs/guides/lf-tags.md', heading: undefined },
  ])(
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
