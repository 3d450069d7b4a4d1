import { isIP } from 'node:net';

import { invalid } from '@lakewarden/kernel';

import type { CompiledStatement } from './compiled-policy.ts';
import type { Context } from './condition.ts';
import { matchesPattern, type Pattern, type Variables } from './pattern.ts';
import { speaksOfCaller, variablesOf } from './policy-set.ts';

/** `ContextKeyTypeEnum` of the service model. */
export const CONTEXT_KEY_TYPES = [
  'string',
  'stringList',
  'numeric',
  'numericList',
  'boolean',
  'booleanList',
  'ip',
  'ipList',
  'binary',
  'binaryList',
  'date',
  'dateList',
] as const;

export type ContextKeyType = (typeof CONTEXT_KEY_TYPES)[number];

/** A condition key that the caller of a simulation supposes. */
export interface ContextEntry {
  readonly key: string;
  readonly values: readonly string[];
  /** Absent: texts, one or more. */
  readonly type?: ContextKeyType | undefined;
}

/** What policies may name. Keys that the decision keeps for itself have no such form: nobody can set them. */
const KEY = /^[A-Za-z0-9-]+:[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u;

const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;
const FORMS: Readonly<Record<string, (value: string) => boolean>> = {
  numeric: (value) => NUMBER.test(value),
  boolean: (value) => /^(?:true|false)$/i.test(value),
  ip: (value) => isIP(value) !== 0,
  date: (value) => NUMBER.test(value) || !Number.isNaN(Date.parse(value)),
};

/** @throws InvalidInputException a key or a value has not the form it says */
function refuseBadEntry({ key, values, type = 'stringList' }: ContextEntry): void {
  if (!KEY.test(key)) throw invalid(`ContextKeyName ${key} is not a condition key such as aws:SourceIp.`);
  const isList = type.endsWith('List');
  const form = isList ? type.slice(0, -'List'.length) : type;
  if (values.length === 0) throw invalid(`The context key ${key} has no value.`);
  if (values.length > 1 && !isList) {
    throw invalid(`The context key ${key} has several values, and is of type ${type}.`);
  }
  const bad = values.find((value) => FORMS[form]?.(value) === false);
  if (bad !== undefined) throw invalid(`The value ${bad} of the context key ${key} is not of type ${type}.`);
}

/**
 * What the simulated request says of itself: what is known of its principal, and over that what its caller supposes.
 * @throws InvalidInputException
 */
export function simulatedContext(known: Context, entries: readonly ContextEntry[]): Context {
  const context = new Map(known);
  const given = new Set<string>();
  for (const entry of entries) {
    refuseBadEntry(entry);
    const key = entry.key.toLowerCase();
    if (given.has(key)) throw invalid(`The context key ${entry.key} is given twice.`);
    given.add(key);
    context.set(key, entry.values);
  }
  return context;
}

type Variable = Extract<Pattern['parts'][number], { readonly kind: 'variable' }>;

const variableNames = (patterns: readonly Pattern[], isNeeded: (part: Variable) => boolean): string[] =>
  patterns.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'variable' && isNeeded(part) ? [part.name] : [])),
  );

/** By their own order, each once, whatever its case. */
function distinct(names: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const name of names) if (!byKey.has(name.toLowerCase())) byKey.set(name.toLowerCase(), name);
  return [...byKey.values()].sort();
}

/** The condition keys and variables that the statements name, as they spell them. */
export const contextKeysOf = (statements: readonly CompiledStatement[]): string[] =>
  distinct(
    statements.flatMap(({ resources, conditions }) => [
      ...variableNames(resources, () => true),
      ...conditions.flatMap(({ writtenKey, values }) => [writtenKey, ...variableNames(values, () => true)]),
    ]),
  );

/** A default is a value too. */
const isUnknown = ({ name, otherwise }: Variable, variables: Variables): boolean =>
  otherwise === undefined && variables(name) === undefined;

const hasUnknown = ({ parts }: Pattern, variables: Variables): boolean =>
  parts.some((part) => part.kind === 'variable' && isUnknown(part, variables));

/** What it could be if its variables had values. */
const opened = (pattern: Pattern, variables: Variables): Pattern => ({
  parts: pattern.parts.map((part) =>
    part.kind === 'variable' && isUnknown(part, variables) ? { kind: 'any' } : part,
  ),
});

/** Whether the statement is about this action on this resource, or would be if more were known of the request. */
function mayBearOn(
  { actions, isNotAction, resources, isNotResource }: CompiledStatement,
  action: string,
  resource: string,
  variables: Variables,
): boolean {
  const isAction = actions.some((pattern) => matchesPattern(pattern, action, variables, true));
  if (isAction === isNotAction) return false;
  return isNotResource
    ? !resources.some(
        (pattern) => !hasUnknown(pattern, variables) && matchesPattern(pattern, resource, variables),
      )
    : resources.some((pattern) => matchesPattern(opened(pattern, variables), resource, variables));
}

/** What the statements about this action and resource ask of the request, and it does not say. */
export function missingKeys(
  statements: readonly CompiledStatement[],
  action: string,
  resource: string,
  context: Context,
): string[] {
  const variables = variablesOf(context);
  const isMissing = (part: Variable): boolean =>
    part.otherwise === undefined && !context.has(part.name.toLowerCase());
  return distinct(
    statements
      .filter(
        (statement) =>
          speaksOfCaller(statement, context) && mayBearOn(statement, action, resource, variables),
      )
      .flatMap(({ resources, conditions }) => [
        ...variableNames(
          resources.filter(
            (pattern) =>
              hasUnknown(pattern, variables) &&
              matchesPattern(opened(pattern, variables), resource, variables),
          ),
          isMissing,
        ),
        ...conditions.flatMap(({ writtenKey, key, values }) => [
          ...(context.has(key) ? [] : [writtenKey]),
          ...variableNames(values, isMissing),
        ]),
      ]),
  );
}
