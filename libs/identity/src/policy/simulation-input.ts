import { invalid, isAccountId, LakewardenError } from '@lakewarden/kernel';

import type { SourcedPolicy } from './attached-policies.ts';
import { identityRules, POLICY_MAX_BYTES, readPolicy } from './compiled-policy.ts';
import type { PolicyRules } from './policy-document.ts';
import type { ContextEntry } from './simulation-context.ts';

/** What both simulations are told. */
export interface SimulationInput {
  readonly policies: readonly string[];
  /** Instead of the one that the principal has. */
  readonly boundaries: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly resourcePolicy?: string | undefined;
  readonly resourceOwner?: string | undefined;
  readonly callerArn?: string | undefined;
  readonly context: readonly ContextEntry[];
}

/** As large as an identity policy can be; a larger one could never be attached. */
const IDENTITY = identityRules(POLICY_MAX_BYTES.role);
/** As large as a catalog's policy can be. */
const RESOURCE: PolicyRules = { maxBytes: 10_240, allowPrincipal: true };

const ACTION = /^[A-Za-z0-9-]+:[A-Za-z0-9]+$/;
const RESOURCE_NAME = /^(?:\*|arn:[^:\s]+:[^:\s]+:[^:\s]*:[^:\s]*:.+)$/s;
const USER_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):user\/[\u0021-\u007e]+$/;
const ROOT_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;
const OWNER = /^arn:[^:]+:[^:]+:[^:]*:(\d{12}):/;

/** IAM's answer to a document that cannot be in this place. @throws InvalidInputException */
function read(place: string, type: 'resource' | 'none', text: string, rules: PolicyRules): SourcedPolicy {
  try {
    return { name: place, document: readPolicy(text, rules), source: { id: place, type, text } };
  } catch (error) {
    if (!(error instanceof LakewardenError)) throw error;
    throw new LakewardenError('InvalidInputException', `${place}: ${error.message}`, { cause: error });
  }
}

/** @throws InvalidInputException */
export const readInputPolicies = (list: string, texts: readonly string[]): SourcedPolicy[] =>
  texts.map((text, i) => read(`${list}.${String(i + 1)}`, 'none', text, IDENTITY));

/** @throws InvalidInputException it is malformed, or there are several: nobody has two */
export function readInputBoundary(texts: readonly string[]): SourcedPolicy[] | undefined {
  if (texts.length > 1) throw invalid('There can be only one permissions boundary.');
  return texts.length === 0 ? undefined : readInputPolicies('PermissionsBoundaryPolicyInputList', texts);
}

/** @throws InvalidInputException */
export const readResourcePolicy = (text: string): SourcedPolicy =>
  read('ResourcePolicy', 'resource', text, RESOURCE);

/** @throws InvalidInputException an action or a resource is none */
export function refuseBadNames({ actions, resources }: SimulationInput): void {
  const action = actions.find((each) => !ACTION.test(each));
  if (action !== undefined) {
    throw invalid(`${action} is not an action such as glue:GetTable. Wildcards cannot be simulated.`);
  }
  const resource = resources.find((each) => !RESOURCE_NAME.test(each));
  if (resource !== undefined) throw invalid(`${resource} is not an ARN or "*".`);
}

/** The account of the user who is supposed to ask. @throws InvalidInputException it is no user's ARN */
export function accountOfCaller(arn: string): string {
  const account = USER_ARN.exec(arn)?.[1];
  if (account === undefined) throw invalid(`CallerArn ${arn} is not the ARN of an IAM user.`);
  return account;
}

/** @throws InvalidInputException it is neither an account's id nor its root's ARN */
export function accountOfOwner(owner: string): string {
  const account = isAccountId(owner) ? owner : ROOT_ARN.exec(owner)?.[1];
  if (account === undefined) throw invalid(`ResourceOwner ${owner} is not an account.`);
  return account;
}

/** As the ARN itself says; undefined where it does not, as S3's do not. */
export const ownerOf = (resource: string): string | undefined => OWNER.exec(resource)?.[1];
