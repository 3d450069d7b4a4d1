import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import type { Lake } from './lake.ts';

const run = promisify(execFile);

/** One shell block of a document, and the `text` block right below it: what it prints. */
export interface Step {
  readonly line: number;
  readonly script: string;
  readonly expected?: string;
}

const BLOCK = /^```(\w*)\n([\s\S]*?)^```$/gm;
const MARK = '@@ end of step @@';

/** The shell blocks of a Markdown document, under one heading when it is named. */
export async function stepsOf(file: string, heading?: string): Promise<Step[]> {
  const whole = await readFile(file, 'utf8');
  const from = heading === undefined ? 0 : whole.indexOf(`\n## ${heading}\n`);
  if (from < 0) throw new Error(`${file} has no heading ${heading ?? ''}`);
  const to = heading === undefined ? -1 : whole.indexOf('\n## ', from + 1);
  const text = whole.slice(from, to < 0 ? undefined : to);
  const steps: Step[] = [];
  let endOfLast = -1;
  for (const { index, 0: block, 1: language, 2: body = '' } of text.matchAll(BLOCK)) {
    const last = steps.at(-1);
    if (language === 'sh') {
      steps.push({ line: whole.slice(0, from + index).split('\n').length, script: body });
      endOfLast = index + block.length;
    } else if (language === 'text' && last !== undefined && text.slice(endOfLast, index).trim() === '') {
      steps[steps.length - 1] = { ...last, expected: body.trim() };
    }
  }
  return steps;
}

/**
 * Runs the steps in one shell, as a reader would type them. Only what a reader has to fill in is filled in: where the
 * server is, and its credentials.
 *
 * @returns what each step printed on stdout
 */
export async function runSteps(lake: Lake, steps: readonly Step[]): Promise<string[]> {
  const script = steps
    .map(({ script: text, line }) => `# line ${String(line)}\n${text}\nprintf '%s\\n' '${MARK}'`)
    .join('\n')
    .replaceAll('http://127.0.0.1:8181', lake.url)
    .replaceAll("'$PWD'/data/lake", lake.lakeFolder)
    .replaceAll(' data/lake', ` ${lake.lakeFolder}`)
    .replaceAll('AWS_ACCESS_KEY_ID=AKIA...', `AWS_ACCESS_KEY_ID=${lake.accessKeyId}`)
    .replaceAll('AWS_SECRET_ACCESS_KEY=...', `AWS_SECRET_ACCESS_KEY=${lake.secretAccessKey}`);
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], {
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, AWS_PAGER: '' },
  });
  return stdout
    .split(`${MARK}\n`)
    .slice(0, -1)
    .map((printed) => printed.trim());
}
