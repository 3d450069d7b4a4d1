import { readSettings, rotateMasterKey } from '@lakewarden/server/maintenance';
import { Command } from 'commander';

export const rotateMasterKeyCommand = new Command('rotate-master-key')
  .description('seal every secret under a new master key; stop the servers first')
  .option('--json', 'for machines')
  .action(async ({ json }: { json?: boolean }) => {
    const { accessKeys, connections, signingKeys, webhooks, keptIn, newKey } = await rotateMasterKey(
      readSettings(process.env),
    );
    if (json === true) {
      process.stdout.write(
        `${JSON.stringify({ accessKeys, connections, signingKeys, webhooks, keptIn, newKey })}\n`,
      );
      return;
    }
    process.stdout.write(
      `Sealed again: ${String(accessKeys)} access keys, ${String(signingKeys)} signing keys, ` +
        `${String(connections)} connections, ${String(webhooks)} webhooks.\n` +
        (keptIn === undefined
          ? `Set this before the next start; the old key opens nothing any more:\nLAKEWARDEN_MASTER_KEY=${newKey ?? ''}\n`
          : `The new key is in ${keptIn}.\n`),
    );
  });
