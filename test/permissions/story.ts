import { z } from 'zod';

/** The language of the permission cases and random worlds: plain data, said to the oracle and to the lake alike. */

export const ACCOUNT = '111122223333';

/**
 * Who asks: `admin` (the account's first administrator), users (`ann`), role sessions (`session/reader`, with the session
 * tag team=blue). Gate 1 lets them through, but for `ned`, who has no policy, and settings, which are `admin`'s.
 * Who is granted to: these, and `group/NAME`, `role/NAME`, `IAM_ALLOWED_PRINCIPALS`, `IAMPrincipals` (all of the account).
 */
export const USERS = ['ann', 'bob', 'cat', 'liz', 'ned'] as const;
export const GROUPS = ['analysts', 'makers'] as const;
export const ROLE = 'reader';

const permissions = z.array(z.string());
const caller = z.string().default('admin');

/** LF-tags: values by key; or the name of a saved expression. */
const expression = z.record(z.string(), z.array(z.string()));
const tagged = z.union([expression, z.string()]);

/** Databases are named `sales`, tables `sales.orders`. */
const on = z.union([
  z.strictObject({ catalog: z.literal(true) }),
  z.strictObject({ database: z.string() }),
  z.strictObject({ table: z.string() }),
  z.strictObject({ tablesOf: z.string() }),
  z.strictObject({ columns: z.array(z.string()), of: z.string() }),
  z.strictObject({ allColumnsBut: z.array(z.string()), of: z.string() }),
  z.strictObject({ location: z.string() }),
  z.strictObject({ filter: z.string(), of: z.string() }),
  z.strictObject({ tag: z.string(), values: z.array(z.string()) }),
  /** The saved expression itself. */
  z.strictObject({ expression: z.string() }),
  z.strictObject({ databasesTagged: tagged }),
  z.strictObject({ tablesTagged: tagged }),
]);
export type On = z.output<typeof on>;

export type OnTags = Extract<
  On,
  | { readonly tag: string }
  | { readonly expression: unknown }
  | { readonly databasesTagged: unknown }
  | { readonly tablesTagged: unknown }
>;

const granted = {
  permissions,
  on,
  option: permissions.default([]),
  /** Condition.Expression; the oracle knows those of STORY_CONDITIONS. */
  when: z.string().optional(),
  /** Hours from now; a revoke finds what is held whatever its time. */
  since: z.number().optional(),
  until: z.number().optional(),
};
const granting = { as: caller, ...granted };
const database = { as: caller, database: z.string() };
const table = { as: caller, table: z.string() };
/** `s3://lake/prefix`: of a database, a table or a partition. */
const located = { location: z.string().optional() };
const columns = { columns: z.array(z.string()), keys: z.array(z.string()).default([]) };

/** The rows of a data cells filter: all, or those in which a column has, or has not, that value. */
const filterRows = z.union([
  z.literal('all'),
  z.strictObject({ column: z.string(), is: z.string(), not: z.boolean().default(false) }),
]);
export type FilterRows = z.output<typeof filterRows>;
const ofFilter = { as: caller, filter: z.string(), of: z.string() };
const filterShows = {
  rows: filterRows.default('all'),
  columns: z.array(z.string()),
  /** The columns are those that are not shown. */
  isExclude: z.boolean().default(false),
};
const hybrid = { hybrid: z.boolean().default(false) };
const optingIn = { as: caller, who: z.string(), on, when: z.string().optional() };
/** One tag on a database, a table, or some columns. */
const tagging = { as: caller, on, key: z.string(), value: z.string() };

export const step = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('Grant'), ...granting, to: z.string() }),
  z.strictObject({ op: z.literal('Revoke'), ...granting, from: z.string() }),
  z.strictObject({
    op: z.literal('BatchGrant'),
    as: caller,
    entries: z.array(z.strictObject({ ...granted, to: z.string() })),
  }),
  z.strictObject({
    op: z.literal('BatchRevoke'),
    as: caller,
    entries: z.array(z.strictObject({ ...granted, from: z.string() })),
  }),
  /** Time goes by, where it can be made to. */
  z.strictObject({ op: z.literal('Pass'), hours: z.number() }),
  z.strictObject({
    op: z.literal('Settings'),
    as: caller,
    admins: z.array(z.string()).default(['admin']),
    readOnlyAdmins: z.array(z.string()).default([]),
    /** New databases and tables are granted to IAM_ALLOWED_PRINCIPALS. */
    isOpen: z.boolean().default(false),
  }),
  z.strictObject({ op: z.literal('Register'), as: caller, location: z.string(), ...hybrid }),
  z.strictObject({ op: z.literal('ChangeRegistration'), as: caller, location: z.string(), ...hybrid }),
  z.strictObject({ op: z.literal('Deregister'), as: caller, location: z.string() }),
  z.strictObject({ op: z.literal('OptIn'), ...optingIn }),
  z.strictObject({ op: z.literal('OptOut'), ...optingIn }),
  z.strictObject({ op: z.literal('ListOptIns'), as: caller, who: z.string() }),
  z.strictObject({ op: z.literal('Join'), group: z.string(), user: z.string() }),
  z.strictObject({ op: z.literal('Leave'), group: z.string(), user: z.string() }),
  z.strictObject({ op: z.literal('CreateDatabase'), ...database, ...located }),
  z.strictObject({ op: z.literal('GetDatabase'), ...database }),
  z.strictObject({ op: z.literal('GetDatabases'), as: caller }),
  z.strictObject({ op: z.literal('RenameDatabase'), ...database, ...located, to: z.string() }),
  z.strictObject({ op: z.literal('DeleteDatabase'), ...database }),
  z.strictObject({ op: z.literal('CreateTable'), ...table, ...columns, ...located }),
  z.strictObject({ op: z.literal('GetTable'), ...table }),
  z.strictObject({ op: z.literal('GetTables'), ...database }),
  z.strictObject({ op: z.literal('UpdateTable'), ...table, ...columns, ...located }),
  z.strictObject({ op: z.literal('DeleteTable'), ...table }),
  z.strictObject({ op: z.literal('GetPartitions'), ...table }),
  z.strictObject({ op: z.literal('CreatePartition'), ...table, ...located, value: z.string() }),
  z.strictObject({ op: z.literal('UpdatePartition'), ...table, ...located, value: z.string() }),
  z.strictObject({ op: z.literal('DeletePartition'), ...table, value: z.string() }),
  z.strictObject({ op: z.literal('CreateFilter'), ...ofFilter, ...filterShows }),
  z.strictObject({ op: z.literal('UpdateFilter'), ...ofFilter, ...filterShows }),
  z.strictObject({ op: z.literal('GetFilter'), ...ofFilter }),
  z.strictObject({ op: z.literal('DeleteFilter'), ...ofFilter }),
  z.strictObject({ op: z.literal('ListFilters'), as: caller, of: z.string() }),
  z.strictObject({ op: z.literal('MakeTag'), as: caller, key: z.string(), values: z.array(z.string()) }),
  z.strictObject({
    op: z.literal('ChangeTag'),
    as: caller,
    key: z.string(),
    add: z.array(z.string()).default([]),
    drop: z.array(z.string()).default([]),
  }),
  z.strictObject({ op: z.literal('DropTag'), as: caller, key: z.string() }),
  z.strictObject({ op: z.literal('GetTag'), as: caller, key: z.string() }),
  z.strictObject({ op: z.literal('Assign'), ...tagging }),
  z.strictObject({ op: z.literal('Unassign'), ...tagging }),
  z.strictObject({ op: z.literal('SaveExpression'), as: caller, name: z.string(), expression }),
  z.strictObject({ op: z.literal('ChangeExpression'), as: caller, name: z.string(), expression }),
  z.strictObject({ op: z.literal('DropExpression'), as: caller, name: z.string() }),
  z.strictObject({ op: z.literal('GetExpression'), as: caller, name: z.string() }),
  z.strictObject({ op: z.literal('ListExpressions'), as: caller }),
  /** The bare decision: may this one do that, or pass it on? No door asks it in just this form. */
  z.strictObject({
    op: z.literal('Decide'),
    as: caller,
    permission: z.string(),
    on: z.union([
      z.strictObject({ catalog: z.literal(true) }),
      z.strictObject({ database: z.string() }),
      z.strictObject({ table: z.string() }),
      z.strictObject({ tablesOf: z.string() }),
    ]),
    withGrantOption: z.boolean().default(false),
  }),
]);
export type Step = z.output<typeof step>;
export type TagStep = Extract<
  Step,
  {
    op:
      | 'MakeTag'
      | 'ChangeTag'
      | 'DropTag'
      | 'GetTag'
      | 'Assign'
      | 'Unassign'
      | 'SaveExpression'
      | 'ChangeExpression'
      | 'DropExpression'
      | 'GetExpression'
      | 'ListExpressions';
  }
>;
/** As it is written down: with what is usual left out. */
export type WrittenStep = z.input<typeof step>;
export type Granting = Extract<Step, { op: 'Grant' }>;
export type Revoking = Extract<Step, { op: 'Revoke' }>;
export type Decide = Extract<Step, { op: 'Decide' }>;
/** What is done to a data cells filter. */
export type FilterStep = Extract<
  Step,
  { op: 'CreateFilter' | 'UpdateFilter' | 'GetFilter' | 'DeleteFilter' | 'ListFilters' }
>;

export const answer = z.strictObject({
  /** OK, or the exception. */
  code: z.string().default('OK'),
  /** GetTable, Decide on a table: the columns and partition keys that are shown, by name. GetFilter: those of its list. */
  columns: z.array(z.string()).optional(),
  /**
   * Decide SELECT on a table, where a data cells filter with rows of its own bears on it, be it that something else shows
   * all of them: the columns shown of a row of `x` alone, and of one of `y` alone.
   */
  cells: z.record(z.string(), z.array(z.string())).optional(),
  /**
   * GetDatabases, GetTables, ListFilters, ListExpressions: by name; GetPartitions: their first values; GetTag: its values; ListOptIns:
   * `catalog`, `database sales`, `table sales.orders`, `tables of sales`.
   */
  names: z.array(z.string()).optional(),
  /** GetDatabase: whether more than its name is shown. */
  isWhole: z.boolean().optional(),
  /** BatchGrant, BatchRevoke: of each entry. */
  codes: z.array(z.string()).optional(),
});
export type Answer = z.output<typeof answer>;

export const permissionCase = z.strictObject({
  id: z.string(),
  /** Of the decision rule, such as `§5`. */
  section: z.string(),
  says: z.string(),
  /** Steps after the fixture whatever their answer: what was refused then must not be remembered. */
  before: z.array(step).default([]),
  /** Steps that must succeed, after that. */
  given: z.array(step).default([]),
  ask: step,
  answer: answer.prefault({}),
});
export type PermissionCase = z.output<typeof permissionCase>;

export const caseFile = z.strictObject({
  /** Before every case. */
  fixture: z.array(step),
  cases: z.array(permissionCase),
});

/** What stories are told to. */
export interface Listener {
  run(step: Step): Promise<Answer>;
}

/** The two halves of `sales.orders`, folded as the field folds names (§13.9). */
export function pathOf(table: string): readonly [database: string, name: string] {
  const [database = '', name = ''] = table.toLowerCase().split('.');
  return [database, name];
}
