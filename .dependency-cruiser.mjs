export default {
  forbidden: [
    {
      name: 'libs-know-no-framework',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: 'node_modules/(@nestjs|fastify|mercurius|graphql)/' },
    },
    {
      name: 'only-repositories-touch-storage',
      severity: 'error',
      from: {
        path: '^(libs/(?!storage/)|apps/server/src/doors/)',
        pathNot: '\\.(repository|test)\\.ts$|operations\\.door\\.ts$',
      },
      to: { path: '^libs/storage/|node_modules/(@prisma|pg|@electric-sql)/' },
    },
    {
      name: 'doors-never-import-repositories',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '\\.repository\\.ts$' },
    },
    {
      name: 'libs-speak-through-index',
      severity: 'error',
      from: { path: '^(?:libs|apps)/([^/]+)/' },
      to: { path: '^libs/', pathNot: '^libs/$1/|^libs/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'kernel-knows-nothing',
      severity: 'error',
      from: { path: '^libs/kernel/' },
      to: { path: '^libs/(?!kernel/)' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: 'generated' },
      to: { circular: true, pathNot: 'generated' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'dist/|generated/' },
  },
};
