import { fileURLToPath } from 'node:url';

import { Command } from 'commander';

export const serveCommand = new Command('serve')
  .description('serve, as `npm start` does; settings come from the environment')
  .action(async () => {
    // The start script's paths are the project's own.
    process.chdir(fileURLToPath(new URL('../../..', import.meta.url)));
    await import('../../../scripts/start.mjs');
  });
