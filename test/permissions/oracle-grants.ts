import { type Bounds, hasExpired, type Permit } from './oracle-bounds.ts';
import type { OracleDecision } from './oracle-decision.ts';
import type { OracleFilterSteps } from './oracle-filter-steps.ts';
import type { OraclePassingOn } from './oracle-passing-on.ts';
import type { OracleTagSteps } from './oracle-tag-steps.ts';
import {
  denied,
  GRANTABLE,
  type Held,
  invalid,
  IS_THERE,
  isOnTags,
  missing,
  type NamedThing,
  Refusal,
} from './oracle-world.ts';
import type { Answer, Granting, Revoking, Step } from './story.ts';

/** Grants and revokes, one by one and in batches (§10). */
export class OracleGrants {
  readonly #decision: OracleDecision;
  readonly #passingOn: OraclePassingOn;
  readonly #filterSteps: OracleFilterSteps;
  readonly #tagSteps: OracleTagSteps;

  constructor(
    decision: OracleDecision,
    passingOn: OraclePassingOn,
    filterSteps: OracleFilterSteps,
    tagSteps: OracleTagSteps,
  ) {
    this.#decision = decision;
    this.#passingOn = passingOn;
    this.#filterSteps = filterSteps;
    this.#tagSteps = tagSteps;
  }

  #refuseUnfit(on: NamedThing, permissions: readonly string[], option: readonly string[]): void {
    const kind =
      'catalog' in on
        ? 'catalog'
        : 'database' in on
          ? 'database'
          : 'tablesOf' in on
            ? 'tables'
            : 'table' in on
              ? 'table'
              : 'column';
    for (const permission of [...permissions, ...option]) {
      if (!GRANTABLE[kind].includes(permission)) throw invalid();
    }
  }

  /** A batch of grants is decided before any of them is made; revokes are done one after the other. */
  batch(step: Extract<Step, { op: 'BatchGrant' | 'BatchRevoke' }>): Partial<Answer> {
    const { as } = step;
    const code = (act: () => void): string => {
      try {
        act();
        return 'OK';
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal;
        return refusal.code;
      }
    };
    if (step.op === 'BatchRevoke')
      return { codes: step.entries.map((each) => code(() => this.revoke({ op: 'Revoke', as, ...each }))) };
    const made: (() => void)[] = [];
    const codes = step.entries.map((each) =>
      code(() => made.push(this.#granting({ op: 'Grant', as, ...each }))),
    );
    for (const make of made) make();
    return { codes };
  }

  grant(step: Granting): Partial<Answer> {
    this.#granting(step)();
    return {};
  }

  /** Refuses, or says what is to be done. */
  #granting(step: Granting): () => void {
    const { as, on, permissions, option, to } = step;
    if (permissions.length === 0 || option.some((each) => !permissions.includes(each))) throw invalid();
    if ('location' in on) return this.#grantLocation(on, step);
    if ('filter' in on) return this.#filterSteps.grantFilter(on, step);
    if (isOnTags(on)) return this.#tagSteps.grantTags(on, step);
    this.#refuseUnfit(on, permissions, option);
    const rows = this.#passingOn.mayPassOn(as, { on, permissions }, this.#passingOn.boundsOf(step));
    if (to === 'IAM_ALLOWED_PRINCIPALS' && permissions.some((each) => each !== 'ALL')) throw invalid();
    if (!IS_THERE.test(to)) throw invalid();
    return () => {
      for (const permission of permissions) {
        for (const row of rows)
          this.#decision.hold({ ...row, principal: to, permission, option: option.includes(permission) });
      }
    };
  }

  #grantLocation({ location }: { readonly location: string }, step: Granting): () => void {
    const { as, permissions, option, to } = step;
    if (permissions.some((each) => each !== 'DATA_LOCATION_ACCESS')) throw invalid();
    const bounds = this.#passingOn.boundsOf(step);
    this.#mayPassLocationOn(as, location, bounds);
    if (!this.#decision.locations.isGoverned(location)) throw missing();
    if (to === 'IAM_ALLOWED_PRINCIPALS' || !IS_THERE.test(to)) throw invalid();
    return () => {
      this.#decision.locations.grant(location, to, { option: option.length > 0, ...bounds });
    };
  }

  #mayPassLocationOn(as: string, location: string, bounds: Bounds): void {
    if (!this.#decision.locations.mayPassOn(this.#decision.locationCaller(as), location, bounds))
      throw denied();
  }

  #revokeLocation(
    { location }: { readonly location: string },
    { as, permissions, option, from, when }: Revoking,
  ): Partial<Answer> {
    if ([...permissions, ...option].some((each) => each !== 'DATA_LOCATION_ACCESS')) throw invalid();
    this.#mayPassLocationOn(as, location, { when, until: this.#decision.time.hours });
    const permit: Permit = (_permission, until) => {
      this.#mayPassLocationOn(as, location, { when, until });
    };
    const how = { optionOnly: permissions.length === 0, when };
    if (!this.#decision.locations.revoke(location, from, how, permit)) throw invalid();
    return {};
  }

  revoke(step: Revoking): Partial<Answer> {
    const { as, on, permissions, option, from, when } = step;
    if (permissions.length + option.length === 0) throw invalid();
    if ('location' in on) return this.#revokeLocation(on, step);
    if ('filter' in on) return this.#filterSteps.revokeFilter(on, step);
    if (isOnTags(on)) return this.#tagSteps.revokeTags(on, step);
    this.#refuseUnfit(on, permissions, option);
    const now = { when, until: this.#decision.time.hours };
    const rows = this.#passingOn.mayPassOn(as, { on, permissions: [...permissions, ...option] }, now);
    const heldBy = (permission: string): Held[] =>
      rows.map((row) => {
        const found = this.#decision.held.find((held) =>
          this.#decision.isSame(held, { ...row, principal: from, permission }),
        );
        if (found === undefined || hasExpired(found, this.#decision.time)) throw invalid();
        return found;
      });
    const gone = permissions.flatMap(heldBy);
    const narrowed = option.filter((permission) => !permissions.includes(permission)).flatMap(heldBy);
    if (narrowed.some((held) => !held.option)) throw invalid();
    for (const { permission, until } of [...gone, ...narrowed])
      this.#passingOn.mayPassOn(as, { on, permissions: [permission] }, { when, until });
    this.#decision.held = this.#decision.held.filter((held) => !gone.includes(held));
    for (const held of narrowed) held.option = false;
    return {};
  }
}
