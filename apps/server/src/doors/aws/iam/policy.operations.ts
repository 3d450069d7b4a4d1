import { encodeRfc3986 } from '@lakewarden/aws-wire';
import {
  type AnyPolicy,
  attachments,
  boundaries,
  createPolicy,
  createPolicyVersion,
  deletePolicy,
  deletePolicyVersionOf,
  getPolicy,
  getPolicyVersion,
  type HolderKind,
  inlinePolicies,
  listEntitiesForPolicy,
  listPolicies,
  listPolicyVersionsOf,
  type PolicyVersion,
  setDefaultPolicyVersion,
} from '@lakewarden/identity';
import { policyArn } from '@lakewarden/kernel';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import {
  groupName,
  listingByPath,
  pageOf,
  pageShape,
  path,
  policyDocument,
  policyName,
  roleName,
  userName,
} from './shapes.ts';

/** IAM's own bounds (service model 2010-05-08). */
export const arnShape = z.string().min(20).max(2048);
export const policyDescription = z.string().max(1000);
const ofPolicy = z.object({ PolicyArn: arnShape });
export const versionId = z
  .string()
  .regex(/^v[1-9]\d{0,8}$/)
  .transform((text) => Number(text.slice(1)));
const ofVersion = ofPolicy.extend({ VersionId: versionId });

/** AWS's own policies were made before everything else. */
const EPOCH = new Date(0);

const toPolicyShape = (found: AnyPolicy) => {
  if (found.kind === 'aws') {
    const { name, arn: Arn, description } = found.policy;
    return {
      PolicyName: name,
      PolicyId: `ANPA${name.toUpperCase().slice(0, 17)}`,
      Arn,
      Path: '/',
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
      IsAttachable: true,
      Description: description,
      CreateDate: EPOCH,
      UpdateDate: EPOCH,
    };
  }
  const { policy, attachments: count } = found;
  return {
    PolicyName: policy.name,
    PolicyId: policy.uniqueId,
    Arn: policyArn(policy.accountId, policy.path, policy.name),
    Path: policy.path,
    DefaultVersionId: `v${String(policy.defaultVersion)}`,
    AttachmentCount: count,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: policy.createdAt,
    UpdateDate: policy.updatedAt,
  };
};

const toVersionShape = ({ version, isDefault }: { version: PolicyVersion; isDefault: boolean }) => ({
  VersionId: `v${String(version.version)}`,
  IsDefaultVersion: isDefault,
  CreateDate: version.createdAt,
});

const nameOfArn = (policy: string): string => policy.slice(policy.lastIndexOf('/') + 1);
const allOf = { IsTruncated: false } as const;

/** Who the policies hang on, under the member that each kind has for its name. */
const holderNamed = <Kind extends HolderKind>(
  kind: Kind,
  member: string,
  name: z.ZodString,
): z.ZodType<{ readonly holder: { readonly kind: Kind; readonly name: string } }> =>
  z.object({ [member]: name }).transform((input) => ({ holder: { kind, name: input[member] ?? '' } }));

/** The same operations on users, groups and roles, under each one's own names. */
function holderOperations(
  kind: HolderKind,
  member: 'UserName' | 'GroupName' | 'RoleName',
  title: 'User' | 'Group' | 'Role',
  name: z.ZodString,
): OperationTable {
  const named = holderNamed(kind, member, name);
  const ofInline = z.intersection(named, z.object({ PolicyName: policyName }));
  const ofAttachment = z.intersection(named, ofPolicy);
  const inline = inlinePolicies[kind];
  const attached = attachments[kind];
  return {
    [`Put${title}Policy`]: operation({
      input: z.intersection(ofInline, z.object({ PolicyDocument: policyDocument })),
      useCase: inline.put,
      command: (input) => ({
        holder: input.holder,
        name: input.PolicyName,
        document: input.PolicyDocument,
      }),
      answer: () => undefined,
    }),
    [`Get${title}Policy`]: operation({
      input: ofInline,
      useCase: inline.get,
      command: (input) => ({ holder: input.holder, name: input.PolicyName }),
      answer: (policy, input) => ({
        [member]: input.holder.name,
        PolicyName: policy.name,
        PolicyDocument: encodeRfc3986(policy.document),
      }),
    }),
    [`List${title}Policies`]: operation({
      input: named,
      useCase: inline.list,
      command: (input) => input.holder,
      answer: (names) => ({ PolicyNames: names, ...allOf }),
    }),
    [`Delete${title}Policy`]: operation({
      input: ofInline,
      useCase: inline.delete,
      command: (input) => ({ holder: input.holder, name: input.PolicyName }),
      answer: () => undefined,
    }),
    [`Attach${title}Policy`]: operation({
      input: ofAttachment,
      useCase: attached.attach,
      command: (input) => ({ holder: input.holder, policyArn: input.PolicyArn }),
      answer: () => undefined,
    }),
    [`Detach${title}Policy`]: operation({
      input: ofAttachment,
      useCase: attached.detach,
      command: (input) => ({ holder: input.holder, policyArn: input.PolicyArn }),
      answer: () => undefined,
    }),
    [`ListAttached${title}Policies`]: operation({
      input: named,
      useCase: attached.list,
      command: (input) => input.holder,
      answer: (arns) => ({
        AttachedPolicies: arns.map((each) => ({ PolicyName: nameOfArn(each), PolicyArn: each })),
        ...allOf,
      }),
    }),
  };
}

const boundaryOperations = (
  kind: 'user' | 'role',
  member: 'UserName' | 'RoleName',
  title: 'User' | 'Role',
  name: z.ZodString,
): OperationTable => {
  const named = holderNamed(kind, member, name);
  return {
    [`Put${title}PermissionsBoundary`]: operation({
      input: z.intersection(named, z.object({ PermissionsBoundary: arnShape })),
      useCase: boundaries[kind].put,
      command: (input) => ({ holder: input.holder, policyArn: input.PermissionsBoundary }),
      answer: () => undefined,
    }),
    [`Delete${title}PermissionsBoundary`]: operation({
      input: named,
      useCase: boundaries[kind].delete,
      command: (input) => ({ holder: input.holder }),
      answer: () => undefined,
    }),
  };
};

export const policyOperations: OperationTable = {
  ...holderOperations('user', 'UserName', 'User', userName),
  ...holderOperations('group', 'GroupName', 'Group', groupName),
  ...holderOperations('role', 'RoleName', 'Role', roleName),
  ...boundaryOperations('user', 'UserName', 'User', userName),
  ...boundaryOperations('role', 'RoleName', 'Role', roleName),
  CreatePolicy: operation({
    input: z.object({
      PolicyName: policyName,
      Path: path,
      PolicyDocument: policyDocument,
      Description: policyDescription.optional(),
    }),
    useCase: createPolicy,
    command: (input) => ({
      name: input.PolicyName,
      path: input.Path,
      document: input.PolicyDocument,
      description: input.Description,
    }),
    answer: (policy) => ({ Policy: toPolicyShape({ kind: 'own', policy, attachments: 0 }) }),
  }),
  GetPolicy: operation({
    input: ofPolicy,
    useCase: getPolicy,
    command: (input) => ({ arn: input.PolicyArn }),
    answer: (found) => ({ Policy: toPolicyShape(found) }),
  }),
  ListPolicies: operation({
    input: listingByPath.extend({ Scope: z.enum(['All', 'AWS', 'Local']).default('All') }),
    useCase: listPolicies,
    command: (input) => ({ scope: input.Scope, pathPrefix: input.PathPrefix, ...pageOf(input) }),
    answer: (page) => ({ Policies: page.items.map(toPolicyShape), ...pageShape(page) }),
  }),
  DeletePolicy: operation({
    input: ofPolicy,
    useCase: deletePolicy,
    command: (input) => ({ arn: input.PolicyArn }),
    answer: () => undefined,
  }),
  CreatePolicyVersion: operation({
    input: ofPolicy.extend({
      PolicyDocument: policyDocument,
      SetAsDefault: z
        .enum(['true', 'false'])
        .default('false')
        .transform((text) => text === 'true'),
    }),
    useCase: createPolicyVersion,
    command: (input) => ({
      arn: input.PolicyArn,
      document: input.PolicyDocument,
      setAsDefault: input.SetAsDefault,
    }),
    answer: (made) => ({ PolicyVersion: toVersionShape(made) }),
  }),
  GetPolicyVersion: operation({
    input: ofVersion,
    useCase: getPolicyVersion,
    command: (input) => ({ arn: input.PolicyArn, version: input.VersionId }),
    answer: (found) => ({
      PolicyVersion: { Document: encodeRfc3986(found.version.document), ...toVersionShape(found) },
    }),
  }),
  ListPolicyVersions: operation({
    input: ofPolicy,
    useCase: listPolicyVersionsOf,
    command: (input) => ({ arn: input.PolicyArn }),
    answer: (versions) => ({ Versions: versions.map(toVersionShape), ...allOf }),
  }),
  DeletePolicyVersion: operation({
    input: ofVersion,
    useCase: deletePolicyVersionOf,
    command: (input) => ({ arn: input.PolicyArn, version: input.VersionId }),
    answer: () => undefined,
  }),
  SetDefaultPolicyVersion: operation({
    input: ofVersion,
    useCase: setDefaultPolicyVersion,
    command: (input) => ({ arn: input.PolicyArn, version: input.VersionId }),
    answer: () => undefined,
  }),
  ListEntitiesForPolicy: operation({
    input: ofPolicy,
    useCase: listEntitiesForPolicy,
    command: (input) => ({ arn: input.PolicyArn }),
    answer: (holders) => {
      const namesOf = (kind: HolderKind, member: string) =>
        holders.filter((each) => each.kind === kind).map(({ name }) => ({ [member]: name }));
      return {
        PolicyGroups: namesOf('group', 'GroupName'),
        PolicyUsers: namesOf('user', 'UserName'),
        PolicyRoles: namesOf('role', 'RoleName'),
        ...allOf,
      };
    },
  }),
};
