import { readFileSync } from 'node:fs';

import {
  type ColumnScope,
  type Decision,
  EVERY_TABLE,
  type GovernedResource,
  type Permission,
  type Reason,
} from '@lakewarden/kernel';
import { type Assertion, type Enforcer, newEnforcer, newModelFromString } from 'casbin';

import { filterText } from '../filter/data-cells-filter.ts';
import { filterPath, type GrantedType } from '../grant/grant.ts';
import { isAtOrUnder } from '../location/location-path.ts';
import { coversOf, describeTagResource, isTagResource, type TagLineType } from '../tag/tag-grant.ts';

const MODEL = readFileSync(new URL('grants.conf', import.meta.url), 'utf8');

/** One grant, or one administrator's right, that bears on a resource and is held by someone the caller is. */
export interface SliceLine {
  readonly type: GrantedType | TagLineType | 'ADMIN' | 'READ_ONLY_ADMIN' | 'HYBRID';
  /** The id of that type's thing; an administrator's is the catalog. */
  readonly resource: string;
  readonly permission: Permission;
  readonly grantOption: boolean;
  readonly columns: ColumnScope;
  readonly reason: Reason;
}

interface On {
  readonly type: GovernedResource['type'];
  readonly catalog: string;
  readonly database: string;
  readonly table: string;
  readonly filter: string;
  readonly location: string;
  /** Of LF-tags: what a grant has to be on. */
  readonly covers: readonly string[];
}

const TABLE_LEVEL: ReadonlySet<string> = new Set([
  'TABLE',
  'TABLE_WILDCARD',
  'COLUMN',
  'COLUMNS_EXCEPT',
  'TAGGED_TABLE',
  'TAGGED_COLUMNS',
]);
const DATA: ReadonlySet<string> = new Set(['SELECT', 'INSERT', 'DELETE']);

/** Which id of the path a line's own is compared with. Below a database only its loader knows what lies in it. */
function isWithin(type: SliceLine['type'], resource: string, on: On): boolean {
  switch (type) {
    case 'ADMIN':
    case 'READ_ONLY_ADMIN':
    case 'CATALOG':
      return resource === on.catalog;
    case 'DATABASE':
    case 'TABLE_WILDCARD':
    case 'TAGGED_DATABASE':
      return resource === on.database;
    case 'TABLE':
    case 'COLUMN':
    case 'COLUMNS_EXCEPT':
    case 'TAGGED_TABLE':
    case 'TAGGED_COLUMNS':
      return on.type === 'DATABASE' || resource === on.table;
    case 'HYBRID':
      return resource === (on.type === 'DATABASE' ? on.database : on.table);
    case 'FILTER':
      if (on.type === 'FILTER') return resource === filterPath(on.table, on.filter);
      return on.type === 'DATABASE' || resource.startsWith(filterPath(on.table, ''));
    case 'DATA_LOCATION':
      return on.type === 'DATA_LOCATION' && isAtOrUnder(on.location, resource);
    case 'LF_TAG':
    case 'LF_TAG_EXPRESSION':
    case 'LF_TAG_POLICY_DATABASE':
    case 'LF_TAG_POLICY_TABLE':
      return on.covers.includes(resource);
  }
}

const onOf = (resource: GovernedResource): On => ({
  type: resource.type,
  catalog: resource.catalogId,
  database: 'databaseId' in resource ? (resource.databaseId ?? '') : '',
  table: 'tableId' in resource ? resource.tableId : '',
  filter: resource.type === 'FILTER' ? resource.filterId : '',
  location: resource.type === 'DATA_LOCATION' ? resource.location : '',
  covers: isTagResource(resource) ? coversOf(resource) : [],
});

const withoutRows = ({ rows: _rows, ...columns }: ColumnScope): ColumnScope => columns;

/** As messages and reasons name it. */
export function describeResource(resource: GovernedResource): string {
  switch (resource.type) {
    case 'CATALOG':
      return `catalog ${resource.catalogId}`;
    case 'DATABASE':
      return `database ${resource.database}`;
    case 'TABLE':
      return resource.tableId === EVERY_TABLE && resource.table === '*'
        ? `all tables of database ${resource.database}`
        : `table ${resource.database}.${resource.table}`;
    case 'FILTER':
      return filterText({ database: resource.database, name: resource.table }, resource.filter);
    case 'DATA_LOCATION':
      return `location ${resource.location}`;
    case 'LF_TAG':
    case 'LF_TAG_EXPRESSION':
    case 'LF_TAG_POLICY':
      return describeTagResource(resource);
  }
}

/** The model, compiled once for all slices: that costs far more than a decision. */
class CompiledModel {
  readonly #enforcer: Enforcer;
  readonly #assertion: Assertion;
  #lines: readonly SliceLine[] = [];
  #contributing: SliceLine[] = [];

  private constructor(enforcer: Enforcer, assertion: Assertion) {
    this.#enforcer = enforcer;
    this.#assertion = assertion;
  }

  static async compile(): Promise<CompiledModel> {
    const enforcer = await newEnforcer(newModelFromString(MODEL));
    const assertion = enforcer.getModel().model.get('p')?.get('p');
    if (assertion === undefined) throw new Error('grants.conf defines no policy');
    const compiled = new CompiledModel(enforcer, assertion);
    await enforcer.addFunction('within', (type: SliceLine['type'], resource: string, on: On) =>
      isWithin(type, resource, on),
    );
    await enforcer.addFunction('isData', (permission: string) => DATA.has(permission));
    await enforcer.addFunction('isTableLevel', (type: string) => TABLE_LEVEL.has(type));
    await enforcer.addFunction('contributes', (line: string) => compiled.#contributes(line));
    return compiled;
  }

  #contributes(line: string): boolean {
    const found = this.#lines[Number(line)];
    if (found !== undefined) this.#contributing.push(found);
    return found !== undefined;
  }

  /** Of these lines alone, in one go: nothing else is decided before it has answered. */
  decide(
    lines: readonly SliceLine[],
    on: On,
    permission: Permission,
    withGrantOption: boolean,
  ): { readonly allowed: boolean; readonly contributing: readonly SliceLine[] } {
    this.#lines = lines;
    this.#contributing = [];
    this.#assertion.policy = lines.map((line, i) => [
      String(i),
      line.type,
      line.resource,
      line.permission,
      String(line.grantOption),
      'allow',
    ]);
    const allowed = this.#enforcer.enforceSync(on, permission, withGrantOption);
    return { allowed, contributing: this.#contributing };
  }
}

let model: Promise<CompiledModel> | undefined;

/**
 * The few grants that can bear on one resource for one caller. Casbin's matcher walks every line it holds, so it is
 * never given more (design.md §3). A slice belongs to one resource path and one set of principals.
 */
export class Slice {
  readonly #lines: readonly SliceLine[];
  readonly #model: CompiledModel;
  readonly #known = new Map<string, Decision>();

  private constructor(lines: readonly SliceLine[], compiled: CompiledModel) {
    this.#lines = lines;
    this.#model = compiled;
  }

  static async of(lines: readonly SliceLine[]): Promise<Slice> {
    model ??= CompiledModel.compile();
    return new Slice(lines, await model);
  }

  get size(): number {
    return this.#lines.length;
  }

  /** The same question of the same slice has the same answer: it is asked of Casbin once. */
  decide(resource: GovernedResource, permission: Permission, withGrantOption: boolean): Decision {
    const on = onOf(resource);
    // One slice answers for every filter, location and value of a tag that the same lines bear on.
    const of = [resource.type, on.filter, on.location, ...on.covers].join(' ');
    const key = `${of} ${permission} ${String(withGrantOption)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { allowed, contributing: lines } = this.#model.decide(this.#lines, on, permission, withGrantOption);
    const decision: Decision = {
      allowed,
      // Whoever is asked about a filter itself is asked about all of its rows.
      columns: lines.map(({ columns }) => (resource.type === 'FILTER' ? withoutRows(columns) : columns)),
      isWhole:
        resource.type !== 'DATABASE' || lines.some(({ type }) => !TABLE_LEVEL.has(type) && type !== 'FILTER'),
      because: lines.map(({ reason }) => reason),
      missing: allowed ? [] : [{ permission, resource: describeResource(resource) }],
    };
    this.#known.set(key, decision);
    return decision;
  }
}
