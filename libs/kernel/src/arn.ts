import { invalid } from './errors.ts';

/** ARNs are printed and parsed here and nowhere else. */
export interface ArnHome {
  readonly region: string;
  readonly accountId: string;
}

export const userArn = (accountId: string, path: string, name: string): string =>
  `arn:aws:iam::${accountId}:user${path}${name}`;

export const roleArn = (accountId: string, path: string, name: string): string =>
  `arn:aws:iam::${accountId}:role${path}${name}`;

export const groupArn = (accountId: string, path: string, name: string): string =>
  `arn:aws:iam::${accountId}:group${path}${name}`;

export const policyArn = (accountId: string, path: string, name: string): string =>
  `arn:aws:iam::${accountId}:policy${path}${name}`;

const POLICY_ARN = /^arn:aws:iam::(\d{12}|aws):policy(\/(?:[\u0021-\u007e]+\/)?)([\w+=,.@-]{1,128})$/;

/** The parts of a managed policy's ARN; AWS's own belong to the account `aws`. Undefined for what is none. */
export function parsePolicyArn(
  arn: string,
): { readonly accountId: string; readonly path: string; readonly name: string } | undefined {
  const [, accountId, path, name] = POLICY_ARN.exec(arn) ?? [];
  return accountId === undefined || path === undefined || name === undefined
    ? undefined
    : { accountId, path, name };
}

export const assumedRoleArn = (accountId: string, role: string, session: string): string =>
  `arn:aws:sts::${accountId}:assumed-role/${role}/${session}`;

const ROLE_ARN = /^arn:aws:iam::(\d{12}):role(\/(?:[\u0021-\u007e]+\/)?)([\w+=,.@-]{1,64})$/;

/** The parts of a role's ARN; undefined for what is none. */
export function parseRoleArn(
  arn: string,
): { readonly accountId: string; readonly path: string; readonly name: string } | undefined {
  const [, accountId, path, name] = ROLE_ARN.exec(arn) ?? [];
  return accountId === undefined || path === undefined || name === undefined
    ? undefined
    : { accountId, path, name };
}

const HOLDER_ARN = /^arn:aws:iam::(\d{12}):(user|group|role)(\/(?:[\u0021-\u007e]+\/)?)([\w+=,.@-]{1,128})$/;

/** The parts of the ARN of what identity policies hang on, a user, group or role; undefined for what is none. */
export function parseHolderArn(arn: string):
  | {
      readonly accountId: string;
      readonly kind: 'user' | 'group' | 'role';
      readonly path: string;
      readonly name: string;
    }
  | undefined {
  const [, accountId, kind, path, name] = HOLDER_ARN.exec(arn) ?? [];
  if (accountId === undefined || path === undefined || name === undefined) return undefined;
  return kind === 'user' || kind === 'group' || kind === 'role' ? { accountId, kind, path, name } : undefined;
}

export const catalogArn = (home: ArnHome): string => `arn:aws:glue:${home.region}:${home.accountId}:catalog`;

export const databaseArn = (home: ArnHome, database: string): string =>
  `arn:aws:glue:${home.region}:${home.accountId}:database/${database}`;

export const tableArn = (home: ArnHome, database: string, table: string): string =>
  `arn:aws:glue:${home.region}:${home.accountId}:table/${database}/${table}`;

export const functionArn = (home: ArnHome, database: string, name: string): string =>
  `arn:aws:glue:${home.region}:${home.accountId}:userDefinedFunction/${database}/${name}`;

export const connectionArn = (home: ArnHome, name: string): string =>
  `arn:aws:glue:${home.region}:${home.accountId}:connection/${name}`;

export const dataQualityRulesetArn = (home: ArnHome, name: string): string =>
  `arn:aws:glue:${home.region}:${home.accountId}:dataQualityRuleset/${name}`;

const accountIdPattern = /^\d{12}$/;

/** Whether the text is an AWS account id: twelve digits. */
export const isAccountId = (text: string): boolean => accountIdPattern.test(text);

/** What a Glue ARN can name, and how many names it takes to (spec/catalog.md §2). */
const GLUE_RESOURCES = {
  catalog: 0,
  database: 1,
  table: 2,
  tableVersion: 3,
  userDefinedFunction: 2,
  connection: 1,
  crawler: 1,
  registry: 1,
  schema: 2,
  dataQualityRuleset: 1,
} as const;

export type GlueResourceKind = keyof typeof GLUE_RESOURCES;

export interface GlueArn extends ArnHome {
  readonly kind: GlueResourceKind;
  /** From the outside in: the database, then its table. A catalog has none. */
  readonly names: readonly string[];
}

const isGlueResourceKind = (text: string): text is GlueResourceKind => Object.hasOwn(GLUE_RESOURCES, text);

const GLUE_ARN = /^arn:aws(?:-[a-z-]+)?:glue:([a-z0-9-]+):(\d{12}):([A-Za-z]+)(?:\/([\s\S]+))?$/;

/**
 * The last name of an ARN may itself hold slashes; those before it may not.
 * @throws InvalidInputException it names nothing that Glue has
 */
export function parseGlueArn(text: string): GlueArn {
  const [, region, accountId, kind, path] = GLUE_ARN.exec(text) ?? [];
  if (region === undefined || accountId === undefined || kind === undefined || !isGlueResourceKind(kind)) {
    throw invalid(`${text} is not the ARN of a Glue resource.`);
  }
  const count = GLUE_RESOURCES[kind];
  const parts = path === undefined ? [] : path.split('/');
  const names =
    parts.length > count && count > 0
      ? [...parts.slice(0, count - 1), parts.slice(count - 1).join('/')]
      : parts;
  if (names.length !== count || names.includes('')) {
    throw invalid(`${text} is not the ARN of a Glue ${kind}.`);
  }
  return { region, accountId, kind, names };
}

export const schemaRegistryArn = (home: ArnHome, registry: string): string =>
  `arn:aws:glue:${home.region}:${home.accountId}:registry/${registry}`;

export const registrySchemaArn = (home: ArnHome, registry: string, schema: string): string =>
  `arn:aws:glue:${home.region}:${home.accountId}:schema/${registry}/${schema}`;
