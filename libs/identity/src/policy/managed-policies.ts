import { type CompiledPolicy, identityRules, readPolicy } from './compiled-policy.ts';
import type { PolicyVersion } from './policy.ts';

const allow = (actions: readonly string[]): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  });

const GLUE_READS = [
  'glue:Get*',
  'glue:BatchGet*',
  'glue:List*',
  'glue:SearchTables',
  'glue:Query*',
  'glue:Check*',
];

/** The managed policies known by name (contract.md §4), cut to the services that are here. */
const TEXTS: Readonly<Record<string, { readonly description: string; readonly text: string }>> = {
  AdministratorAccess: { description: 'Everything.', text: allow(['*']) },
  AWSLakeFormationDataAdmin: {
    description: 'What a data lake administrator needs.',
    text: allow([
      'lakeformation:*',
      'glue:*',
      'iam:GetUser',
      'iam:GetRole',
      'iam:ListUsers',
      'iam:ListRoles',
    ]),
  },
  AWSGlueConsoleFullAccess: {
    description: 'The whole catalog, as far as data permissions let.',
    text: allow(['glue:*', 'lakeformation:GetDataAccess', 'iam:GetRole', 'iam:ListRoles']),
  },
  AmazonAthenaFullAccess: {
    description: 'Queries, and the catalog that they need.',
    text: allow(['athena:*', 'glue:*', 'lakeformation:GetDataAccess']),
  },
  ReadOnlyAccess: {
    description: 'Sees everything, changes nothing, as far as data permissions let.',
    text: allow([
      ...GLUE_READS,
      'lakeformation:Get*',
      'lakeformation:List*',
      'lakeformation:Describe*',
      'lakeformation:Search*',
      'iam:Get*',
      'iam:List*',
      'iam:Simulate*',
      'ram:Get*',
      'ram:List*',
      'athena:Get*',
      'athena:List*',
    ]),
  },
  LakewardenDataAccess: {
    description: 'Lets data permissions alone decide what is seen and changed.',
    text: allow([
      'glue:*Database*',
      'glue:*Table*',
      'glue:*Partition*',
      'glue:*ColumnStatistics*',
      'glue:*UserDefinedFunction*',
      'glue:GetCatalog*',
      'glue:GetTags',
      'lakeformation:GetDataAccess',
      'lakeformation:GetDataLakePrincipal',
      'lakeformation:GrantPermissions',
      'lakeformation:RevokePermissions',
      'lakeformation:BatchGrantPermissions',
      'lakeformation:BatchRevokePermissions',
      'lakeformation:ListPermissions',
      // Tells no more than ListPermissions does.
      'lakeformation:GetEffectivePermissionsForPath',
      'lakeformation:*DataCellsFilter',
      'lakeformation:*LFTag*',
      'lakeformation:*LakeFormationOptIn*',
    ]),
  },
};

export const AWS_POLICY_PREFIX = 'arn:aws:iam::aws:policy/';

export interface ManagedPolicy {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly text: string;
  readonly document: CompiledPolicy;
}

const MANAGED: ReadonlyMap<string, ManagedPolicy> = new Map(
  Object.entries(TEXTS).map(([name, { description, text }]) => {
    const arn = `${AWS_POLICY_PREFIX}${name}`;
    return [arn, { name, arn, description, text, document: readPolicy(text, identityRules(Infinity)) }];
  }),
);

/** One of AWS's own, by its ARN. */
export const findManagedPolicy = (arn: string): ManagedPolicy | undefined => MANAGED.get(arn);

/** By name. */
export const listManagedPolicies = (): readonly ManagedPolicy[] =>
  [...MANAGED.values()].sort((a, b) => (a.name < b.name ? -1 : 1));

/** They have one. */
export const awsVersion = ({ arn, text }: ManagedPolicy): { version: PolicyVersion; isDefault: boolean } => ({
  version: { policyId: arn, version: 1, document: text, createdAt: new Date(0) },
  isDefault: true,
});
