export { type AccessKeyPair, newAccessKeyPair } from './access-key/access-key.ts';
export * from './account/accounts.ts';
export { authorizeByPolicies, type ResourcePolicyOf } from './policy/authorize.ts';
export { resourcePolicySet } from './policy/resource-policy-set.ts';
export { type AccessKeyHolder, findAccessKeyHolder } from './caller/principal.repository.ts';
export * from './caller/find-principal.ts';
export type { Group } from './group/group.ts';
export {
  type CreateGroup,
  createGroup,
  deleteGroup,
  type GetGroup,
  getGroup,
  type GroupWithMembers,
  type ListGroups,
  listGroups,
} from './group/groups.ts';
export * from './group/memberships.ts';
export type { ConditionOperator, PolicyCondition } from './policy/policy-condition.ts';
export * from './policy/policy-document.ts';
export type { Role } from './role/role.ts';
export * from './role/roles.ts';
export { attachments, boundaries } from './policy/attachments.ts';
export type { HolderName } from './policy/holder.ts';
export type { HolderKind } from './policy/holder.repository.ts';
export { inlinePolicies } from './policy/inline-policies.ts';
export type { InlinePolicyRow } from './policy/holder.repository.ts';
export { holderPages, type Told } from './policy/holder-page.ts';
export {
  listEntitiesForPolicy,
  listHoldersOfPolicy,
  listPolicies,
  policyVersionsPage,
} from './policy/list-policies.ts';
export * from './policy/policies.ts';
export type { Evaluation, EvaluationDecision, MatchedStatement } from './policy/simulate-policy.ts';
export { CONTEXT_KEY_TYPES, type ContextEntry } from './policy/simulation-context.ts';
export * from './policy/simulations.ts';
export type { Policy, PolicyVersion } from './policy/policy.ts';
export { type AssumedRole, assumeRole } from './session/assume-role.ts';
export { findSession, type FoundSession, refuseExpired } from './session/find-session.ts';
export { MasterKeys } from './secrets/master-keys.ts';
export { resealAll, type ResealedCounts } from './secrets/reseal.ts';
export { SEALED_COLUMNS, type SealedColumn, sealedContext } from './secrets/sealed.repository.ts';
export * from './token/login.ts';
export { hashPassword } from './token/passwords.ts';
export * from './token/tokens.ts';
export type { AccessKey, User } from './user/user.ts';
export {
  type CallerIdentity,
  type CreateAccessKey,
  createAccessKey,
  type CreatedAccessKey,
  type CreateUser,
  createUser,
  type DeleteAccessKey,
  deleteAccessKey,
  deleteUser,
  getCallerIdentity,
  getUser,
  listAccessKeys,
  type ListUsers,
  listUsers,
  type UpdateAccessKey,
  updateAccessKey,
  type UserName,
} from './user/users.ts';
export { isGrantee, listGrantees } from './caller/named-principal.ts';
export { principalByArn } from './caller/principal-by-arn.ts';
