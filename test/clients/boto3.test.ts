import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Lake, startLake } from '../support/lake.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('boto3-statistics-search.py', import.meta.url));

/** The unmodified boto3: `pip install boto3`. */
describe('boto3', () => {
  let lake: Lake;

  beforeAll(async () => {
    lake = await startLake('PGlite');
    await run('python3', ['-c', 'import boto3']).catch((cause: unknown) => {
      throw new Error('boto3 is missing: pip install boto3', { cause });
    });
  });
  afterAll(async () => {
    await lake.stop();
  });

  it('given statistics with longs of 64 bits and decimals, reads back what it wrote, and finds the table', async () => {
    const { stdout } = await run('python3', [SCRIPT], {
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: lake.accessKeyId,
        AWS_SECRET_ACCESS_KEY: lake.secretAccessKey,
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ENDPOINT_URL: lake.url,
      },
    });
    expect(JSON.parse(stdout)).toEqual({
      ofTable: true,
      errors: ['day'],
      ofPartition: true,
      deleted: ['EntityNotFoundException'],
      word: ['trips'],
      exact: ['trips'],
      filter: ['trips'],
      none: [],
      tags: { 'made-by': 'boto3' },
    });
  });
});
