import { constants } from 'node:fs';
import { lstat, mkdir, open, realpath, unlink } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';

import { invalid, type LakeFiles } from '@lakewarden/kernel';

/** As engines write it: `file:/p`, `file:///p`, `file://localhost/p`. They read the path as it stands, undecoded. */
const FILE_LOCATION = /^file:(?:\/\/(?:localhost)?)?(\/[^?#\0]*)$/i;

/** A name that the file system refuses, or a place where the server may not write: the caller can choose another. */
const REFUSALS = ['EACCES', 'EPERM', 'EROFS', 'ENAMETOOLONG', 'ENOTDIR', 'EEXIST'];

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

interface Place {
  /** A folder of the settings. */
  readonly root: string;
  /** The way from there; none of them is `.` or `..`. */
  readonly names: readonly string[];
}

const nameOf = (location: string): string => `Location ${location}`;

/** Every folder that was made has to be there after a power cut: its entry lies in the one above. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * The folders of LAKEWARDEN_LOCAL_ROOTS, and nothing else of the disk. Symbolic links inside them are not followed:
 * whoever can write there could otherwise make the server write anywhere.
 */
export class LocalLake implements LakeFiles {
  readonly #roots: readonly string[];

  constructor(roots: readonly string[]) {
    this.#roots = roots.map((root) => resolve(root));
  }

  reaches(location: string): boolean {
    if (!/^file:/i.test(location)) return false;
    this.#placeOf(location);
    return true;
  }

  async create(location: string, path: string, text: string): Promise<string> {
    const place = this.#placeOf(location);
    const names = [...place.names, ...path.split('/')];
    const file = names.pop() ?? '';
    try {
      const folder = await this.#folder(location, place.root, names);
      const target = join(folder, file);
      // O_EXCL: neither a file nor a link of that name is there, and nobody's file is overwritten.
      const handle = await open(
        target,
        constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      );
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      if ((await realpath(target)) !== target) {
        // A folder on the way was swapped for a link after it had been looked at.
        await unlink(target);
        throw this.#linkInTheWay(location);
      }
      await syncFolder(folder);
      return `${location.replace(/\/+$/, '')}/${path}`;
    } catch (cause) {
      if (!isCode(cause, ...REFUSALS)) throw cause;
      throw invalid(`${nameOf(location)} cannot be written to by the server: choose another folder.`);
    }
  }

  async discard(location: string, path: string): Promise<void> {
    const place = this.#placeOf(location);
    const root = await realpath(place.root);
    const target = join(root, ...place.names, ...path.split('/'));
    try {
      if ((await realpath(target)) === target) await unlink(target);
    } catch (error) {
      if (!isCode(error, 'ENOENT', ...REFUSALS)) throw error;
    }
  }

  #placeOf(location: string): Place {
    const path = FILE_LOCATION.exec(location)?.[1];
    if (path === undefined) throw invalid(`${nameOf(location)} is no file:// location of an absolute path.`);
    const names = path.split('/').filter((name) => name !== '');
    if (names.some((name) => name === '.' || name === '..')) {
      throw invalid(`${nameOf(location)} holds . or .. as a name: write the path itself.`);
    }
    const absolute = `${sep}${names.join(sep)}`;
    for (const root of this.#roots) {
      const way = relative(root, absolute);
      if (way !== '' && !isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`)) {
        return { root, names: way.split(sep) };
      }
    }
    throw invalid(`${nameOf(location)} lies outside the folders of LAKEWARDEN_LOCAL_ROOTS.`);
  }

  /** The real folder, made where it is missing, one name at a time. */
  async #folder(location: string, root: string, names: readonly string[]): Promise<string> {
    await mkdir(root, { recursive: true });
    let folder = await realpath(root);
    for (const name of names) {
      const next = join(folder, name);
      try {
        await mkdir(next);
        await syncFolder(folder);
      } catch (error) {
        if (!isCode(error, 'EEXIST')) throw error;
        if (!(await lstat(next)).isDirectory()) throw this.#linkInTheWay(location);
      }
      folder = next;
    }
    if ((await realpath(folder)) !== folder) throw this.#linkInTheWay(location);
    return folder;
  }

  #linkInTheWay(location: string) {
    return invalid(`${nameOf(location)} leads through a link or a file: only real folders are written to.`);
  }
}
