import {
  addUserToGroup,
  attachments,
  boundaries,
  findPrincipal,
  type HolderName,
  inlinePolicies,
  type Membership,
  removeUserFromGroup,
} from '@lakewarden/identity';
import { invalid, type WriteScope, type WriteUseCase } from '@lakewarden/kernel';

import { type GrantEntry, grantPermissions } from '../grant/grant-permissions.ts';
import { catalogIdOf } from '../grant/granted-resource.ts';
import { revokePermissions } from '../grant/revoke-permissions.ts';
import { updateDataLakeSettings, type UpdateDataLakeSettings } from '../settings/put-data-lake-settings.ts';

interface PolicyChange {
  readonly holder: HolderName & { readonly accountId: string };
}

interface BoundaryChange {
  readonly holder: PolicyChange['holder'] & { readonly kind: 'user' | 'role' };
}

/** What may be tried. */
export type TriedChange =
  | { readonly kind: 'GRANT' | 'REVOKE'; readonly entry: GrantEntry }
  | { readonly kind: 'UPDATE_SETTINGS'; readonly settings: UpdateDataLakeSettings }
  | (PolicyChange & { readonly kind: 'ATTACH_POLICY' | 'DETACH_POLICY'; readonly policyArn: string })
  | (PolicyChange & {
      readonly kind: 'PUT_INLINE_POLICY';
      readonly name: string;
      readonly document: string;
    })
  | (PolicyChange & { readonly kind: 'DELETE_INLINE_POLICY'; readonly name: string })
  | (BoundaryChange & { readonly kind: 'PUT_PERMISSIONS_BOUNDARY'; readonly policyArn: string })
  | (BoundaryChange & { readonly kind: 'DELETE_PERMISSIONS_BOUNDARY' })
  | {
      readonly kind: 'ADD_USER_TO_GROUP' | 'REMOVE_USER_FROM_GROUP';
      readonly membership: Membership & { readonly accountId: string };
    };

/** Whose data lake it changes; of a policy or a group, whose account. */
export const ownerOf = (change: TriedChange): string => {
  switch (change.kind) {
    case 'GRANT':
    case 'REVOKE':
      return catalogIdOf(change.entry.resource);
    case 'UPDATE_SETTINGS':
      return change.settings.catalogId;
    case 'ATTACH_POLICY':
    case 'DETACH_POLICY':
    case 'PUT_INLINE_POLICY':
    case 'DELETE_INLINE_POLICY':
    case 'PUT_PERMISSIONS_BOUNDARY':
    case 'DELETE_PERMISSIONS_BOUNDARY':
      return change.holder.accountId;
    case 'ADD_USER_TO_GROUP':
    case 'REMOVE_USER_FROM_GROUP':
      return change.membership.accountId;
  }
};

/** As if it were meant: gate 1 is asked for the change's own action. */
function make<Command, Answer>(
  scope: WriteScope,
  useCase: WriteUseCase<Command, Answer>,
  command: Command,
): Promise<Answer> {
  const asItself: WriteScope = {
    ...scope,
    authorize: (resource, asked = useCase.action) => scope.authorize(resource, asked),
  };
  return useCase.run(asItself, command);
}

/**
 * A change of policies or groups, and the caller by those that he has then: the next change is asked of them, as it would be of his
 * next request.
 * @throws InvalidInputException his session is narrowed by policies that only his credentials hold
 */
async function makeOfPolicy<Command>(
  scope: WriteScope,
  useCase: WriteUseCase<Command, void>,
  command: Command,
): Promise<WriteScope> {
  const { accountId, principalId, session } = scope.caller;
  if (session?.isNarrowed === true) {
    throw invalid('Changes of policies are not tried in a session that session policies narrow.');
  }
  await make(scope, useCase, command);
  const found = await findPrincipal.run(scope, { accountId, principalId });
  const { caller, authorize } = scope.as({ ...found, session });
  return { ...scope, caller, authorize };
}

/**
 * Makes one change, by the use case that makes it for real, and is refused as that would be.
 * @returns the scope for what comes next
 */
export async function tryChange(scope: WriteScope, change: TriedChange): Promise<WriteScope> {
  switch (change.kind) {
    case 'GRANT':
      await make(scope, grantPermissions, change.entry);
      return scope;
    case 'REVOKE':
      await make(scope, revokePermissions, change.entry);
      return scope;
    case 'UPDATE_SETTINGS':
      await make(scope, updateDataLakeSettings, change.settings);
      return scope;
    case 'ATTACH_POLICY':
      return makeOfPolicy(scope, attachments[change.holder.kind].attach, change);
    case 'DETACH_POLICY':
      return makeOfPolicy(scope, attachments[change.holder.kind].detach, change);
    case 'PUT_INLINE_POLICY':
      return makeOfPolicy(scope, inlinePolicies[change.holder.kind].put, change);
    case 'DELETE_INLINE_POLICY':
      return makeOfPolicy(scope, inlinePolicies[change.holder.kind].delete, change);
    case 'PUT_PERMISSIONS_BOUNDARY':
      return makeOfPolicy(scope, boundaries[change.holder.kind].put, change);
    case 'DELETE_PERMISSIONS_BOUNDARY':
      return makeOfPolicy(scope, boundaries[change.holder.kind].delete, change);
    case 'ADD_USER_TO_GROUP':
      return makeOfPolicy(scope, addUserToGroup, change.membership);
    case 'REMOVE_USER_FROM_GROUP':
      return makeOfPolicy(scope, removeUserFromGroup, change.membership);
  }
}
