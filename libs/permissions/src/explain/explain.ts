import { principalByArn } from '@lakewarden/identity';
import {
  type Decision,
  defineRead,
  LakewardenError,
  type Permission,
  type ReadScope,
} from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { seesAll } from '../decision/caller-set.ts';
import { catalogIdOf } from '../grant/granted-resource.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';
import { type AskedThing, asTheRuleAsks, decideAsked, describeThing, resolveAsked } from './asked-thing.ts';
import { type ExplainedResource, gateOneOf, refuseUnaskable } from './explained-resource.ts';
import { type NearMiss, nearMissesOf } from './near-misses.ts';
import { type Shown, whatIsShown } from './shown.ts';

export interface Explain {
  /** Absent: the caller himself. */
  readonly principal?: string | undefined;
  readonly permission: Permission;
  readonly resource: ExplainedResource;
}

/** What both gates say, and why (spec/permissions.md §12). */
export interface Explanation extends Shown {
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
  /** Grants that would count, but for their time or their condition. */
  readonly nearMisses: readonly NearMiss[];
}

async function policiesOf(theirs: ReadScope, resource: ExplainedResource, permission: Permission) {
  const { action, on } = gateOneOf(theirs, resource, permission);
  try {
    await theirs.authorize(on, action);
    return { action, allowed: true };
  } catch (error) {
    if (!(error instanceof LakewardenError) || error.code !== 'AccessDeniedException') throw error;
    return { action, allowed: false, refusal: error.message };
  }
}

/** What takes somebody to know that the thing is there. */
async function isSeen(scope: ReadScope, thing: AskedThing): Promise<boolean> {
  const [on] = thing.on;
  switch (thing.resource.kind) {
    case 'Catalog':
      return true;
    case 'DataLocation':
      return (await decideAsked(scope, thing, 'DATA_LOCATION_ACCESS')).allowed;
    case 'TableWildcard': {
      // All tables of a database are there with it.
      if (on.type !== 'TABLE') return false;
      const { catalogId, databaseId, database } = on;
      const resource = { type: 'DATABASE', catalogId, databaseId, database } as const;
      return (await scope.permissions.decide(scope, { permission: 'DESCRIBE', resource })).allowed;
    }
    case 'Database':
    case 'Table':
    case 'TableWithColumns':
    case 'DataCellsFilter':
    case 'LFTag':
    case 'LFTagExpression':
      return (await decideAsked(scope, thing, 'DESCRIBE')).allowed;
  }
}

/**
 * What the resource is by ids. Who does not see the whole data lake hears the same of what is there and what is not.
 * @throws AccessDeniedException, EntityNotFoundException
 */
async function resolved(scope: ReadScope, resource: ExplainedResource, isAll: boolean): Promise<AskedThing> {
  const unseen = new LakewardenError(
    'AccessDeniedException',
    'Insufficient Lake Formation permission(s): Required DESCRIBE on the resource',
  );
  const thing = await resolveAsked(scope, resource).catch((error: unknown) => {
    if (isAll || !(error instanceof LakewardenError)) throw error;
    throw unseen;
  });
  if (isAll || (await isSeen(scope, thing))) return thing;
  throw unseen;
}

/** A question that the asker may ask. */
export interface AdmittedQuestion extends Explain {
  readonly thing: AskedThing;
  readonly isHimself: boolean;
}

/**
 * Who administers or audits the data lake may ask about every principal of it; everybody else about himself alone.
 * @throws InvalidInputException the permission is none of the resource's
 * @throws AccessDeniedException, EntityNotFoundException
 */
export async function admitQuestion(scope: ReadScope, asked: Explain): Promise<AdmittedQuestion> {
  const { principal, permission, resource } = asked;
  const catalogId = catalogIdOf(resource);
  await authorizeLake(scope, catalogId);
  refuseUnaskable(resource, permission);
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
  return { ...asked, thing: await resolved(scope, resource, isAll), isHimself };
}

/** @throws EntityNotFoundException the principal */
export async function answerQuestion(
  scope: ReadScope,
  { principal, permission, thing, isHimself }: AdmittedQuestion,
): Promise<Explanation> {
  const theirs =
    isHimself || principal === undefined ? scope : scope.as(await principalByArn(scope, principal));
  return explanationOf(theirs, thing, permission);
}

/**
 * Why somebody may or may not do something: by the very code that decides.
 *
 * @throws AccessDeniedException about another, or about what the caller may not see
 * @throws EntityNotFoundException the principal, or what is asked about
 * @throws InvalidInputException the permission is none of the resource's
 */
export const explain = defineRead({
  action: 'lakeformation:ListPermissions',

  run: async (scope, asked: Explain): Promise<Explanation> =>
    answerQuestion(scope, await admitQuestion(scope, asked)),
});

/** Both gates for whoever the scope is of. */
export async function explanationOf(
  theirs: ReadScope,
  named: AskedThing,
  permission: Permission,
): Promise<Explanation> {
  const thing = asTheRuleAsks(named, permission);
  const policies = await policiesOf(theirs, thing.resource, permission);
  const grants = await decideAsked(theirs, thing, permission);
  return {
    principal: theirs.caller.arn,
    permission,
    resource: describeThing(thing),
    allowed: policies.allowed && grants.allowed,
    policies,
    grants,
    nearMisses: await nearMissesOf(theirs, thing, permission),
    ...(await whatIsShown(theirs, thing, permission, grants)),
  };
}
