import { fileURLToPath } from 'node:url';

import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

const report = process.env['LAKEWARDEN_TEST_REPORT'];
/** `npm test` makes some worlds; `LAKEWARDEN_WORLDS=5000 npm run test:fuzz` as many as one likes. */
const worlds =
  process.env['LAKEWARDEN_WORLDS'] === undefined ? [] : ['test/permissions/random-worlds.test.ts'];

export default defineConfig({
  // esbuild would drop the decorators' metadata.
  plugins: [swc.vite({ module: { type: 'es6' } })],
  // graphql ships twice, and two copies do not know each other's schemas: the one that Node itself would load.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'main',
          include: ['libs/**/*.test.ts', 'apps/**/*.test.ts', 'test/{e2e,permissions}/**/*.test.ts'],
        },
      },
      { extends: true, test: { name: 'clients', include: ['test/clients/**/*.test.ts'] } },
      { extends: true, test: { name: 'faults', include: ['test/faults/**/*.test.ts'] } },
      { extends: true, test: { name: 'fuzz', include: ['test/fuzz/**/*.test.ts', ...worlds] } },
    ],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
