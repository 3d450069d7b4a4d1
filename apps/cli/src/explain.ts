import { Command } from 'commander';
import { z } from 'zod';

import { resourceInput, type ResourceOptions, withResourceOptions } from './asked-resource.ts';
import { connect } from './graphql.ts';
import { urlOption } from './server.ts';
import { textTable } from './text-table.ts';

const EXPLAIN = `query ($input: ExplainInput!) {
  explain(input: $input) {
    principal permission resource allowed registration columns rowFilter masks { column shownWhere }
    nearMisses { why grant { principal permission resource condition validFrom validUntil } }
    policies { action allowed refusal }
    grants {
      allowed
      because { kind principal permission resource grantOption grantedBy at tags { expression matching } }
      missing { permission resource }
    }
  }
}`;

const explanation = z.object({
  principal: z.string(),
  permission: z.string(),
  resource: z.string(),
  allowed: z.boolean(),
  registration: z.string().nullable(),
  columns: z.array(z.string()).nullable(),
  rowFilter: z.string().nullable(),
  masks: z.array(z.object({ column: z.string(), shownWhere: z.string() })).nullable(),
  nearMisses: z.array(
    z.object({
      why: z.enum(['EXPIRED', 'NOT_YET_VALID', 'CONDITION']),
      grant: z.object({
        principal: z.string(),
        permission: z.string(),
        resource: z.string(),
        condition: z.string().nullable(),
        validFrom: z.string().nullable(),
        validUntil: z.string().nullable(),
      }),
    }),
  ),
  policies: z.object({ action: z.string(), allowed: z.boolean(), refusal: z.string().nullable() }),
  grants: z.object({
    allowed: z.boolean(),
    because: z.array(
      z.object({
        kind: z.string(),
        principal: z.string(),
        permission: z.string(),
        resource: z.string(),
        grantOption: z.boolean(),
        grantedBy: z.string().nullable(),
        at: z.string().nullable(),
        tags: z.object({ expression: z.string(), matching: z.array(z.string()) }).nullable(),
      }),
    ),
    missing: z.array(z.object({ permission: z.string(), resource: z.string() })),
  }),
});
type Explanation = z.output<typeof explanation>;

interface ExplainOptions extends ResourceOptions {
  readonly url: string;
  readonly principal?: string;
  readonly action: string;
  readonly json?: boolean;
}

/** `near miss: SELECT on table sales.orders, held by ...: valid from 2026-12-01T00:00:00.000Z`. */
function nearMissText({ why, grant }: Explanation['nearMisses'][number]): string {
  const held = `near miss: ${grant.permission} on ${grant.resource}, held by ${grant.principal}`;
  switch (why) {
    case 'EXPIRED':
      return `${held}: expired at ${grant.validUntil ?? ''}`;
    case 'NOT_YET_VALID':
      return `${held}: valid from ${grant.validFrom ?? ''}`;
    case 'CONDITION':
      return `${held}: its condition does not hold: ${grant.condition ?? ''}`;
  }
}

function asText({
  principal,
  permission,
  resource,
  allowed,
  registration,
  columns,
  rowFilter,
  masks,
  nearMisses,
  policies,
  grants,
}: Explanation): string {
  const lines = [`${principal} ${allowed ? 'may' : 'may not'} ${permission} ${resource}`];
  lines.push(
    policies.allowed
      ? `policies: ${policies.action} is allowed`
      : `policies: ${policies.refusal ?? 'not allowed'}`,
  );
  const missing = grants.missing.map((each) => `${each.permission} on ${each.resource}`).join(', ');
  lines.push(grants.allowed ? 'grants: allowed' : `grants: missing ${missing}`);
  if (registration !== null) lines.push(`registered: ${registration}`);
  if (columns !== null && columns.length > 0) lines.push(`columns: ${columns.join(', ')}`);
  if (rowFilter !== null) lines.push(`rows: ${rowFilter}`);
  for (const { column, shownWhere } of masks ?? []) lines.push(`${column}: where ${shownWhere}`);
  lines.push(...nearMisses.map(nearMissText));
  const because = grants.because.map((each) => [
    each.kind,
    `${each.permission}${each.grantOption ? ' with grant option' : ''}`,
    each.tags === null ? each.resource : `${each.resource} (carries ${each.tags.matching.join(', ')})`,
    each.principal,
    each.grantedBy ?? '',
    each.at ?? '',
  ]);
  const table =
    because.length === 0
      ? ''
      : textTable(['because', 'permission', 'on', 'held by', 'granted by', 'at'], because);
  return `${lines.join('\n')}\n${table}`;
}

export const explainCommand = withResourceOptions(
  new Command('explain')
    .description(
      'why a principal may or may not do something: both gates, the grants that count, what is missing',
    )
    .addOption(urlOption())
    .option('--principal <arn>', 'whom to ask about; yourself when left out')
    .requiredOption(
      '--action <permission>',
      'SELECT, DESCRIBE, ALTER, DROP, INSERT, DELETE, CREATE_TABLE, DATA_LOCATION_ACCESS, ASSOCIATE ...',
    ),
)
  .option('--json', 'as JSON')
  .action(async ({ url, principal, action, json, ...named }: ExplainOptions) => {
    const input = { principal, permission: action.toUpperCase(), ...resourceInput(named) };
    const ask = await connect(url);
    const answer = await ask(EXPLAIN, { input }, z.object({ explain: explanation }));
    process.stdout.write(
      json === true ? `${JSON.stringify(answer.explain, undefined, 2)}\n` : asText(answer.explain),
    );
  });
