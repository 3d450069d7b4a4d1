/** Lake Formation's permissions (spec/permissions.md §3), by their names in the service model. */
export const PERMISSIONS = [
  'ALL',
  'SELECT',
  'INSERT',
  'DELETE',
  'DESCRIBE',
  'ALTER',
  'DROP',
  'CREATE_DATABASE',
  'CREATE_TABLE',
  'DATA_LOCATION_ACCESS',
  'CREATE_LF_TAG',
  'CREATE_LF_TAG_EXPRESSION',
  'ASSOCIATE',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** What a decision is about, by stable ids; names are there for messages and reasons. */
export type GovernedResource =
  | { readonly type: 'CATALOG'; readonly catalogId: string }
  | {
      readonly type: 'DATABASE';
      readonly catalogId: string;
      readonly databaseId: string;
      readonly database: string;
    }
  | {
      readonly type: 'TABLE';
      readonly catalogId: string;
      readonly databaseId: string;
      readonly database: string;
      readonly tableId: string;
      readonly table: string;
    }
  | {
      /** A data cells filter of a table. */
      readonly type: 'FILTER';
      readonly catalogId: string;
      readonly databaseId: string;
      readonly database: string;
      readonly tableId: string;
      readonly table: string;
      readonly filterId: string;
      readonly filter: string;
    }
  | {
      readonly type: 'DATA_LOCATION';
      readonly catalogId: string;
      /** As libs/permissions writes places: `s3://bucket/prefix`. */
      readonly location: string;
      /** A database whose own, governed location it lies in. */
      readonly databaseId?: string | undefined;
    }
  | TagResource;

/** What is governed of LF-tags themselves (spec/permissions.md §3, §7). */
export type TagResource =
  | {
      readonly type: 'LF_TAG';
      readonly catalogId: string;
      readonly tagId: string;
      readonly key: string;
      /** `*`: every value, also those of tomorrow. */
      readonly value: string;
    }
  | {
      readonly type: 'LF_TAG_EXPRESSION';
      readonly catalogId: string;
      readonly expressionId: string;
      readonly name: string;
    }
  | {
      /** Whatever matches the expression: asked about to pass a permission on it on. */
      readonly type: 'LF_TAG_POLICY';
      readonly catalogId: string;
      readonly of: 'DATABASE' | 'TABLE';
      readonly expressionId: string;
      readonly expression: readonly { readonly key: string; readonly values: readonly string[] }[];
      /** Referred to by its name: it may say something else tomorrow. */
      readonly isSaved: boolean;
    };

/** No table has it: a question about it is one about every table of its database, also those of tomorrow. */
export const EVERY_TABLE = '00000000-0000-0000-0000-000000000000';

/** Which columns one grant shows, and of a data cells filter in which rows. Names are lower case. */
export type ColumnScope = (
  | { readonly kind: 'all' }
  | { readonly kind: 'include'; readonly names: readonly string[] }
  | { readonly kind: 'exclude'; readonly names: readonly string[] }
) & {
  /** SQL: only the rows for which it is true (spec/permissions.md §6). Absent: every row. */
  readonly rows?: string;
};

/** Why a decision allows: one a grant, an administrator's right, or a creator's. */
export interface Reason {
  /** 1: IAM-style policies; 2: data permissions (spec/permissions.md §1). */
  readonly gate: 1 | 2;
  readonly kind: 'grant' | 'policy' | 'admin' | 'read-only-admin' | 'tag' | 'share' | 'hybrid';
  readonly id: string;
  readonly principal: string;
  /** As a person would name it: `table sales.orders`. */
  readonly resource: string;
  readonly permission: Permission;
  readonly grantOption: boolean;
  readonly grantedBy?: string | undefined;
  readonly at?: Date | undefined;
  /** Of a grant through LF-tags: what has to match, and what of the resource's tags does. */
  readonly tags?: { readonly expression: string; readonly matching: readonly string[] } | undefined;
  /** Of a grant that holds under a condition, or for a time. */
  readonly condition?: string | undefined;
  readonly validFrom?: Date | undefined;
  readonly validUntil?: Date | undefined;
}

/** What a decision says (spec/permissions.md §12). */
export interface Decision {
  readonly allowed: boolean;
  /**
   * One entry for each grant that contributes; a column is seen when any of them shows it, and in the rows in which any
   * of those does. Row filter and masks are this, over the table's own columns (`shownCells`).
   */
  readonly columns: readonly ColumnScope[];
  /** False where the caller may know that the thing is there, and no more of it (spec/permissions.md §4). */
  readonly isWhole: boolean;
  readonly because: readonly Reason[];
  readonly missing: readonly { readonly permission: Permission; readonly resource: string }[];
}

export interface Question {
  readonly permission: Permission;
  readonly resource: GovernedResource;
  /** Whether the permission may be passed on, not whether it may be used. */
  readonly withGrantOption?: boolean;
}

export type DatabaseResource = Extract<GovernedResource, { readonly type: 'DATABASE' }>;
export type DataLocationResource = Extract<GovernedResource, { readonly type: 'DATA_LOCATION' }>;
export type TableResource = Extract<GovernedResource, { readonly type: 'TABLE' }>;

/** Locations that are about to enter the catalog, as a client spells them. */
export interface NewLocations {
  readonly catalogId: string;
  readonly locations: readonly string[];
  /**
   * Where the table lies already: what lies in it is no new place (spec/permissions.md §9), if the same registered prefix
   * governs both.
   */
  readonly inside?: string | undefined;
  /**
   * The database of the table: who may create tables in it may do so within its own location (§8), if the same registered
   * prefix governs both. Looked up only where something is registered.
   */
  readonly database?: () => Promise<
    { readonly id: string; readonly location: string | undefined } | undefined
  >;
}

/** Whether any of the scopes shows the column. @param name in lower case */
export const showsColumn = (columns: readonly ColumnScope[], name: string): boolean =>
  columns.some((scope) => {
    switch (scope.kind) {
      case 'all':
        return true;
      case 'include':
        return scope.names.includes(name);
      case 'exclude':
        return !scope.names.includes(name);
    }
  });

/** The scopes that hold in every row: without data cells filters. */
const inEveryRow = (columns: readonly ColumnScope[]): readonly ColumnScope[] =>
  columns.filter(({ rows }) => rows === undefined);

/** Whether the column's values are shown in all rows: what tells of its values at large is for those. */
export const showsEveryRowOf = (columns: readonly ColumnScope[], name: string): boolean =>
  showsColumn(inEveryRow(columns), name);

/** Whether there is nothing, of today's columns and tomorrow's, that is not shown in every row. */
export const showsEverything = (columns: readonly ColumnScope[]): boolean =>
  showsAllColumns(inEveryRow(columns));

/** What several scopes show together, in whatever rows. */
export function unionOf(columns: readonly ColumnScope[]): ColumnScope {
  const included = new Set(columns.flatMap((scope) => (scope.kind === 'include' ? scope.names : [])));
  const excluding = columns.filter((scope) => scope.kind === 'exclude');
  const [first] = excluding;
  if (columns.some(({ kind }) => kind === 'all')) return { kind: 'all' };
  if (first === undefined) return { kind: 'include', names: [...included] };
  // Hidden is what every exclude list hides and no include list shows.
  const hidden = first.names.filter(
    (name) => !included.has(name) && excluding.every(({ names }) => names.includes(name)),
  );
  return hidden.length === 0 ? { kind: 'all' } : { kind: 'exclude', names: hidden };
}

/** Whether every column, also one that is added tomorrow, is shown. */
export const showsAllColumns = (columns: readonly ColumnScope[]): boolean => unionOf(columns).kind === 'all';
