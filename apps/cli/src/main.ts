import { Command } from 'commander';

import { auditCommand } from './audit/audit.ts';
import { backupCommand, restoreCommand } from './backup.ts';
import { applyCommand } from './catalog-document/apply.ts';
import { exportCommand } from './catalog-document/export.ts';
import { explainCommand } from './explain.ts';
import { importCommand } from './import/import.ts';
import { rotateMasterKeyCommand } from './rotate-master-key.ts';
import { serveCommand } from './serve.ts';
import { tokenCommand } from './token.ts';
import { whatIfCommand } from './what-if.ts';
import { whoCanCommand } from './who-can.ts';

const program = new Command('lakewarden')
  .description('A data catalog and permissions server that AWS clients already speak to.')
  .addCommand(serveCommand)
  .addCommand(tokenCommand)
  .addCommand(explainCommand)
  .addCommand(whoCanCommand)
  .addCommand(whatIfCommand)
  .addCommand(auditCommand)
  .addCommand(importCommand)
  .addCommand(exportCommand)
  .addCommand(applyCommand)
  .addCommand(backupCommand)
  .addCommand(restoreCommand)
  .addCommand(rotateMasterKeyCommand);

try {
  await program.parseAsync();
} catch (error) {
  // One line for people; a stack is for bug reports.
  process.stderr.write(`lakewarden: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env['LAKEWARDEN_LOG_LEVEL'] === 'debug') throw error;
  process.exitCode = 1;
}
