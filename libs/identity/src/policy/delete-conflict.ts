import { LakewardenError, type ReadScope } from '@lakewarden/kernel';

import { countAttached, type HolderKind, listInlinePolicies } from './holder.repository.ts';

/** As in IAM: what policies hang on is not deleted under them. @throws DeleteConflictException */
export async function refuseWithPolicies(scope: ReadScope, id: string, kind: HolderKind): Promise<void> {
  if ((await listInlinePolicies(scope.tx, [id])).length > 0) {
    throw new LakewardenError('DeleteConflictException', 'Cannot delete entity, must delete policies first.');
  }
  if ((await countAttached(scope.tx, kind, id)) > 0) {
    throw new LakewardenError(
      'DeleteConflictException',
      'Cannot delete entity, must detach all policies first.',
    );
  }
}
