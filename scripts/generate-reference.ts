// Writes docs/reference/: what the code itself says of its settings and of its GraphQL schema. A test compares.
import { writeFile } from 'node:fs/promises';

import { referencePages } from '../test/support/reference.ts';

for (const [file, text] of await referencePages()) await writeFile(file, text);
