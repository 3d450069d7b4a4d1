import {
  type ColumnScope,
  type Decision,
  type GovernedResource,
  type Permission,
  type ReadScope,
  showsColumn,
} from '@lakewarden/kernel';

import { describeResource } from '../decision/rule.ts';
import { describeAsked, resolveResource } from '../grant/granted-resource.ts';
import { reaches } from '../grant/reaches.ts';
import { arnOfPlace } from '../location/location-path.ts';
import { requireRegistered } from '../location/registered-locations.ts';
import { EVERY_VALUE } from '../tag/lf-tag.ts';
import type { ExplainedResource } from './explained-resource.ts';

/** What is asked about, by ids. */
export interface AskedThing {
  readonly resource: ExplainedResource;
  /** Several values of an LF-tag are several. */
  readonly on: readonly [GovernedResource, ...GovernedResource[]];
  /** Which of its columns have to be shown: those asked about; of a data cells filter those that it shows. */
  readonly columns: ColumnScope;
  /** Of a data location: the registration that governs it. */
  readonly registration?: string;
}

/** @throws EntityNotFoundException it is not there; a location is there where it is registered, or lies in what is */
export async function resolveAsked(scope: ReadScope, resource: ExplainedResource): Promise<AskedThing> {
  const { on, alsoOn = [], columns } = await resolveResource(scope, resource);
  const thing: AskedThing = { resource, on: [on, ...alsoOn], columns };
  if (resource.kind !== 'DataLocation') return thing;
  const { location } = await requireRegistered(scope, resource.catalogId, resource.location);
  return { ...thing, registration: arnOfPlace(location) };
}

/** Whoever alters or drops an LF-tag does so with all of it (tag/tag-permission.ts, `permitTag`). */
export function asTheRuleAsks(thing: AskedThing, permission: Permission): AskedThing {
  const { resource } = thing;
  const [first] = thing.on;
  if (resource.kind !== 'LFTag' || first.type !== 'LF_TAG') return thing;
  if (permission !== 'ALTER' && permission !== 'DROP') return thing;
  const whole = { ...resource, values: [EVERY_VALUE] };
  return { ...thing, resource: whole, on: [{ ...first, value: EVERY_VALUE }] };
}

const columnText = (table: GovernedResource, names: readonly string[]): string =>
  `column${names.length === 1 ? '' : 's'} ${names.join(', ')} of ${describeResource(table)}`;

/** As a person names it. */
export function describeThing({ resource, on: [on] }: AskedThing): string {
  switch (resource.kind) {
    case 'TableWithColumns':
      return columnText(on, resource.columns.names);
    case 'LFTag':
      return describeAsked(resource);
    case 'Catalog':
    case 'Database':
    case 'Table':
    case 'TableWildcard':
    case 'DataCellsFilter':
    case 'DataLocation':
    case 'LFTagExpression':
      return describeResource(on);
  }
}

const isOneOf = (scope: ColumnScope, names: readonly string[]): boolean =>
  names.some((name) => showsColumn([scope], name));

/** Without what bears on other columns alone. */
function about(decision: Decision, names: readonly string[]): Decision {
  const isAbout = decision.columns.map((scope) => isOneOf(scope, names));
  return {
    ...decision,
    columns: decision.columns.filter((_, i) => isAbout[i]),
    because: decision.because.filter((_, i) => isAbout[i]),
  };
}

/** Grants that show one of the columns are reasons, and each column that none of them shows is missing. */
function onColumns(
  decision: Decision,
  { names, table, permission }: { names: readonly string[]; table: GovernedResource; permission: Permission },
): Decision {
  const hidden = names.filter((name) => !showsColumn(decision.columns, name));
  return {
    ...about(decision, names),
    allowed: hidden.length === 0,
    missing: hidden.map((name) => ({ permission, resource: columnText(table, [name]) })),
  };
}

/**
 * Who may pass on some columns of a data cells filter's does not manage it (filter/data-cells-filters.ts, `mayDo`).
 * @param columns the filter's own
 */
function onFilter(
  decision: Decision,
  { on, columns, permission }: { on: GovernedResource; columns: ColumnScope; permission: Permission },
): Decision {
  if (!decision.allowed) return decision;
  if (reaches(decision, columns))
    return columns.kind === 'include' ? about(decision, columns.names) : decision;
  const missing = [{ permission, resource: describeResource(on) }];
  return { ...decision, allowed: false, columns: [], because: [], missing };
}

/** Several are allowed if each is; a grant that bears on all of them is one reason. */
function together([first, ...further]: readonly [Decision, ...Decision[]]): Decision {
  if (further.length === 0) return first;
  const all = [first, ...further];
  const reasons = new Map(
    all.flatMap(({ because }) => because.map((reason) => [reason.id, reason] as const)),
  );
  return {
    allowed: all.every(({ allowed }) => allowed),
    columns: all.flatMap(({ columns }) => columns),
    isWhole: all.every(({ isWhole }) => isWhole),
    because: [...reasons.values()],
    missing: all.flatMap(({ missing }) => missing),
  };
}

/** Gate 2 for whoever the scope is of, by the decision that the thing's operations ask. */
export async function decideAsked(
  theirs: ReadScope,
  thing: AskedThing,
  permission: Permission,
): Promise<Decision> {
  const ask = (resource: GovernedResource) => theirs.permissions.decide(theirs, { permission, resource });
  const { resource, columns } = thing;
  const [first, ...further] = thing.on;
  const decisions: [Decision, ...Decision[]] = [await ask(first)];
  for (const each of further) decisions.push(await ask(each));
  const decision = together(decisions);
  if (resource.kind === 'TableWithColumns') {
    return onColumns(decision, { names: resource.columns.names, table: first, permission });
  }
  return resource.kind === 'DataCellsFilter'
    ? onFilter(decision, { on: first, columns, permission })
    : decision;
}

/** Whether one grant, by what it shows, would be a reason for the thing. */
export function wouldCount(
  { resource, columns }: AskedThing,
  decision: Decision,
  scope: ColumnScope,
): boolean {
  if (resource.kind === 'TableWithColumns') return isOneOf(scope, resource.columns.names);
  return resource.kind !== 'DataCellsFilter' || reaches({ ...decision, columns: [scope] }, columns);
}
