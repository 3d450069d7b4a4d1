import { writeFile } from 'node:fs/promises';

import { Command } from 'commander';
import { stringify } from 'yaml';
import { z } from 'zod';

import { connect } from '../graphql.ts';
import { urlOption } from '../server.ts';

const EXPORT = `query ($databases: [String!], $partitions: Boolean) {
  exportCatalog(databases: $databases, partitions: $partitions) { document }
}`;

interface ExportOptions {
  readonly url: string;
  readonly database: readonly string[];
  readonly partitions?: boolean;
  readonly output?: string;
  readonly json?: boolean;
}

export const exportCommand = new Command('export')
  .description(
    'print the catalog as YAML, for `lakewarden apply`: names in order, so that two exports can be compared',
  )
  .addOption(urlOption())
  .option(
    '--database <name>',
    'this database alone; may be repeated',
    (name: string, before: readonly string[]) => [...before, name],
    [],
  )
  .option('--partitions', 'with every partition')
  .option('-o, --output <file>', 'write it there')
  .option('--json', 'as JSON')
  .action(async ({ url, database, partitions, output, json }: ExportOptions) => {
    const ask = await connect(url);
    const shape = z.object({ exportCatalog: z.object({ document: z.unknown() }) });
    const { exportCatalog } = await ask(
      EXPORT,
      { databases: database.length === 0 ? null : database, partitions: partitions === true },
      shape,
    );
    const { document } = exportCatalog;
    const text =
      json === true
        ? `${JSON.stringify(document, undefined, 2)}\n`
        : // No anchors: an alias would tie two tables together that only happen to look alike.
          stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 });
    if (output === undefined) process.stdout.write(text);
    else await writeFile(output, text);
  });
