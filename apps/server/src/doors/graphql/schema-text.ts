import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const DIRECTORY = join(import.meta.dirname, 'schema');

/** The schema as it is written, one file after the other. */
export async function readSchema(): Promise<string> {
  const files = (await readdir(DIRECTORY)).filter((name) => name.endsWith('.graphql')).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(DIRECTORY, name), 'utf8')));
  return texts.join('\n');
}
