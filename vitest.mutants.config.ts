import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

/** The tests that have to notice a mutant of the decision: those in process, and fast. */
export default defineConfig({
  // Stryker works on a copy of the project whose node_modules is a link: by that the libs would be the unchanged ones.
  resolve: {
    alias: [
      {
        find: /^@lakewarden\/([\w-]+)$/,
        replacement: `${fileURLToPath(new URL('libs/', import.meta.url))}$1/src/index.ts`,
      },
    ],
  },
  test: {
    include: ['libs/permissions/src/{decision,grant}/**/*.test.ts', 'test/permissions/cases.mutants.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
