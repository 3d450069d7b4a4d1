import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

import { Command } from 'commander';
import { z } from 'zod';

import { connect } from './graphql.ts';
import { urlOption } from './server.ts';
import { textTable } from './text-table.ts';

const ANSWER = `principal permission resource allowed columns rowFilter
  policies { action allowed refusal }
  grants { allowed because { kind principal permission resource grantedBy } missing { permission resource } }`;
const WHAT_IF = `query ($input: WhatIfInput!) {
  whatIf(input: $input) { before { ${ANSWER} } after { ${ANSWER} } }
}`;

const explanation = z.object({
  principal: z.string(),
  permission: z.string(),
  resource: z.string(),
  allowed: z.boolean(),
  columns: z.array(z.string()).nullable(),
  rowFilter: z.string().nullable(),
  policies: z.object({ action: z.string(), allowed: z.boolean(), refusal: z.string().nullable() }),
  grants: z.object({
    allowed: z.boolean(),
    because: z.array(
      z.object({
        kind: z.string(),
        principal: z.string(),
        permission: z.string(),
        resource: z.string(),
        grantedBy: z.string().nullable(),
      }),
    ),
    missing: z.array(z.object({ permission: z.string(), resource: z.string() })),
  }),
});
type Explanation = z.output<typeof explanation>;
const answers = z.object({
  whatIf: z.array(z.object({ before: explanation, after: explanation })),
});

/** What the server takes, by its own names; it says itself what of a change or a question is wrong. */
const trial = z.strictObject({
  changes: z.array(
    z.looseObject({
      kind: z.string(),
      policy: z
        .looseObject({
          // In a file of JSON a document is written as JSON.
          document: z
            .unknown()
            .transform((given) =>
              typeof given === 'object' && given !== null ? JSON.stringify(given) : given,
            )
            .optional(),
        })
        .optional(),
    }),
  ),
  questions: z.array(z.looseObject({ permission: z.string() })).min(1),
});

interface WhatIfOptions {
  readonly url: string;
  readonly file: string;
  readonly json?: boolean;
}

/** @throws Error it cannot be read, or holds something else; with the place */
async function readTrial(file: string): Promise<z.output<typeof trial>> {
  const name = file === '-' ? 'standard input' : file;
  const written = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch (cause) {
    throw new Error(`${name} is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  const read = trial.safeParse(value);
  if (read.success) return read.data;
  const [fault] = read.error.issues;
  const place = fault === undefined || fault.path.length === 0 ? 'it' : fault.path.join('.');
  throw new Error(
    `${name} holds { "changes": [...], "questions": [...] }; ${place}: ${fault?.message ?? 'not understood'}`,
    { cause: read.error },
  );
}

/** `yes: id, mail where (region = 'eu')`, `no: grants`. */
function verdict({ allowed, columns, rowFilter, policies, grants }: Explanation): string {
  if (!allowed) {
    const by = [...(policies.allowed ? [] : ['policies']), ...(grants.allowed ? [] : ['grants'])];
    return `no: ${by.join(' and ')}`;
  }
  const shown = columns === null ? '' : `: ${columns.join(', ')}`;
  return `yes${shown}${rowFilter === null ? '' : ` where ${rowFilter}`}`;
}

const plural = (count: number, one: string): string => `${String(count)} ${one}${count === 1 ? '' : 's'}`;

function asText(tried: z.output<typeof answers>['whatIf'], changes: number): string {
  const rows = tried.map(({ before, after }) => {
    const [was, would] = [verdict(before), verdict(after)];
    return [was === would ? '' : '*', after.principal, after.permission, after.resource, was, would];
  });
  const changed = rows.filter(([mark]) => mark === '*').length;
  return (
    `${plural(changes, 'change')} tried and undone; ${String(changed)} of ${plural(rows.length, 'answer')} would change.\n` +
    textTable(['', 'principal', 'permission', 'on', 'now', 'then'], rows)
  );
}

export const whatIfCommand = new Command('what-if')
  .description(
    'what would be allowed if grants, settings, policies or groups were changed: nothing is changed',
  )
  .addOption(urlOption())
  .requiredOption('--file <path>', 'JSON: { "changes": [...], "questions": [...] }; - for standard input')
  .option('--json', 'as JSON')
  .addHelpText(
    'after',
    `
Example of a file (changes: GRANT, REVOKE, UPDATE_SETTINGS, ATTACH_POLICY, DETACH_POLICY, PUT_INLINE_POLICY,
DELETE_INLINE_POLICY, PUT_PERMISSIONS_BOUNDARY, DELETE_PERMISSIONS_BOUNDARY, ADD_USER_TO_GROUP, REMOVE_USER_FROM_GROUP,
with the members of GraphQL's TriedChangeInput; questions with those of ExplainInput):

  {
    "changes": [
      { "kind": "GRANT", "entry": {
          "principal": "arn:aws:iam::111122223333:user/ann", "permissions": ["SELECT"],
          "resource": { "database": "sales", "table": "orders", "exceptColumns": ["mail"] } } }
    ],
    "questions": [
      { "principal": "arn:aws:iam::111122223333:user/ann", "permission": "SELECT", "database": "sales", "table": "orders" }
    ]
  }`,
  )
  .action(async ({ url, file, json }: WhatIfOptions) => {
    const input = await readTrial(file);
    const ask = await connect(url);
    const { whatIf } = await ask(WHAT_IF, { input }, answers);
    process.stdout.write(
      json === true ? `${JSON.stringify(whatIf, undefined, 2)}\n` : asText(whatIf, input.changes.length),
    );
  });
