import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { MEMORY_ENVIRONMENT, MEMORY_FLAGS } from '../../scripts/memory-flags.mjs';

/** What can be known of the image without an engine to build it. */
describe('the Dockerfile', () => {
  const read = () => readFile('docker/Dockerfile', 'utf8');

  it('runs the server with the flags that npm start gives it, and is process 1', async () => {
    const text = await read();
    const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(text) ?? [];
    expect(JSON.parse(command)).toEqual([
      'node',
      ...MEMORY_FLAGS,
      '--enable-source-maps',
      'apps/server/dist/main.js',
    ]);
    for (const [name, value] of Object.entries(MEMORY_ENVIRONMENT))
      expect(text).toContain(`${name}=${value}`);
  });

  it('runs as somebody who is not root, with a health check', async () => {
    const last = (await read()).split(/^FROM /m).at(-1) ?? '';
    expect(/^USER (\S+)$/m.exec(last)?.[1]).toBe('node');
    expect(last).toMatch(/^HEALTHCHECK /m);
  });

  it('copies what there is, and every workspace before it installs', async () => {
    const text = await read();
    const sources = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list = '']) =>
      list.split(' '),
    );
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
    expect(sources).toEqual(expect.arrayContaining(globSync('{apps,libs}/*/package.json')));
  });
});
