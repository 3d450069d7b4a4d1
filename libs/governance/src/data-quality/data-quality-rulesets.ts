import { createHash } from 'node:crypto';

import { tagNew, type Tags, untagDeleted } from '@lakewarden/catalog';
import {
  alreadyExists,
  type Change,
  dataQualityRulesetArn,
  defineRead,
  defineWrite,
  LakewardenError,
  notFound,
  type Page,
  type PageRequest,
  type ReadScope,
  toPage,
} from '@lakewarden/kernel';

import type { DataQualityRuleset, RulesetFilter, TargetTable } from './data-quality-ruleset.ts';
import {
  deleteRulesetRow,
  findByClientToken,
  findRuleset,
  insertRuleset,
  listRulesetRows,
  replaceRuleset,
} from './data-quality-ruleset.repository.ts';
import { parseRuleset } from './dqdl/parse.ts';

/** Rulesets have no CatalogId: they are the caller's account's. */
const authorize = ({ authorize: ask, caller, home }: ReadScope, name: string): Promise<void> =>
  ask({ arn: dataQualityRulesetArn(home, name), accountId: caller.accountId });

const rulesetChange = ({ accountId, id }: DataQualityRuleset): Change => ({
  accountId,
  kind: 'data-quality-ruleset',
  subjectId: id,
});

async function requireRuleset(scope: ReadScope, name: string, lock = false): Promise<DataQualityRuleset> {
  const found = await findRuleset(scope.tx, scope.caller.accountId, name, lock);
  if (found === undefined) throw notFound(`Data quality ruleset ${name} not found.`);
  return found;
}

export interface CreateDataQualityRuleset {
  readonly name: string;
  readonly description?: string | undefined;
  readonly ruleset: string;
  readonly targetTable?: TargetTable | undefined;
  readonly securityConfiguration?: string | undefined;
  readonly tags?: Tags | undefined;
  /** The same token with the same request makes nothing twice, and is answered as the first time. */
  readonly clientToken?: string | undefined;
}

/** Of what was asked for, whatever the order of its members. */
const requestHash = ({ tags, targetTable, ...command }: CreateDataQualityRuleset): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        command.name,
        command.description,
        command.ruleset,
        command.securityConfiguration,
        targetTable && [targetTable.CatalogId, targetTable.DatabaseName, targetTable.TableName],
        Object.entries(tags ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
      ]),
    )
    .digest('hex');

/** @returns the name, when the token has made this very ruleset before */
async function repeated(scope: ReadScope, command: CreateDataQualityRuleset): Promise<string | undefined> {
  if (command.clientToken === undefined) return undefined;
  const made = await findByClientToken(scope.tx, scope.caller.accountId, command.clientToken);
  if (made === undefined) return undefined;
  if (made.requestHash !== requestHash(command)) {
    throw new LakewardenError(
      'IdempotentParameterMismatchException',
      `The client token was used before, for another request: it made ${made.name}.`,
    );
  }
  return made.name;
}

/**
 * @returns its name
 * @throws AlreadyExistsException; IdempotentParameterMismatchException; InvalidInputException the ruleset does not parse
 */
export const createDataQualityRuleset = defineWrite({
  action: 'glue:CreateDataQualityRuleset',

  async run(scope, command: CreateDataQualityRuleset): Promise<string> {
    await authorize(scope, command.name);
    const { rules } = parseRuleset(command.ruleset);
    const before = await repeated(scope, command);
    if (before !== undefined) return before;
    const made: DataQualityRuleset = {
      id: scope.newId<'DataQualityRuleset'>(),
      accountId: scope.caller.accountId,
      name: command.name,
      description: command.description,
      ruleset: command.ruleset,
      ruleCount: rules.length,
      targetTable: command.targetTable,
      securityConfiguration: command.securityConfiguration,
      createdAt: scope.now,
      updatedAt: scope.now,
    };
    if (!(await insertRuleset(scope.tx, made, command.clientToken, requestHash(command)))) {
      // Another request was quicker: with this very token, or with the name alone.
      const meanwhile = await repeated(scope, command);
      if (meanwhile !== undefined) return meanwhile;
      throw alreadyExists(`Data quality ruleset ${command.name} already exists.`);
    }
    await tagNew(scope, { kind: 'dataQualityRuleset', id: made.id }, command.tags);
    scope.changed(rulesetChange(made));
    return made.name;
  },
});

/** @throws EntityNotFoundException */
export const getDataQualityRuleset = defineRead({
  action: 'glue:GetDataQualityRuleset',

  async run(scope, { name }: { readonly name: string }): Promise<DataQualityRuleset> {
    await authorize(scope, name);
    return requireRuleset(scope, name);
  },
});

export interface ListDataQualityRulesets extends PageRequest {
  readonly filter: RulesetFilter;
}

/** By name. */
export const listDataQualityRulesets = defineRead({
  action: 'glue:ListDataQualityRulesets',

  async run(scope, { filter, limit, token }: ListDataQualityRulesets): Promise<Page<DataQualityRuleset>> {
    await authorize(scope, '*');
    const { accountId, arn } = scope.caller;
    const question = ['ListDataQualityRulesets', filter, accountId, arn];
    const after = token === undefined ? '' : scope.tokens.open(question, token).toString();
    const rows = await listRulesetRows(scope.tx, accountId, filter, after, limit + 1);
    return toPage(rows, limit, ({ name }) => scope.tokens.issue(question, Buffer.from(name)));
  },
});

export interface UpdateDataQualityRuleset {
  readonly name: string;
  readonly description?: string | undefined;
  readonly ruleset?: string | undefined;
}

/** What is not given stays as it is. @throws EntityNotFoundException; InvalidInputException it does not parse */
export const updateDataQualityRuleset = defineWrite({
  action: 'glue:UpdateDataQualityRuleset',

  async run(scope, command: UpdateDataQualityRuleset): Promise<DataQualityRuleset> {
    await authorize(scope, command.name);
    const parsed = command.ruleset === undefined ? undefined : parseRuleset(command.ruleset);
    const current = await requireRuleset(scope, command.name, true);
    const changed: DataQualityRuleset = {
      ...current,
      description: command.description ?? current.description,
      ruleset: command.ruleset ?? current.ruleset,
      ruleCount: parsed?.rules.length ?? current.ruleCount,
      updatedAt: scope.now,
    };
    await replaceRuleset(scope.tx, changed);
    scope.changed(rulesetChange(changed));
    return changed;
  },
});

/** @throws EntityNotFoundException */
export const deleteDataQualityRuleset = defineWrite({
  action: 'glue:DeleteDataQualityRuleset',

  async run(scope, { name }: { readonly name: string }): Promise<void> {
    await authorize(scope, name);
    const found = await requireRuleset(scope, name, true);
    await deleteRulesetRow(scope.tx, found.id);
    await untagDeleted(scope, 'dataQualityRuleset', [found.id]);
    scope.changed(rulesetChange(found));
  },
});
