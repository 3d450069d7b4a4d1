import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { startLake } from '../support/lake.ts';
import { printedSchema, referencePages } from '../support/reference.ts';

describe('docs/reference', () => {
  it('says what the code says: npm run generate:reference', async () => {
    for (const [file, text] of await referencePages()) expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('holds the schema that a server answers with', async () => {
    const lake = await startLake('PGlite');
    const served = await (await fetch(`${lake.url}/graphql/schema.graphql`)).text();
    await lake.stop();
    expect(printedSchema(served)).toBe(await readFile('docs/reference/schema.graphql', 'utf8'));
  });
});
