import { principalByArn } from '@lakewarden/identity';
import {
  defineRead,
  LakewardenError,
  type Page,
  type PageRequest,
  type Permission,
  type ReadScope,
} from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { allIamPrincipalsOf, IAM_ALLOWED_PRINCIPALS } from '../decision/caller-set.ts';
import { catalogIdOf } from '../grant/granted-resource.ts';
import { isHybrid } from '../hybrid/hybrid-access.ts';
import { seesLake } from '../sees-lake.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';
import { resolveAsked } from './asked-thing.ts';
import { type Explanation, explanationOf } from './explain.ts';
import { type ExplainedResource, refuseUnaskable } from './explained-resource.ts';
import { listCandidates } from './who-can.repository.ts';

/** One page looks at so many names at the most; a shorter page may have a next one. */
const MAX_LOOKED_AT = 500;

export interface WhoCan extends PageRequest {
  readonly permission: Permission;
  readonly resource: ExplainedResource;
}

/** @throws AccessDeniedException */
export async function requireLakeSeen(scope: ReadScope, catalogId: string): Promise<void> {
  await authorizeLake(scope, catalogId);
  if (await seesLake(scope, catalogId)) return;
  throw new LakewardenError(
    'AccessDeniedException',
    'Only an administrator of the data lake, read-only or not, asks about others.',
  );
}

/** Undefined: no longer there, though grants or settings still name him. */
async function explained(
  scope: ReadScope,
  arn: string,
  decideFor: (theirs: ReadScope) => Promise<Explanation>,
): Promise<Explanation | undefined> {
  try {
    return await decideFor(scope.as(await principalByArn(scope, arn)));
  } catch (error) {
    if (error instanceof LakewardenError && error.code === 'EntityNotFoundException') return undefined;
    throw error;
  }
}

/**
 * The users and roles whom both gates allow it, by ARN, each with the reasons: the decision is asked as each of them. A
 * group is told by its members. What a policy allows only under conditions is asked as from this request.
 *
 * @throws AccessDeniedException the caller does not administer the lake
 * @throws EntityNotFoundException what is asked about
 * @throws InvalidInputException the permission is none of the resource's
 */
export const whoCan = defineRead({
  action: 'lakeformation:ListPermissions',

  async run(scope, { permission, resource, limit, token }: WhoCan): Promise<Page<Explanation>> {
    const catalogId = catalogIdOf(resource);
    await requireLakeSeen(scope, catalogId);
    refuseUnaskable(resource, permission);
    const thing = await resolveAsked(scope, resource);
    const [on] = thing.on;
    const question = ['WhoCan', permission, thing.on, thing.columns, scope.caller.arn];
    let after = token === undefined ? '' : scope.tokens.open(question, token).toString();
    const { admins, readOnlyAdmins } = await settingsOf(scope, catalogId);
    const everyone = [IAM_ALLOWED_PRINCIPALS, allIamPrincipalsOf(catalogId)];
    const isForAll = await isHybrid(scope, on);
    const issue = (arn: string): string => scope.tokens.issue(question, Buffer.from(arn));
    const found: { readonly arn: string; readonly explanation: Explanation }[] = [];
    let hasMore = true;
    for (let lookedAt = 0; hasMore && lookedAt < MAX_LOOKED_AT && found.length < limit;) {
      const wanted = limit - found.length;
      const named = [...admins, ...readOnlyAdmins];
      const candidates = await listCandidates(scope.tx, on, { everyone, named, isForAll }, after, wanted + 1);
      hasMore = candidates.length > wanted;
      for (const arn of candidates.slice(0, wanted)) {
        const explanation = await explained(scope, arn, (theirs) => explanationOf(theirs, thing, permission));
        if (explanation?.allowed === true)
          found.push({ arn, explanation: { ...explanation, principal: arn } });
        after = arn;
        lookedAt += 1;
      }
    }
    const cursorAt = (index: number): string => {
      const item = found[index];
      if (item === undefined) throw new RangeError(`the page has no item ${String(index)}`);
      return issue(item.arn);
    };
    const items = found.map(({ explanation }) => explanation);
    return hasMore ? { items, cursorAt, next: issue(after) } : { items, cursorAt };
  },
});
