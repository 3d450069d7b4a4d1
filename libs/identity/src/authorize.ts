import { type Authorize, LakewardenError } from '@lakewarden/kernel';

/**
 * The seam where permissions will decide. Until they do: an administrator of the account that owns the resource may do
 * everything, everybody else nothing.
 */
export const authorizeAdministrators: Authorize = (caller, action, resource) => {
  if (caller.isAccountAdministrator && caller.accountId === resource.accountId) return;
  throw new LakewardenError(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource.arn}`,
  );
};
