import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { LocalLake } from './local-lake.ts';

describe('LocalLake', () => {
  let folder: string;
  let lake: LocalLake;

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'roots-')));
    await mkdir(join(folder, 'outside'));
    lake = new LocalLake([join(folder, 'first'), join(folder, 'second')]);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const everything = async () =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

  it('given locations inside either root, in each form that engines write, makes the folders and the file', async () => {
    const written = [
      await lake.create(`file://${folder}/first/a/b`, 'metadata/x.json', 'one'),
      await lake.create(`file:${folder}/first/c/`, 'metadata/x.json', 'two'),
      await lake.create(`FILE://localhost${folder}//second/d e%20f`, 'metadata/x.json', 'three'),
    ];
    expect(written).toEqual([
      `file://${folder}/first/a/b/metadata/x.json`,
      `file:${folder}/first/c/metadata/x.json`,
      `FILE://localhost${folder}//second/d e%20f/metadata/x.json`,
    ]);
    expect(await readFile(join(folder, 'first/a/b/metadata/x.json'), 'utf8')).toBe('one');
    expect(await readFile(join(folder, 'first/c/metadata/x.json'), 'utf8')).toBe('two');
    expect(await readFile(join(folder, 'second/d e%20f/metadata/x.json'), 'utf8')).toBe('three');
  });

  it.each([
    ['outside every root', (at: string) => `file://${at}/outside/t`],
    ['a root itself', (at: string) => `file://${at}/first`],
    ['a name that begins like a root', (at: string) => `file://${at}/firstly/t`],
    ['a way up and out', (at: string) => `file://${at}/first/../outside/t`],
    ['a way up that stays inside', (at: string) => `file://${at}/first/a/../b`],
    ['a relative path', () => 'file://first/t'],
    ['another host', (at: string) => `file://host${at}/first/t`],
    ['a question', (at: string) => `file://${at}/first/t?x`],
    ['a zero byte', (at: string) => `file://${at}/first/t\0`],
  ])('given %s, refuses and writes nothing', async (_what, locationIn) => {
    const location = locationIn(folder);
    expect(() => lake.reaches(location)).toThrow('Location');
    await expect(lake.create(location, 'metadata/x.json', 'x')).rejects.toMatchObject({
      code: 'InvalidInputException',
    });
    expect(await everything()).toEqual([]);
  });

  it.each(['s3://bucket/t', 'hdfs://n/t', '/plain/t', ''])(
    'given %j, says that it cannot write there',
    (location) => {
      expect(lake.reaches(location)).toBe(false);
    },
  );

  it('given links that lead out of the root, at any depth, follows none', async () => {
    await mkdir(join(folder, 'first/t'), { recursive: true });
    await symlink(join(folder, 'outside'), join(folder, 'first/away'));
    await symlink(join(folder, 'outside'), join(folder, 'first/t/metadata'));
    await symlink(join(folder, 'first/t'), join(folder, 'first/inside'));
    for (const name of ['away', 'away/deeper', 't', 'inside']) {
      await expect(
        lake.create(`file://${folder}/first/${name}`, 'metadata/x.json', 'x'),
      ).rejects.toMatchObject({
        code: 'InvalidInputException',
      });
    }
    expect(await everything()).toEqual([]);
  });

  it('given a file, or a dangling link, of that very name, neither overwrites nor follows it', async () => {
    await mkdir(join(folder, 'first/t/metadata'), { recursive: true });
    await writeFile(join(folder, 'first/t/metadata/x.json'), 'kept');
    await symlink(join(folder, 'outside/made'), join(folder, 'first/t/metadata/y.json'));
    for (const name of ['x.json', 'y.json']) {
      await expect(lake.create(`file://${folder}/first/t`, `metadata/${name}`, 'x')).rejects.toMatchObject({
        code: 'InvalidInputException',
      });
    }
    expect(await everything()).toEqual(['first/t/metadata/x.json']);
    expect(await readFile(join(folder, 'first/t/metadata/x.json'), 'utf8')).toBe('kept');
  });

  it('given a root that is a link itself, writes into the folder that it leads to', async () => {
    await symlink(join(folder, 'outside'), join(folder, 'linked'));
    const through = new LocalLake([join(folder, 'linked')]);
    await through.create(`file://${folder}/linked/t`, 'metadata/x.json', 'x');
    expect(await everything()).toEqual(['outside/t/metadata/x.json']);
    await through.discard(`file://${folder}/linked/t`, 'metadata/x.json');
    expect(await everything()).toEqual([]);
  });

  it('discards what it has written, once, and nothing behind a link', async () => {
    const location = `file://${folder}/first/t`;
    await lake.create(location, 'metadata/x.json', 'x');
    await lake.discard(location, 'metadata/x.json');
    await lake.discard(location, 'metadata/x.json');
    expect(await everything()).toEqual([]);
    await writeFile(join(folder, 'outside/x.json'), 'kept');
    await symlink(join(folder, 'outside/x.json'), join(folder, 'first/t/metadata/x.json'));
    await lake.discard(location, 'metadata/x.json');
    expect(await everything()).toEqual(['outside/x.json']);
  });
});
