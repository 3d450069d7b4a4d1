// `npm run test:mutants`: what the tests in process kill of the permission decision (libs/permissions/README.md).
export default {
  mutate: [
    'libs/permissions/src/{decision,grant}/**/*.ts',
    '!libs/permissions/src/**/*.test.ts',
    // Their mutants are words of SQL; e2e tests hold them on a real PostgreSQL.
    '!libs/permissions/src/**/*.repository.ts',
  ],
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutants.config.ts' },
  plugins: ['@stryker-mutator/vitest-runner'],
  coverageAnalysis: 'perTest',
  incremental: true,
  incrementalFile: '.stryker/incremental.json',
  tempDirName: '.stryker/sandbox',
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: '.stryker/report.json' },
  clearTextReporter: { logTests: false, allowColor: false },
  concurrency: 2,
  timeoutMS: 60_000,
};
