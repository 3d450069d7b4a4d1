import type { CompiledStatement } from './compiled-policy.ts';
import type { Condition, Context } from './condition.ts';
import type { Pattern, Variables } from './pattern.ts';
import { variablesOf } from './policy-set.ts';

/**
 * In characters compared, each of them some nanoseconds: what one call may cost the others on this server. A page of usual
 * policies takes a tenth of a second, one that somebody made to be slow half of one.
 */
export const MAX_WORK = 50_000_000;

/** Of asking one statement, and of comparing one value: what does not hang on lengths. */
const PER_STATEMENT = 1_000;
const PER_VALUE = 200;

function expandedLength({ parts }: Pattern, variables: Variables): number {
  return parts.reduce((sum, part) => {
    if (part.kind === 'text') return sum + part.text.length;
    if (part.kind !== 'variable') return sum + 1;
    return sum + (variables(part.name) ?? part.otherwise ?? '').length;
  }, 0);
}

/** At worst: a wildcard may try the rest of the pattern at every place of the text. */
function patternWork(pattern: Pattern, textLength: number, variables: Variables, isWild: boolean): number {
  const length = expandedLength(pattern, variables);
  const tries = isWild || pattern.parts.some(({ kind }) => kind === 'any') ? textLength : 1;
  return PER_VALUE + length + textLength + Math.min(length, textLength) * tries;
}

function conditionWork({ key, values, operator }: Condition, context: Context, variables: Variables): number {
  // ARNs are matched after their variables are put in: those may bring wildcards.
  const isWild = operator.startsWith('Arn');
  let work = 0;
  for (const actual of context.get(key) ?? []) {
    for (const value of values) work += patternWork(value, actual.length, variables, isWild);
  }
  return work;
}

/** What it costs at most to ask all of the statements once. */
export function workOf(
  statements: readonly CompiledStatement[],
  context: Context,
  actionLength: number,
  resourceLength: number,
): number {
  const variables = variablesOf(context);
  let work = 0;
  for (const { actions, resources, conditions } of statements) {
    work += PER_STATEMENT;
    for (const pattern of actions) work += patternWork(pattern, actionLength, variables, false);
    for (const pattern of resources) work += patternWork(pattern, resourceLength, variables, false);
    for (const condition of conditions) work += conditionWork(condition, context, variables);
  }
  return work;
}
