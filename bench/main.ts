// `npm run bench` measures what a user feels; `npm run bench -- --scale` what it becomes with millions of partitions.
if (process.argv.includes('--scale')) {
  await import('./scale.bench.ts');
} else {
  await import('./partitions.bench.ts');
  await import('./hot-paths.bench.ts');
  await import('./replicas.bench.ts');
  await import('./permissions.bench.ts');
}
