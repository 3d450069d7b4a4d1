import { Command } from 'commander';
import { z } from 'zod';

import { resourceInput, type ResourceOptions, withResourceOptions } from './asked-resource.ts';
import { connect } from './graphql.ts';
import { startProgress } from './progress.ts';
import { urlOption } from './server.ts';
import { textTable } from './text-table.ts';

const WHO_CAN = `query ($input: WhoCanInput!, $after: String) {
  whoCan(input: $input, first: 100, after: $after) {
    edges { node { principal columns grants { because { kind principal permission resource grantedBy at } } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const found = z.object({
  principal: z.string(),
  columns: z.array(z.string()).nullable(),
  grants: z.object({
    because: z.array(
      z.object({
        kind: z.string(),
        principal: z.string(),
        permission: z.string(),
        resource: z.string(),
        grantedBy: z.string().nullable(),
        at: z.string().nullable(),
      }),
    ),
  }),
});
const page = z.object({
  whoCan: z.object({
    edges: z.array(z.object({ node: found })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

interface WhoCanOptions extends ResourceOptions {
  readonly url: string;
  readonly action: string;
  readonly json?: boolean;
}

/** Every page of it. */
async function askAll({ url, action, ...named }: WhoCanOptions): Promise<z.output<typeof found>[]> {
  const input = { permission: action.toUpperCase(), ...resourceInput(named) };
  const ask = await connect(url);
  const progress = startProgress('who-can');
  const all: z.output<typeof found>[] = [];
  try {
    for (let after: string | null = null; ;) {
      const { whoCan }: z.output<typeof page> = await ask(WHO_CAN, { input, after }, page);
      all.push(...whoCan.edges.map(({ node }) => node));
      progress.update(all.length, all.length, 'principals');
      if (!whoCan.pageInfo.hasNextPage) return all;
      after = whoCan.pageInfo.endCursor;
    }
  } finally {
    progress.stop();
  }
}

export const whoCanCommand = withResourceOptions(
  new Command('who-can')
    .description('the users and roles whom both gates allow something, and why')
    .addOption(urlOption())
    .requiredOption(
      '--action <permission>',
      'SELECT, DESCRIBE, ALTER, DROP, INSERT, DELETE, CREATE_TABLE, DATA_LOCATION_ACCESS, ASSOCIATE ...',
    ),
)
  .option('--json', 'as JSON')
  .action(async (options: WhoCanOptions) => {
    const all = await askAll(options);
    if (options.json === true) {
      process.stdout.write(`${JSON.stringify(all, undefined, 2)}\n`);
      return;
    }
    const rows = all.map(({ principal, grants: { because } }) => {
      const [first] = because;
      return [
        principal,
        first === undefined ? '' : `${first.kind} ${first.permission} on ${first.resource}`,
        first?.principal ?? '',
        first?.grantedBy ?? '',
        first?.at ?? '',
      ];
    });
    process.stdout.write(textTable(['principal', 'because', 'held by', 'granted by', 'at'], rows));
  });
