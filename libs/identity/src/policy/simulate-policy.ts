import type { SourcedPolicy } from './attached-policies.ts';
import type { CompiledStatement } from './compiled-policy.ts';
import type { Context } from './condition.ts';
import { judge } from './judge.ts';
import { PolicySet, speaksOf } from './policy-set.ts';
import { missingKeys } from './simulation-context.ts';
import { ownerOf } from './simulation-input.ts';
import { type StatementPlace, statementPlaces } from './statement-places.ts';

/** `PolicyEvaluationDecisionType` of the service model. */
export type EvaluationDecision = 'allowed' | 'explicitDeny' | 'implicitDeny';

export interface MatchedStatement extends StatementPlace {
  readonly policyId: string;
  readonly policyType: SourcedPolicy['source']['type'];
}

/** What would be answered to one action on one resource. */
export interface Evaluation {
  readonly action: string;
  readonly resource: string;
  readonly decision: EvaluationDecision;
  /** Those that decide it: every Deny, or else the Allows; none where nothing allows. */
  readonly matched: readonly MatchedStatement[];
  readonly missing: readonly string[];
  /** Absent: there is no boundary. */
  readonly allowedByBoundary?: boolean;
  /** Of a resource of another account: what each side says. */
  readonly sides?: { readonly identity: EvaluationDecision; readonly resource: EvaluationDecision };
}

/** Who is supposed to ask, with what. */
export interface Simulated {
  readonly identity: readonly SourcedPolicy[];
  readonly boundary?: readonly SourcedPolicy[] | undefined;
  readonly resourcePolicy?: SourcedPolicy | undefined;
  readonly context: Context;
  readonly accountId: string;
  /** Of resources whose ARN names no account. */
  readonly resourceOwner: string;
}

const decisionOf = (
  decided: { readonly allowed: boolean; readonly isExplicitDeny: boolean } | undefined,
): EvaluationDecision => {
  if (decided?.isExplicitDeny === true) return 'explicitDeny';
  return decided?.allowed === true ? 'allowed' : 'implicitDeny';
};

/** Answers as gate 1 would: the same sets of policies, judged by the same rule (policies.conf, `judge`). */
export class Simulator {
  readonly statements: readonly CompiledStatement[];
  readonly #simulated: Simulated;
  readonly #policies: readonly SourcedPolicy[];
  readonly #own: PolicySet;
  readonly #shared: PolicySet | undefined;
  /** As if it were all that there is: what it says by itself. */
  readonly #boundary: PolicySet | undefined;
  /** Read from the texts when one of their statements is told of. */
  readonly #places = new Map<SourcedPolicy, readonly StatementPlace[]>();

  private constructor(
    simulated: Simulated,
    own: PolicySet,
    shared: PolicySet | undefined,
    boundary: PolicySet | undefined,
  ) {
    const { identity, boundary: bounding = [], resourcePolicy } = simulated;
    this.#simulated = simulated;
    this.#policies = [...identity, ...bounding, ...(resourcePolicy === undefined ? [] : [resourcePolicy])];
    this.statements = this.#policies.flatMap(({ document }) => document.statements);
    this.#own = own;
    this.#shared = shared;
    this.#boundary = boundary;
  }

  static async of(simulated: Simulated): Promise<Simulator> {
    const { identity, boundary, resourcePolicy } = simulated;
    return new Simulator(
      simulated,
      await PolicySet.of({ identity, boundary }),
      resourcePolicy && (await PolicySet.of({ identity: [resourcePolicy] })),
      boundary && (await PolicySet.of({ identity: boundary })),
    );
  }

  get context(): Context {
    return this.#simulated.context;
  }

  evaluate(action: string, resource: string): Evaluation {
    const { context, accountId, resourceOwner } = this.#simulated;
    const contextOf = () => context;
    const isOwnAccount = (ownerOf(resource) ?? resourceOwner) === accountId;
    const verdict = judge(this.#own, this.#shared, action, resource, contextOf, isOwnAccount);
    const decision = decisionOf(verdict);
    const byBoundary = this.#boundary?.decide(action, resource, contextOf);
    return {
      action,
      resource,
      decision,
      matched: this.#matched(decision, action, resource),
      missing: missingKeys(this.statements, action, resource, context),
      ...(byBoundary !== undefined && { allowedByBoundary: byBoundary.allowed }),
      ...(!isOwnAccount && {
        sides: { identity: decisionOf(verdict.own), resource: decisionOf(verdict.shared) },
      }),
    };
  }

  /** Casbin stops at the first Deny; whoever has to take them away wants to know of all. */
  #matched(decision: EvaluationDecision, action: string, resource: string): MatchedStatement[] {
    if (decision === 'implicitDeny') return [];
    const { context, identity, resourcePolicy } = this.#simulated;
    const isDeny = decision === 'explicitDeny';
    // A boundary allows nothing by itself: its Allows decide nothing.
    const speaking = isDeny ? this.#policies : [...identity, ...(resourcePolicy ? [resourcePolicy] : [])];
    return speaking.flatMap((policy) =>
      policy.document.statements.flatMap((statement, i) => {
        if ((statement.effect === 'Deny') !== isDeny) return [];
        if (!speaksOf(statement, action, resource, context)) return [];
        const place = this.#placesIn(policy)[i];
        if (place === undefined) throw new RangeError(`${policy.name} has no statement ${String(i)}`);
        return [{ policyId: policy.source.id, policyType: policy.source.type, ...place }];
      }),
    );
  }

  #placesIn(policy: SourcedPolicy): readonly StatementPlace[] {
    const places = this.#places.get(policy) ?? statementPlaces(policy.source.text);
    this.#places.set(policy, places);
    return places;
  }
}
