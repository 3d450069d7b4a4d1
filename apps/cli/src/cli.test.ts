import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

/** The command as people run it, on an embedded database that outlives each server. */
describe('lakewarden', () => {
  let directory: string;
  let keys: NodeJS.ProcessEnv;

  const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    ...process.env,
    DATABASE_URL: '',
    LAKEWARDEN_MASTER_KEY: '',
    LAKEWARDEN_DATA_DIR: directory,
    LAKEWARDEN_PORT: '0',
    LAKEWARDEN_LOG_LEVEL: 'warn',
    ...more,
  });

  const lakewarden = async (words: readonly string[], more?: NodeJS.ProcessEnv): Promise<Outcome> => {
    try {
      const { stdout, stderr } = await run('node_modules/.bin/lakewarden', words, { env: environment(more) });
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as Outcome; // execFile's own rejection
      return { code, stdout, stderr };
    }
  };

  const serve = async (): Promise<Served> => {
    const child = spawn(process.execPath, ['apps/server/dist/main.js'], {
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const url = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const said = /serves on (\S+)/.exec(text)?.[1];
        if (said !== undefined) resolve(said);
      });
      child.once('exit', () => {
        reject(new Error(text));
      });
    });
    return {
      url,
      async stop() {
        child.kill('SIGTERM');
        await gone;
      },
    };
  };

  const withServer = async <T>(use: (server: Served) => Promise<T>): Promise<T> => {
    const server = await serve();
    try {
      return await use(server);
    } finally {
      await server.stop();
    }
  };

  const viewer = async (url: string, token: string): Promise<unknown> => {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: '{ viewer { arn } }' }),
    });
    return answer.json();
  };

  const asAdministrator = (url: string) => lakewarden(['token', '--url', url], keys);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lakewarden-cli-'));
    await withServer(() => Promise.resolve());
    const credentials = JSON.parse(
      await readFile(join(directory, 'admin-credentials.json'), 'utf8'),
    ) as Record<string, string>;
    keys = {
      AWS_ACCESS_KEY_ID: credentials['accessKeyId'],
      AWS_SECRET_ACCESS_KEY: credentials['secretAccessKey'],
      AWS_SESSION_TOKEN: '',
    };
  }, 180_000);
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('given no command, shows its help and fails', async () => {
    const { code, stderr } = await lakewarden([]);
    expect(code).toBe(1);
    expect(stderr).toContain('rotate-master-key');
  });

  describe('token', () => {
    it('given a key pair, prints a token alone, and GraphQL knows its user', async () => {
      await withServer(async ({ url }) => {
        const { code, stdout } = await asAdministrator(url);
        expect(code).toBe(0);
        expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
        expect(await viewer(url, stdout.trim())).toMatchObject({
          data: { viewer: { arn: 'arn:aws:iam::111122223333:user/admin' } },
        });

        const wrong = await lakewarden(['token', '--url', url], { ...keys, AWS_SECRET_ACCESS_KEY: 'wrong' });
        expect(wrong).toMatchObject({ code: 1, stdout: '' });
        expect(wrong.stderr).toMatch(/^lakewarden: SignatureDoesNotMatch: .+\n$/);
      });
    }, 180_000);

    it.each([
      [
        'no secret',
        ['token'],
        { AWS_SECRET_ACCESS_KEY: '' },
        /^lakewarden: AWS_SECRET_ACCESS_KEY is not set/,
      ],
      ['no server', ['token', '--url', 'http://127.0.0.1:9'], {}, /^lakewarden: no server answers at/],
      ['no URL', ['token', '--url', 'here'], {}, /^lakewarden: --url here is not a URL/],
    ])('given %s, says so in one line', async (_what, words, more, message) => {
      const { code, stdout, stderr } = await lakewarden(words, { ...keys, ...more });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(message);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    });
  });

  describe('rotate-master-key', () => {
    const path = () => join(directory, 'master.key');

    it('seals everything under a new key: old access keys go on working, the old key is gone', async () => {
      const before = await readFile(path(), 'utf8');
      const { code, stdout } = await lakewarden(['rotate-master-key', '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ accessKeys: 1, signingKeys: 1, keptIn: path() });
      expect(await readFile(path(), 'utf8')).not.toBe(before);
      expect((await stat(path())).mode & 0o777).toBe(0o600);
      await withServer(async ({ url }) => {
        expect((await asAdministrator(url)).code).toBe(0);
      });
    }, 180_000);

    it('given a rotation cut off after its commit, still opens every secret, and the next one ends it', async () => {
      const old = await readFile(path(), 'utf8');
      expect((await lakewarden(['rotate-master-key'])).code).toBe(0);
      // As a crash between commit and rename would leave it.
      await rename(path(), `${path()}.next`);
      await rm(path(), { force: true });
      await writeFile(path(), old, { mode: 0o600 });

      await withServer(async ({ url }) => {
        expect((await asAdministrator(url)).code).toBe(0);
      });
      expect((await lakewarden(['rotate-master-key'])).code).toBe(0);
      await expect(stat(`${path()}.next`)).rejects.toThrow('ENOENT');
      await withServer(async ({ url }) => {
        expect((await asAdministrator(url)).code).toBe(0);
      });
    }, 240_000);
  });
});
