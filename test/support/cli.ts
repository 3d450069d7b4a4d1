import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface CliOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The command as people run it.
 * @param cwd where it runs; the command's own files are found from anywhere
 * @param input what it is given on standard input
 */
export async function lakewarden(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
  cwd = process.cwd(),
  input?: string,
): Promise<CliOutcome> {
  const command = new URL('../../apps/cli/bin/lakewarden.mjs', import.meta.url).pathname;
  try {
    const running = run(process.execPath, [command, ...words], {
      cwd,
      env: { ...process.env, ...environment },
      maxBuffer: 64 * 1024 * 1024,
    });
    if (input !== undefined) running.child.stdin?.end(input);
    const { stdout, stderr } = await running;
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as CliOutcome; // execFile's own rejection
    return { code, stdout, stderr };
  }
}
