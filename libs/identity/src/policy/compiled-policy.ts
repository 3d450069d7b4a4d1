import type { Condition } from './condition.ts';
import { parsePattern, type Pattern } from './pattern.ts';
import { parsePolicyDocument, type PolicyDocument, type PolicyRules } from './policy-document.ts';

/** Bytes a document may have, white space aside (spec/permissions.md §11). */
export const POLICY_MAX_BYTES = { managed: 6_144, user: 2_048, group: 5_120, role: 10_240 } as const;

/** A policy of a user, a group or a role. */
export const identityRules = (maxBytes: number): PolicyRules => ({ maxBytes, allowPrincipal: false });

/** A statement whose patterns are taken apart, once. */
export interface CompiledStatement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly Pattern[];
  /** NotAction: everything but these. */
  readonly isNotAction: boolean;
  readonly resources: readonly Pattern[];
  readonly isNotResource: boolean;
  readonly conditions: readonly Condition[];
  /** Of a policy on a resource: who it speaks of. `*` is everybody. */
  readonly principals: readonly string[];
  readonly isNotPrincipal: boolean;
}

export interface CompiledPolicy {
  readonly statements: readonly CompiledStatement[];
}

const EVERYTHING: readonly Pattern[] = [parsePattern('*')];

export function compilePolicy({ version, statements }: PolicyDocument): CompiledPolicy {
  const patterns = (texts: readonly string[]) =>
    texts.map((text) => parsePattern(text, version === '2012-10-17'));
  return {
    statements: statements.map(({ sid, effect, actions, resources, principals, conditions }) => ({
      sid,
      effect,
      actions: patterns(actions.patterns),
      isNotAction: actions.negated,
      resources: resources === undefined ? EVERYTHING : patterns(resources.patterns),
      isNotResource: resources?.negated ?? false,
      conditions: conditions.map(({ values, key, ...condition }) => ({
        ...condition,
        key: key.toLowerCase(),
        writtenKey: key,
        values: patterns(values),
      })),
      principals: [...(principals?.everyone === true ? ['*'] : []), ...(principals?.aws ?? [])],
      isNotPrincipal: principals?.negated ?? false,
    })),
  };
}

/** @throws MalformedPolicyDocumentException */
export const readPolicy = (text: string, rules: PolicyRules): CompiledPolicy =>
  compilePolicy(parsePolicyDocument(text, rules));
