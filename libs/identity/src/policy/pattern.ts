/**
 * The patterns of policies: `*` any run, `?` one character, `${name}` a value of the request, `${name, 'otherwise'}`
 * with a default, `${*}`, `${?}` and `${$}` the characters themselves (IAM User Guide, "Policy variables").
 */
type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' }
  | { readonly kind: 'variable'; readonly name: string; readonly otherwise: string | undefined };

export interface Pattern {
  readonly parts: readonly Part[];
}

const TOKEN = /\$\{([*?$])\}|\$\{\s*([\w:/.@+=-]+)\s*(?:,\s*'([^']*)'\s*)?\}|(\*)|(\?)/g;

/** @param withVariables policies before version 2012-10-17 have none */
export function parsePattern(text: string, withVariables = true): Pattern {
  const parts: Part[] = [];
  const literal = (piece: string): void => {
    if (piece !== '') parts.push({ kind: 'text', text: piece });
  };
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, escaped, name, otherwise, any] = match;
    const isVariable = escaped !== undefined || name !== undefined;
    if (isVariable && !withVariables) continue;
    literal(text.slice(at, match.index));
    at = match.index + whole.length;
    if (escaped !== undefined) literal(escaped);
    else if (name !== undefined) parts.push({ kind: 'variable', name, otherwise });
    else parts.push({ kind: any === undefined ? 'one' : 'any' });
  }
  literal(text.slice(at));
  return { parts };
}

/** The value of a variable in one request; undefined where it has none. */
export type Variables = (name: string) => string | undefined;

/** One character, any one, or any run of them. */
type Step = string | typeof ONE | typeof ANY;
const ONE = Symbol('?');
const ANY = Symbol('*');

/** Undefined where a variable has no value: then the statement does not match. */
function stepsOf({ parts }: Pattern, variables: Variables, fold: boolean): Step[] | undefined {
  const steps: Step[] = [];
  for (const part of parts) {
    switch (part.kind) {
      case 'any':
        steps.push(ANY);
        break;
      case 'one':
        steps.push(ONE);
        break;
      case 'text':
        steps.push(...Array.from(fold ? part.text.toLowerCase() : part.text));
        break;
      case 'variable': {
        const value = variables(part.name) ?? part.otherwise;
        if (value === undefined) return undefined;
        // Its characters stand for themselves: a user named `*` is not everybody.
        steps.push(...Array.from(fold ? value.toLowerCase() : value));
      }
    }
  }
  return steps;
}

/** Whether the whole text fits. Linear but for the product of both lengths at the worst; nothing backtracks twice. */
export function matchesPattern(
  pattern: Pattern,
  text: string,
  variables: Variables = () => undefined,
  ignoreCase = false,
): boolean {
  const [first] = pattern.parts;
  if (pattern.parts.length === 1 && first?.kind === 'any') return true;
  const steps = stepsOf(pattern, variables, ignoreCase);
  if (steps === undefined) return false;
  const chars = Array.from(ignoreCase ? text.toLowerCase() : text);
  let s = 0;
  let c = 0;
  let star = -1;
  let resume = 0;
  while (c < chars.length) {
    const step = steps[s];
    if (step === ANY) {
      star = s++;
      resume = c;
    } else if (step !== undefined && (step === ONE || step === chars[c])) {
      s += 1;
      c += 1;
    } else if (star >= 0) {
      s = star + 1;
      c = resume += 1;
    } else return false;
  }
  while (steps[s] === ANY) s += 1;
  return s === steps.length;
}

/** The text of a pattern without wildcards, such as a condition's value; undefined where a variable has no value. */
export const expandText = ({ parts }: Pattern, variables: Variables): string | undefined => {
  let text = '';
  for (const part of parts) {
    switch (part.kind) {
      case 'any':
        text += '*';
        break;
      case 'one':
        text += '?';
        break;
      case 'text':
        text += part.text;
        break;
      case 'variable': {
        const value = variables(part.name) ?? part.otherwise;
        if (value === undefined) return undefined;
        text += value;
      }
    }
  }
  return text;
};
