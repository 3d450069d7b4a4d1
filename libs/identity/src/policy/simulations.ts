import {
  defineRead,
  invalid,
  notFound,
  type Page,
  type PageRequest,
  type ReadScope,
} from '@lakewarden/kernel';

import { refuseMarker } from '../names-page.ts';
import { type AttachedPolicies, loadAttachedPolicies, type SourcedPolicy } from './attached-policies.ts';
import { principalContext } from './authorize.ts';
import { type HolderKind, findHolderRow } from './holder.repository.ts';
import { type Evaluation, type Simulated, Simulator } from './simulate-policy.ts';
import { contextKeysOf, simulatedContext } from './simulation-context.ts';
import {
  accountOfCaller,
  accountOfOwner,
  readInputBoundary,
  readInputPolicies,
  readResourcePolicy,
  refuseBadNames,
  type SimulationInput,
} from './simulation-input.ts';
import { MAX_WORK, workOf } from './simulation-work.ts';

export interface SimulateCustomPolicy extends SimulationInput, PageRequest {}

export interface SimulatePrincipalPolicy extends SimulateCustomPolicy {
  readonly sourceArn: string;
}

/** Whose policies are simulated. */
interface Source extends AttachedPolicies {
  readonly kind: HolderKind;
  readonly arn: string;
  readonly accountId: string;
  readonly uniqueId: string;
}

const SOURCE = /^arn:aws:iam::(\d{12}):(user|group|role)(\/(?:[\u0021-\u007e]+\/)?)([\w+=,.@-]{1,128})$/;

const isHolderKind = (text: string | undefined): text is HolderKind =>
  text === 'user' || text === 'group' || text === 'role';

/**
 * A user, group or role of the caller's account, once he may ask about it.
 * @throws InvalidInputException it is no such ARN; EntityNotFoundException nobody has it here
 */
async function requireSource(scope: ReadScope, arn: string): Promise<Source> {
  const { accountId } = scope.caller;
  // The ARN holds the path: who guesses it wrong asks about something that is not there.
  await scope.authorize({ arn, accountId });
  const [, account, kind, path, name = ''] = SOURCE.exec(arn) ?? [];
  if (!isHolderKind(kind)) throw invalid(`${arn} is not the ARN of a user, a group or a role.`);
  // Other accounts' principals are none of the asker's business: nothing is looked up.
  const row = account === accountId ? await findHolderRow(scope.tx, kind, accountId, name, false) : undefined;
  const found = row?.path === path && row && (await loadAttachedPolicies(scope.tx, kind, row.id));
  if (!row || !found) throw notFound(`The ${kind} with name ${name} cannot be found.`);
  return { ...found, kind, arn, accountId, uniqueId: row.uniqueId };
}

/** What is known of whoever asks: all of a user; of a role whatever no session adds; of a group what its members share. */
function knownContext(source: Source | undefined, callerArn: string | undefined) {
  if (callerArn !== undefined && callerArn !== source?.arn) {
    return principalContext({ arn: callerArn, accountId: accountOfCaller(callerArn) });
  }
  if (source === undefined) return new Map<string, readonly string[]>();
  const { kind, arn, accountId, uniqueId } = source;
  if (kind === 'user') return principalContext({ arn, accountId, principalId: uniqueId });
  if (kind === 'role') return principalContext({ arn, accountId, grantee: arn });
  const ofGroup = principalContext({ arn, accountId });
  return new Map([...ofGroup].filter(([key]) => MEMBERS_SHARE.includes(key)));
}

const MEMBERS_SHARE = ['aws:principalaccount', 'aws:principaltype'];

/** @throws InvalidInputException */
function simulatedBy(scope: ReadScope, input: SimulationInput, source?: Source): Simulated {
  refuseBadNames(input);
  const { callerArn, resourcePolicy } = input;
  const caller = callerArn ?? (source?.kind === 'user' ? source.arn : undefined);
  if (resourcePolicy !== undefined && caller === undefined) {
    throw invalid('CallerArn is required with a ResourcePolicy: its Principal is compared with it.');
  }
  const accountId = callerArn === undefined ? scope.caller.accountId : accountOfCaller(callerArn);
  return {
    identity: [...(source?.identity ?? []), ...readInputPolicies('PolicyInputList', input.policies)],
    boundary: readInputBoundary(input.boundaries) ?? source?.boundary,
    resourcePolicy: resourcePolicy === undefined ? undefined : readResourcePolicy(resourcePolicy),
    context: simulatedContext(knownContext(source, callerArn), input.context),
    accountId,
    resourceOwner: input.resourceOwner === undefined ? accountId : accountOfOwner(input.resourceOwner),
  };
}

const longest = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length));

/**
 * One page of the actions, each on every resource. Shorter than asked for where that would cost too much at once, as
 * IAM's may be.
 */
async function simulate(
  scope: ReadScope,
  { limit, token, ...input }: SimulateCustomPolicy,
  source?: Source,
): Promise<Page<Evaluation>> {
  const simulator = await Simulator.of(simulatedBy(scope, input, source));
  const { actions, resources } = input;
  const work = workOf(simulator.statements, simulator.context, longest(actions), longest(resources));
  if (work > MAX_WORK) throw invalid('These policies and context values are too long to be compared.');
  const question = ['simulate', input, source?.arn, scope.caller.accountId, scope.caller.arn];
  const first = token === undefined ? 0 : scope.tokens.open(question, token, refuseMarker).readUInt32BE();
  const last = Math.min(
    first + Math.min(limit, Math.floor(MAX_WORK / work)),
    actions.length * resources.length,
  );
  const items: Evaluation[] = [];
  for (let place = first; place < last; place += 1) {
    const action = actions[Math.floor(place / resources.length)];
    const resource = resources[place % resources.length];
    if (action !== undefined && resource !== undefined) items.push(simulator.evaluate(action, resource));
  }
  const tokenAt = (place: number): string => {
    const position = Buffer.alloc(4);
    position.writeUInt32BE(place);
    return scope.tokens.issue(question, position);
  };
  return {
    items,
    cursorAt: (index) => tokenAt(first + index + 1),
    ...(last < actions.length * resources.length && { next: tokenAt(last) }),
  };
}

/**
 * What policies that are given would allow.
 * @throws InvalidInputException a policy is malformed, or a name, a key or a value is none
 */
export const simulateCustomPolicy = defineRead({
  action: 'iam:SimulateCustomPolicy',

  async run(scope, command: SimulateCustomPolicy): Promise<Page<Evaluation>> {
    await scope.authorize({ arn: '*', accountId: scope.caller.accountId });
    return simulate(scope, command);
  },
});

/**
 * What the policies of a user, a group or a role allow, with those that are given besides.
 * @throws EntityNotFoundException; InvalidInputException as with `simulateCustomPolicy`
 */
export const simulatePrincipalPolicy = defineRead({
  action: 'iam:SimulatePrincipalPolicy',

  async run(scope, { sourceArn, ...command }: SimulatePrincipalPolicy): Promise<Page<Evaluation>> {
    const source = await requireSource(scope, sourceArn);
    return simulate(scope, command, source);
  },
});

const keysOf = (policies: readonly SourcedPolicy[]): readonly string[] =>
  contextKeysOf(policies.flatMap(({ document }) => document.statements));

/** @throws InvalidInputException a policy is malformed */
export const contextKeysForCustomPolicy = defineRead({
  action: 'iam:GetContextKeysForCustomPolicy',

  async run(scope, { policies }: Pick<SimulationInput, 'policies'>): Promise<readonly string[]> {
    await scope.authorize({ arn: '*', accountId: scope.caller.accountId });
    return keysOf(readInputPolicies('PolicyInputList', policies));
  },
});

export interface ContextKeysForPrincipalPolicy extends Pick<SimulationInput, 'policies'> {
  readonly sourceArn: string;
}

/** Of the boundary too: a simulation asks it. @throws EntityNotFoundException, InvalidInputException */
export const contextKeysForPrincipalPolicy = defineRead({
  action: 'iam:GetContextKeysForPrincipalPolicy',

  async run(scope, { sourceArn, policies }: ContextKeysForPrincipalPolicy): Promise<readonly string[]> {
    const { identity, boundary = [] } = await requireSource(scope, sourceArn);
    return keysOf([...identity, ...boundary, ...readInputPolicies('PolicyInputList', policies)]);
  },
});
