import { readFileSync } from 'node:fs';

import { type Enforcer, newEnforcer, newModelFromString } from 'casbin';
import { LRUCache } from 'lru-cache';

import { type Context, holds } from './condition.ts';
import type { CompiledPolicy, CompiledStatement } from './compiled-policy.ts';
import { matchesPattern } from './pattern.ts';

const MODEL = readFileSync(new URL('policies.conf', import.meta.url), 'utf8');

/** A document and where it comes from, as reasons name it. */
export interface NamedPolicy {
  /** ARN of a managed policy, or the name of an inline one and its holder's ARN. */
  readonly name: string;
  readonly document: CompiledPolicy;
}

/** All that decides at gate 1 for one principal. A boundary or session policy that is there and silent denies. */
export interface PolicySources {
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: readonly NamedPolicy[] | undefined;
  readonly session?: readonly NamedPolicy[] | undefined;
}

export interface PolicyReason {
  readonly policy: string;
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
}

export interface PolicyDecision {
  readonly allowed: boolean;
  readonly isExplicitDeny: boolean;
  readonly because: readonly PolicyReason[];
}

interface SetStatement {
  readonly statement: CompiledStatement;
  readonly policy: string;
}

export const variablesOf = (context: Context) => (name: string) => {
  const values = context.get(name.toLowerCase());
  return values?.length === 1 ? values[0] : undefined;
};

/** Every name of the caller that a Principal element may have. No policy can name the key. */
export const PRINCIPAL_NAMES = 'principal names';

/** A policy of a principal speaks of whoever it is attached to; one of a resource says of whom. */
export function speaksOfCaller({ principals, isNotPrincipal }: CompiledStatement, context: Context): boolean {
  if (principals.length === 0) return !isNotPrincipal;
  const names = context.get(PRINCIPAL_NAMES) ?? [];
  return principals.some((each) => each === '*' || names.includes(each)) !== isNotPrincipal;
}

/** Whether the statement is about this action on this resource, now. */
export function speaksOf(
  statement: CompiledStatement,
  action: string,
  resource: string,
  context: Context,
): boolean {
  const { actions, isNotAction, resources, isNotResource, conditions } = statement;
  if (!speaksOfCaller(statement, context)) return false;
  const variables = variablesOf(context);
  const isAction = actions.some((pattern) => matchesPattern(pattern, action, variables, true));
  if (isAction === isNotAction) return false;
  const isResource = resources.some((pattern) => matchesPattern(pattern, resource, variables));
  if (isResource === isNotResource) return false;
  return conditions.every((condition) => holds(condition, context, variables));
}

const KEPT_DECISIONS = 2_000;
const SETS = ['identity', 'boundary', 'session'] as const;

/** The policies of one principal, compiled. Made once, and kept as long as none of them changes. */
export class PolicySet {
  readonly #statements: readonly SetStatement[];
  readonly #sets: readonly string[];
  readonly #enforcer: Enforcer;
  readonly #contributing: SetStatement[];
  /** Without variables and conditions an answer hangs on action and resource alone. */
  readonly #known: LRUCache<string, PolicyDecision> | undefined;

  private constructor(
    statements: readonly SetStatement[],
    sets: readonly string[],
    enforcer: Enforcer,
    contributing: SetStatement[],
  ) {
    this.#statements = statements;
    this.#sets = sets;
    this.#enforcer = enforcer;
    this.#contributing = contributing;
    this.#known = statements.every(({ statement }) => isTimeless(statement))
      ? new LRUCache({ max: KEPT_DECISIONS })
      : undefined;
  }

  static async of(sources: PolicySources): Promise<PolicySet> {
    const model = newModelFromString(MODEL);
    const statements: SetStatement[] = [];
    const present = SETS.filter((set) => sources[set] !== undefined);
    for (const set of present) {
      for (const { name, document } of sources[set] ?? []) {
        for (const statement of document.statements) {
          model.addPolicy('p', 'p', [String(statements.length), set, statement.effect.toLowerCase()]);
          statements.push({ statement, policy: name });
        }
      }
    }
    const contributing: SetStatement[] = [];
    const enforcer = await newEnforcer(model);
    await enforcer.addFunction(
      'speaksOf',
      (index: string, action: string, resource: string, context: Context) => {
        const found = statements[Number(index)];
        return found !== undefined && speaksOf(found.statement, action, resource, context);
      },
    );
    await enforcer.addFunction('contributes', (index: string) => {
      const found = statements[Number(index)];
      if (found !== undefined) contributing.push(found);
      return found !== undefined;
    });
    return new PolicySet(statements, present, enforcer, contributing);
  }

  /** Whether something caps what the identity policies allow: then nobody else's policy allows past it. */
  get isCapped(): boolean {
    return this.#sets.some((set) => set !== 'identity');
  }

  get size(): number {
    return this.#statements.length;
  }

  /** @param contextOf asked for only where an answer hangs on it */
  decide(action: string, resource: string, contextOf: () => Context): PolicyDecision {
    const key = `${action}\n${resource}`;
    const known = this.#known?.get(key);
    if (known !== undefined) return known;
    this.#contributing.length = 0;
    const context = contextOf();
    // Each of them, also behind a refusal: a Deny in any set is a reason of its own.
    const answers = this.#sets.map((set) => this.#enforcer.enforceSync(set, action, resource, context));
    const because = [...new Set(this.#contributing)];
    const decision: PolicyDecision = {
      allowed: answers.length > 0 && answers.every((answer) => answer),
      isExplicitDeny: because.some(({ statement }) => statement.effect === 'Deny'),
      because: because.map(({ policy, statement }) => ({
        policy,
        sid: statement.sid,
        effect: statement.effect,
      })),
    };
    this.#known?.set(key, decision);
    return decision;
  }
}

const isTimeless = ({ conditions, actions, resources, principals }: CompiledStatement): boolean =>
  conditions.length === 0 &&
  principals.length === 0 &&
  [...actions, ...resources].every(({ parts }) => parts.every(({ kind }) => kind !== 'variable'));
