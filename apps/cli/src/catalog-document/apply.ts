import { Command } from 'commander';
import { z } from 'zod';

import { type Ask, connect, Refusal } from '../graphql.ts';
import { urlOption } from '../server.ts';
import { type DocumentFile, readDocumentFile } from './document-file.ts';
import { type Plan, plan, planText, summary } from './plan-text.ts';

const FIELDS = 'base changes { action kind database table index values members { path before after } }';
const PLAN = `query ($input: PlanCatalogInput!) { planCatalog(input: $input) { ${FIELDS} } }`;
const APPLY = `mutation ($input: ApplyCatalogInput!) { applyCatalog(input: $input) { base changes { action } } }`;

interface ApplyOptions {
  readonly url: string;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly json?: boolean;
}

async function makePlan(ask: Ask, file: DocumentFile, input: object): Promise<Plan> {
  try {
    return (await ask(PLAN, { input }, z.object({ planCatalog: plan }))).planCatalog;
  } catch (error) {
    // The server names the place in the document; people look for it in the file.
    if (error instanceof Refusal && error.reason.startsWith('at /')) {
      throw new Error(file.located(error.reason), { cause: error });
    }
    throw error;
  }
}

export const applyCommand = new Command('apply')
  .description('make the catalog what FILE says, all of it or nothing; prints first what that changes')
  .argument('<file>')
  .addOption(urlOption())
  .option('--dry-run', 'print the plan and do nothing')
  .option('--prune', 'delete what the file does not name')
  .option('--json', 'for machines')
  .action(async (path: string, { url, dryRun, prune, json }: ApplyOptions) => {
    const file = await readDocumentFile(path);
    const ask = await connect(url);
    const input = { document: file.content, prune: prune === true };
    const planned = await makePlan(ask, file, input);
    const isEmpty = planned.changes.length === 0;
    if (json !== true) process.stdout.write(isEmpty ? 'No changes.\n' : planText(planned));
    const isApplied = dryRun !== true && !isEmpty;
    if (isApplied) {
      await ask(APPLY, { input: { ...input, base: planned.base } }, z.looseObject({}));
    }
    if (json === true) process.stdout.write(`${JSON.stringify({ ...planned, isApplied })}\n`);
    else if (!isEmpty) process.stdout.write(`${isApplied ? 'Applied' : 'Plan'}: ${summary(planned)}.\n`);
  });
