import { type DatabaseRef, lookUpTable, type TableRef } from '@lakewarden/catalog';
import { principalByArn } from '@lakewarden/identity';
import {
  catalogArn,
  databaseArn,
  type Decision,
  defineRead,
  type GovernedResource,
  LakewardenError,
  type Permission,
  type ReadScope,
  type Resource,
  showsColumn,
  tableArn,
} from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { seesAll } from '../decision/caller-set.ts';
import { type Mask, shownCells } from '../decision/row-filter.ts';
import { describeResource } from '../decision/rule.ts';
import { catalogIdOf, resolveResource } from '../grant/granted-resource.ts';
import { type NearMiss, nearMissesOf } from './near-misses.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';

/** What one may ask about. */
export type ExplainedResource =
  | { readonly kind: 'Catalog'; readonly catalogId: string }
  | { readonly kind: 'Database'; readonly database: DatabaseRef }
  | { readonly kind: 'Table'; readonly table: TableRef };

export interface Explain {
  /** Absent: the caller himself. */
  readonly principal?: string | undefined;
  readonly permission: Permission;
  readonly resource: ExplainedResource;
}

/** What both gates say, and why (spec/permissions.md §12). */
export interface Explanation {
  readonly principal: string;
  readonly permission: Permission;
  /** As a person names it: `table sales.orders`. */
  readonly resource: string;
  /** Both gates allow. */
  readonly allowed: boolean;
  /** Gate 1 for the operation that the permission is needed for first. */
  readonly policies: { readonly action: string; readonly allowed: boolean; readonly refusal?: string };
  /** Gate 2: the decision itself. */
  readonly grants: Decision;
  /** Of a table: the names of the columns that are shown. */
  readonly columns?: readonly string[];
  /** Of SELECT on a table: the rows, where not every row is shown. */
  readonly rowFilter?: string;
  /** The columns that are not shown in all of these. */
  readonly masks?: readonly Mask[];
  /** Grants that would count, but for their time or their condition. */
  readonly nearMisses: readonly NearMiss[];
}

/** spec/permissions.md §9: the operation that asks for the permission first. */
const ACTIONS: Readonly<Record<ExplainedResource['kind'], Partial<Record<Permission, string>>>> = {
  Catalog: { CREATE_DATABASE: 'glue:CreateDatabase' },
  Database: {
    DESCRIBE: 'glue:GetDatabase',
    ALTER: 'glue:UpdateDatabase',
    DROP: 'glue:DeleteDatabase',
    CREATE_TABLE: 'glue:CreateTable',
  },
  Table: {
    DESCRIBE: 'glue:GetTable',
    SELECT: 'glue:GetTable',
    INSERT: 'glue:BatchCreatePartition',
    DELETE: 'glue:BatchDeletePartition',
    ALTER: 'glue:UpdateTable',
    DROP: 'glue:DeleteTable',
  },
};
const ANY_ACTION = 'glue:GetDatabases';

function arnsOf(scope: ReadScope, resource: ExplainedResource): Resource {
  const accountId = catalogIdOf(resource);
  const home = { region: scope.home.region, accountId };
  switch (resource.kind) {
    case 'Catalog':
      return { arn: catalogArn(home), accountId };
    case 'Database':
      return { arn: databaseArn(home, resource.database.name), accountId, within: [catalogArn(home)] };
    case 'Table': {
      const { database, name } = resource.table;
      return {
        arn: tableArn(home, database, name),
        accountId,
        within: [databaseArn(home, database), catalogArn(home)],
      };
    }
  }
}

async function policiesOf(theirs: ReadScope, resource: ExplainedResource, permission: Permission) {
  const action = ACTIONS[resource.kind][permission] ?? ANY_ACTION;
  try {
    await theirs.authorize(arnsOf(theirs, resource), action);
    return { action, allowed: true };
  } catch (error) {
    if (!(error instanceof LakewardenError) || error.code !== 'AccessDeniedException') throw error;
    return { action, allowed: false, refusal: error.message };
  }
}

/** What is shown of the table: its columns; where data is asked for, in which rows. */
async function shownOf(
  scope: ReadScope,
  ref: TableRef,
  permission: Permission,
  decision: Decision,
): Promise<Pick<Explanation, 'columns' | 'rowFilter' | 'masks'>> {
  const table = await lookUpTable(scope, ref);
  if (table === undefined || !decision.allowed) return { columns: [] };
  const names = [...(table.definition.StorageDescriptor?.Columns ?? []), ...table.partitionKeys].map(
    ({ Name }) => Name,
  );
  return {
    columns: names.filter((name) => showsColumn(decision.columns, name.toLowerCase())),
    ...(permission === 'SELECT' &&
      shownCells(
        decision.columns,
        names.map((name) => name.toLowerCase()),
      )),
  };
}

/**
 * What the resource is by ids. Who does not see the whole data lake hears the same of what is there and what is not.
 * @throws AccessDeniedException, EntityNotFoundException
 */
async function resolved(
  scope: ReadScope,
  resource: ExplainedResource,
  isAll: boolean,
): Promise<GovernedResource> {
  const { on } = await resolveResource(scope, resource).catch((error: unknown) => {
    if (isAll || !(error instanceof LakewardenError)) throw error;
    throw new LakewardenError(
      'AccessDeniedException',
      'Insufficient Lake Formation permission(s): Required DESCRIBE on the resource',
    );
  });
  if (isAll) return on;
  const seen = await scope.permissions.decide(scope, { permission: 'DESCRIBE', resource: on });
  if (on.type !== 'CATALOG' && !seen.allowed) {
    throw new LakewardenError(
      'AccessDeniedException',
      'Insufficient Lake Formation permission(s): Required DESCRIBE on the resource',
    );
  }
  return on;
}

/** A question that the asker may ask. */
export interface AdmittedQuestion extends Explain {
  readonly on: GovernedResource;
  readonly isHimself: boolean;
}

/**
 * Who administers or audits the data lake may ask about every principal of it; everybody else about himself alone.
 * @throws AccessDeniedException, EntityNotFoundException
 */
export async function admitQuestion(scope: ReadScope, asked: Explain): Promise<AdmittedQuestion> {
  const { principal, resource } = asked;
  const catalogId = catalogIdOf(resource);
  await authorizeLake(scope, catalogId);
  const own = await settingsOf(scope, scope.caller.accountId);
  const isAll = seesAll(scope.caller, catalogId, own);
  const names = [scope.caller.arn, scope.caller.grantee];
  const isHimself = principal === undefined || names.includes(principal);
  if (!isHimself && !isAll) {
    throw new LakewardenError(
      'AccessDeniedException',
      'Only an administrator of the data lake asks about others: leave the principal out to ask about yourself.',
    );
  }
  return { ...asked, on: await resolved(scope, resource, isAll), isHimself };
}

/** @throws EntityNotFoundException the principal */
export async function answerQuestion(
  scope: ReadScope,
  { principal, permission, resource, on, isHimself }: AdmittedQuestion,
): Promise<Explanation> {
  const theirs =
    isHimself || principal === undefined ? scope : scope.as(await principalByArn(scope, principal));
  return explanationOf(theirs, resource, on, permission);
}

/**
 * Why somebody may or may not do something: by the very code that decides.
 *
 * @throws AccessDeniedException about another, or about what the caller may not see
 * @throws EntityNotFoundException the principal, database or table
 */
export const explain = defineRead({
  action: 'lakeformation:ListPermissions',

  run: async (scope, asked: Explain): Promise<Explanation> =>
    answerQuestion(scope, await admitQuestion(scope, asked)),
});

/** Both gates for whoever the scope is of. */
export async function explanationOf(
  theirs: ReadScope,
  resource: ExplainedResource,
  on: GovernedResource,
  permission: Permission,
): Promise<Explanation> {
  const policies = await policiesOf(theirs, resource, permission);
  const grants = await theirs.permissions.decide(theirs, { permission, resource: on });
  return {
    principal: theirs.caller.arn,
    permission,
    resource: describeResource(on),
    allowed: policies.allowed && grants.allowed,
    policies,
    grants,
    nearMisses: await nearMissesOf(theirs, on, permission),
    ...(resource.kind === 'Table' && (await shownOf(theirs, resource.table, permission, grants))),
  };
}
