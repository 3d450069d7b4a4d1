#!/usr/bin/env node
// The command's source is TypeScript that Node runs as it is. A Node that cannot hands over to the pinned one.
if (process.features.typescript) {
  await import('../src/main.ts');
} else {
  const { spawnSync } = await import('node:child_process');
  const { createRequire } = await import('node:module');
  const { fileURLToPath } = await import('node:url');
  const node = createRequire(import.meta.url).resolve('node/bin/node');
  const { status } = spawnSync(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}
