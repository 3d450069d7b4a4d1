// `npm run test:mutants`: what the tests in process kill of the permission decision (libs/permissions/README.md).
export default {
  mutate: [
    'libs/permissions/src/{decision,grant,condition}/**/*.ts',
    'libs/permissions/src/filter/{row-*,column-type,data-cells-filter}.ts',
    'libs/permissions/src/tag/{expression,reached,tag-grant,tag-lines,tag-permission}.ts',
    'libs/permissions/src/location/{location-path,refused-locations}.ts',
    '!libs/permissions/src/**/*.test.ts',
    // Their mutants are words of SQL; e2e tests hold them on a real PostgreSQL.
    '!libs/permissions/src/**/*.repository.ts',
  ],
  plugins: ['./test/mutants/runner.ts', './test/mutants/messages.ts'],
  testRunner: 'lake',
  ignorers: ['messages'],
  // Any test at all kills these; they would make the run longer, and the score better.
  mutator: { excludedMutations: ['ArrowFunction', 'ObjectLiteral'] },
  coverageAnalysis: 'perTest',
  // What is computed once, at load: each would take a process of its own, with every lake and every test anew.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: '.stryker/incremental.json',
  tempDirName: '.stryker/sandbox',
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: '.stryker/report.json' },
  clearTextReporter: { logTests: false, allowColor: false },
  concurrency: 1,
  timeoutMS: 60_000,
};
