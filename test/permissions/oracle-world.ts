import type { Bounded } from './oracle-bounds.ts';
import type { Shown } from './oracle-filters.ts';
import type { Outcome } from './oracle-tags.ts';
import type { Answer, On, OnTags } from './story.ts';

/** What the parts of the oracle have in common: the things that there are, and how they refuse. */

export interface Table {
  readonly id: number;
  readonly name: string;
  columns: readonly string[];
  keys: readonly string[];
  location?: string | undefined;
  /** Where they lie, by value. */
  readonly partitions: Map<string, string | undefined>;
}

export interface Database {
  readonly id: number;
  name: string;
  /** Default permissions are copied into a database when it is made. */
  readonly isOpen: boolean;
  tables: Table[];
  location?: string | undefined;
}

/** One permission on one thing; of an include list one for each column. */
export interface Held extends Bounded {
  readonly kind: 'catalog' | 'database' | 'tables' | 'table' | 'column' | 'except';
  readonly database: number;
  readonly table: number;
  columns: readonly string[];
  readonly principal: string;
  readonly permission: string;
}

export type Target = Pick<Held, 'kind' | 'database' | 'table'>;

/** §3: what may be granted on what. */
export const GRANTABLE: Readonly<Record<Held['kind'], readonly string[]>> = {
  catalog: ['CREATE_DATABASE', 'CREATE_LF_TAG', 'CREATE_LF_TAG_EXPRESSION', 'ALL'],
  database: ['DESCRIBE', 'ALTER', 'DROP', 'CREATE_TABLE', 'ALL'],
  tables: ['DESCRIBE', 'SELECT', 'INSERT', 'DELETE', 'ALTER', 'DROP', 'ALL'],
  table: ['DESCRIBE', 'SELECT', 'INSERT', 'DELETE', 'ALTER', 'DROP', 'ALL'],
  column: ['SELECT'],
  except: ['SELECT'],
};

export class Refusal extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export const denied = () => new Refusal('AccessDeniedException');
export const missing = () => new Refusal('EntityNotFoundException');
export const invalid = () => new Refusal('InvalidInputException');
export const taken = () => new Refusal('AlreadyExistsException');

/** What LF-tags say of a step. */
export const told = (outcome: Outcome): Partial<Answer> => {
  if (outcome === 'denied') throw denied();
  if (outcome === 'missing') throw missing();
  if (outcome === 'invalid') throw invalid();
  return {};
};

/** §3, of LF-tags themselves. */
export const ON_TAG = ['DESCRIBE', 'ASSOCIATE', 'ALTER', 'DROP'];
export const ON_EXPRESSION = ['DESCRIBE', 'ALTER', 'DROP'];

export const policyOf = (on: Extract<OnTags, { tablesTagged: unknown } | { databasesTagged: unknown }>) =>
  'tablesTagged' in on
    ? { of: 'tables' as const, expression: on.tablesTagged }
    : { of: 'databases' as const, expression: on.databasesTagged };

export const isOnTags = (on: On): on is OnTags =>
  'tag' in on || 'expression' in on || 'tablesTagged' in on || 'databasesTagged' in on;

/** What is granted on by the names of the catalog. */
export type NamedThing = Exclude<On, OnTags | { location: string } | { filter: string }>;

/** §10: whom a grant may name. */
export const IS_THERE =
  /^(admin|ann|bob|cat|liz|ned|(role|session)\/reader|group\/(analysts|makers)|IAM_ALLOWED_PRINCIPALS|IAMPrincipals)$/;
export const EVERYBODY = ['IAM_ALLOWED_PRINCIPALS', 'IAMPrincipals'];
export const NO_TABLE = -1;

export const columnsOf = ({ columns, keys }: Table): string[] => [...columns, ...keys];

export const shows = (held: Pick<Held, 'kind' | 'columns'>, column: string): boolean => {
  if (held.kind === 'column') return held.columns.includes(column);
  if (held.kind === 'except') return !held.columns.includes(column);
  return true;
};

/** All of these and those of tomorrow: a list of names does not reach them. */
export const showsAll = (
  giving: readonly Pick<Held, 'kind' | 'columns'>[],
  columns: readonly string[],
): boolean =>
  giving.some(({ kind }) => kind !== 'column') &&
  columns.every((column) => giving.some((held) => shows(held, column)));

export const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each) => b.includes(each));

/** What shows columns; of a data cells filter in some rows. */
export type Giving = Pick<Held, 'kind' | 'columns'> &
  Partial<Pick<Shown, 'rows'>> & { readonly isByTags?: boolean };
