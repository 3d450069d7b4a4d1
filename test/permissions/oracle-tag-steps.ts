import type { Bounds, Permit } from './oracle-bounds.ts';
import type { OracleDecision } from './oracle-decision.ts';
import type { OraclePassingOn } from './oracle-passing-on.ts';
import type { TaggedPlace } from './oracle-tags.ts';
import {
  GRANTABLE,
  invalid,
  IS_THERE,
  NO_TABLE,
  ON_EXPRESSION,
  ON_TAG,
  policyOf,
  told,
} from './oracle-world.ts';
import type { Answer, Granting, On, OnTags, Revoking, TagStep } from './story.ts';

/** LF-tags: what is done to them, and granted on and through them (§7). */
export class OracleTagSteps {
  readonly #decision: OracleDecision;
  readonly #passingOn: OraclePassingOn;

  constructor(decision: OracleDecision, passingOn: OraclePassingOn) {
    this.#decision = decision;
    this.#passingOn = passingOn;
  }

  onTags(step: TagStep): Partial<Answer> {
    const who = this.#decision.tagCaller(step.as);
    const may = (permission: string) => this.#decision.mayCatalog(step.as, permission);
    switch (step.op) {
      case 'MakeTag':
        return told(this.#decision.tags.make(who, may('CREATE_LF_TAG'), step));
      case 'ChangeTag':
        return told(this.#decision.tags.change(who, step));
      case 'DropTag':
        return told(this.#decision.tags.drop(who, step));
      case 'GetTag': {
        const values = this.#decision.tags.get(who, step);
        return typeof values === 'string' ? told(values) : { names: [...values] };
      }
      case 'Assign':
        return told(this.#decision.tags.assign(who, this.#taggable(step.as, step.on), step));
      case 'Unassign':
        return told(this.#decision.tags.unassign(who, this.#taggable(step.as, step.on), step));
      case 'SaveExpression':
        return told(this.#decision.tags.save(who, may('CREATE_LF_TAG_EXPRESSION'), step));
      case 'ChangeExpression':
        return told(this.#decision.tags.changeExpression(who, step));
      case 'DropExpression':
        return told(this.#decision.tags.dropExpression(who, step));
      case 'GetExpression':
        return told(this.#decision.tags.getExpression(who, step));
      case 'ListExpressions':
        return { names: this.#decision.tags.listExpressions(who) };
    }
  }

  /** What is to carry a tag: as in Lake Formation that takes what it takes to grant all that there is to hold on it. */
  #taggable(caller: string, on: On): TaggedPlace[] {
    if (!('database' in on || 'table' in on || 'columns' in on)) throw invalid();
    const permissions = GRANTABLE['database' in on ? 'database' : 'table'].filter((each) => each !== 'ALL');
    const rows = this.#passingOn.mayPassOn(caller, { on, permissions }, {});
    return rows.map(({ database, table, columns }) => ({
      database,
      ...(table !== NO_TABLE && { table }),
      ...(columns[0] !== undefined && { column: columns[0] }),
    }));
  }

  grantTags(on: OnTags, step: Granting): () => void {
    const { as, permissions, option, to } = step;
    this.#refuseUnfitOnTags(on, permissions);
    const bounds = this.#passingOn.boundsOf(step);
    this.#mayPassTagsOn(as, on, permissions, bounds);
    if (to === 'IAM_ALLOWED_PRINCIPALS' && permissions.some((each) => each !== 'ALL')) throw invalid();
    if (!IS_THERE.test(to)) throw invalid();
    return () => {
      for (const permission of permissions) {
        const given = { ...bounds, option: option.includes(permission) };
        const held = { principal: to, permission, ...given };
        if ('tag' in on) this.#decision.tags.grantTag(on, to, permission, given);
        else if ('expression' in on) this.#decision.tags.grantExpression({ name: on.expression, ...held });
        else this.#decision.tags.grantPolicy({ ...policyOf(on), ...held });
      }
    };
  }

  #mayPassTagsOn(as: string, on: OnTags, permissions: readonly string[], passing: Bounds): void {
    const who = this.#decision.tagCaller(as);
    if ('tag' in on) told(this.#decision.tags.mayPassTagOn(who, on, permissions, passing));
    else if ('expression' in on)
      told(this.#decision.tags.mayPassExpressionOn(who, on.expression, permissions, passing));
    else {
      const { of, expression } = policyOf(on);
      told(this.#decision.tags.mayPassPolicyOn(who, of, expression, permissions, passing));
    }
  }

  #refuseUnfitOnTags(on: OnTags, permissions: readonly string[]): void {
    const row =
      'tag' in on
        ? ON_TAG
        : 'expression' in on
          ? ON_EXPRESSION
          : GRANTABLE['tablesTagged' in on ? 'table' : 'database'];
    if (permissions.some((each) => !row.includes(each))) throw invalid();
  }

  revokeTags(on: OnTags, { as, permissions, option, from, when }: Revoking): Partial<Answer> {
    this.#refuseUnfitOnTags(on, [...permissions, ...option]);
    this.#mayPassTagsOn(as, on, [...permissions, ...option], { when, until: this.#decision.time.hours });
    const optionOnly = option.filter((each) => !permissions.includes(each));
    const permit: Permit = (permission, until) => {
      this.#mayPassTagsOn(as, on, [permission], { when, until });
    };
    const held = { principal: from, when };
    const isDone =
      'tag' in on
        ? this.#decision.tags.revokeTag(on, from, permissions, optionOnly, { when }, permit)
        : 'expression' in on
          ? this.#decision.tags.revokeExpression(
              { name: on.expression, ...held },
              permissions,
              optionOnly,
              permit,
            )
          : this.#decision.tags.revokePolicy({ ...policyOf(on), ...held }, permissions, optionOnly, permit);
    if (!isDone) throw invalid();
    return {};
  }
}
