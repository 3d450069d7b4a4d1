import { type GovernedResource, type Permission, PERMISSIONS } from '@lakewarden/kernel';
import { describe, expect, it } from 'vitest';

import { Slice, type SliceLine } from './rule.ts';

/*
 * The rule told once more, by what is held, from spec/permissions.md §3, §4, §6 to §9, and compared with grants.conf for
 * every question there is. `npm run test:mutants` puts each condition of grants.conf true and false against it.
 */
const home = { catalogId: 'c', databaseId: 'd', database: 'sales' };
const table = { ...home, tableId: 't', table: 'orders' };
const policy = {
  type: 'LF_TAG_POLICY',
  catalogId: 'c',
  of: 'TABLE',
  expressionId: 'e',
  expression: [{ key: 'env', values: ['x'] }],
  isSaved: false,
} as const;
const RESOURCES: readonly GovernedResource[] = [
  { type: 'CATALOG', catalogId: 'c' },
  { ...home, type: 'DATABASE' },
  { ...table, type: 'TABLE' },
  { ...table, type: 'FILTER', filterId: 'f', filter: 'few' },
  { type: 'DATA_LOCATION', catalogId: 'c', location: 's3://lake/a/b' },
  { type: 'DATA_LOCATION', catalogId: 'c', location: 's3://lake/a/c', databaseId: 'd' },
  { type: 'LF_TAG', catalogId: 'c', tagId: 'g', key: 'env', value: 'x' },
  { type: 'LF_TAG_EXPRESSION', catalogId: 'c', expressionId: 'e', name: 'saved' },
  policy,
];

interface Held {
  readonly permission: Permission;
  readonly option: boolean;
}
interface Question {
  readonly on: GovernedResource;
  readonly asked: Permission;
  /** To pass it on. */
  readonly passingOn: boolean;
}
type Rule = (held: Held, question: Question) => boolean;

const isOf = (permission: Permission, ...all: Permission[]): boolean => all.includes(permission);
const itself: Rule = ({ permission }, { asked }) => permission === asked;
const itselfOrAll: Rule = ({ permission }, { asked }) => isOf(permission, asked, 'ALL');
/** Whatever is held shows the thing; that is not passed on. */
const shows: Rule = (_held, { asked, passingOn }) => asked === 'DESCRIBE' && !passingOn;
const selects: Rule = ({ permission }) => isOf(permission, 'SELECT', 'ALL');
/** Of a filter: whoever may pass on SELECT of its table. */
const manages: Rule = (held, { asked, passingOn }) =>
  held.option && selects(held, { on: policy, asked, passingOn }) && (passingOn || asked !== 'SELECT');
const any =
  (...rules: Rule[]): Rule =>
  (held, question) =>
    rules.some((rule) => rule(held, question));
const ofTable = { TABLE: any(itselfOrAll, shows), DATABASE: shows, FILTER: manages };
const ofDatabase = {
  DATABASE: any(itselfOrAll, shows),
  DATA_LOCATION: (({ permission }, { passingOn }) =>
    isOf(permission, 'CREATE_TABLE', 'ALL') && !passingOn) satisfies Rule,
};
const onColumns: Rule = (held, question) =>
  selects(held, question) && (question.asked === 'SELECT' || shows(held, question));
const ofColumns = { TABLE: onColumns, DATABASE: shows, FILTER: manages };
const everything = (rule: Rule): Partial<Record<GovernedResource['type'], Rule>> =>
  Object.fromEntries(RESOURCES.map(({ type }) => [type, rule]));
const policies: Rule = (held, question) => question.passingOn && itselfOrAll(held, question);

const ON_DATABASE: Permission[] = ['ALL', 'DESCRIBE', 'ALTER', 'DROP', 'CREATE_TABLE'];
const ON_TABLE: Permission[] = ['ALL', 'SELECT', 'INSERT', 'DELETE', 'DESCRIBE', 'ALTER', 'DROP'];

interface Kind {
  readonly resource: string;
  readonly permissions: readonly Permission[];
  /** Where there is but one. */
  readonly option?: boolean;
  readonly gives: Partial<Record<GovernedResource['type'], Rule>>;
}

const KINDS: Readonly<Record<SliceLine['type'], Kind>> = {
  ADMIN: {
    resource: 'c',
    permissions: ['ALL'],
    option: true,
    gives: everything(
      (_held, { asked, passingOn }) => passingOn || !isOf(asked, 'SELECT', 'INSERT', 'DELETE'),
    ),
  },
  READ_ONLY_ADMIN: {
    resource: 'c',
    permissions: ['ALL'],
    option: false,
    gives: everything((_held, { asked, passingOn }) => asked === 'DESCRIBE' && !passingOn),
  },
  CATALOG: {
    resource: 'c',
    permissions: ['ALL', 'CREATE_DATABASE', 'CREATE_LF_TAG', 'DESCRIBE'],
    gives: {
      CATALOG: any(itself, ({ permission }, { asked }) => permission === 'ALL' && asked !== 'DESCRIBE'),
    },
  },
  DATABASE: { resource: 'd', permissions: ON_DATABASE, gives: ofDatabase },
  TABLE: { resource: 't', permissions: ON_TABLE, gives: ofTable },
  TABLE_WILDCARD: { resource: 'd', permissions: ON_TABLE, gives: ofTable },
  COLUMN: { resource: 't', permissions: ['SELECT'], gives: ofColumns },
  COLUMNS_EXCEPT: { resource: 't', permissions: ['SELECT'], gives: ofColumns },
  FILTER: {
    resource: 't/f',
    permissions: ['SELECT', 'DESCRIBE', 'DROP', 'ALTER'],
    gives: {
      FILTER: any(itself, shows),
      TABLE: ({ permission }, { asked, passingOn }) =>
        permission === 'SELECT' && !passingOn && isOf(asked, 'SELECT', 'DESCRIBE'),
      DATABASE: (held, question) => held.permission === 'SELECT' && shows(held, question),
    },
  },
  DATA_LOCATION: {
    resource: 's3://lake/a',
    permissions: ['DATA_LOCATION_ACCESS'],
    gives: { DATA_LOCATION: itself },
  },
  TAGGED_DATABASE: { resource: 'd', permissions: ON_DATABASE, gives: ofDatabase },
  TAGGED_TABLE: { resource: 't', permissions: ON_TABLE, gives: ofTable },
  TAGGED_COLUMNS: { resource: 't', permissions: ['SELECT', 'ALL'], gives: ofColumns },
  LF_TAG: {
    resource: 'g x',
    permissions: ['DESCRIBE', 'ASSOCIATE', 'ALTER', 'DROP'],
    gives: { LF_TAG: any(itself, shows) },
  },
  LF_TAG_EXPRESSION: {
    resource: 'e',
    permissions: ['DESCRIBE', 'ALTER', 'DROP'],
    gives: { LF_TAG_EXPRESSION: any(itself, shows) },
  },
  LF_TAG_POLICY_DATABASE: { resource: 'e', permissions: ON_DATABASE, gives: { LF_TAG_POLICY: policies } },
  LF_TAG_POLICY_TABLE: { resource: 'e', permissions: ON_TABLE, gives: { LF_TAG_POLICY: policies } },
  HYBRID: {
    resource: 'd',
    permissions: ['ALL'],
    option: false,
    gives: { DATABASE: (_held, { passingOn }) => !passingOn },
  },
};
const OF_TABLE: Kind = {
  resource: 't',
  permissions: ['ALL'],
  option: false,
  gives: { TABLE: (_held, { passingOn }) => !passingOn },
};

const lineOf = (type: SliceLine['type'], resource: string, { permission, option }: Held): SliceLine => ({
  type,
  resource,
  permission,
  grantOption: option,
  columns: { kind: 'all' },
  reason: { gate: 2, kind: 'grant', id: 'i', principal: 'ann', resource, permission, grantOption: option },
});

async function expectAgreement(type: SliceLine['type'], kind: Kind): Promise<void> {
  for (const permission of kind.permissions) {
    for (const option of kind.option === undefined ? [false, true] : [kind.option]) {
      const held = { permission, option };
      const slice = await Slice.of([lineOf(type, kind.resource, held)]);
      const elsewhere = await Slice.of([lineOf(type, `x${kind.resource}`, held)]);
      for (const on of RESOURCES) {
        for (const asked of PERMISSIONS) {
          for (const passingOn of [false, true]) {
            const question = { on, asked, passingOn };
            const isOfDatabase =
              on.type !== 'DATA_LOCATION' || type === 'DATA_LOCATION' || type.includes('ADMIN');
            const isThere = isOfDatabase || on.databaseId !== undefined;
            const isAllowed =
              isThere && (!passingOn || option) && kind.gives[on.type]?.(held, question) === true;
            const said = slice.decide(on, asked, passingOn);
            expect({ held, question, allowed: said.allowed }).toEqual({ held, question, allowed: isAllowed });
            expect(said.because).toHaveLength(isAllowed ? 1 : 0);
            // Below a database its loader alone knows what lies in it (rule.ts, isWithin).
            if (on.type !== 'DATABASE') expect(elsewhere.decide(on, asked, passingOn).allowed).toBe(false);
          }
        }
      }
    }
  }
}

describe('grants.conf', () => {
  it.each(Object.entries(KINDS))('says of %s what the specification says', async (type, kind) => {
    await expectAgreement(type as SliceLine['type'], kind); // a key of KINDS
  });

  it('says of a table under a hybrid location what the specification says', async () => {
    await expectAgreement('HYBRID', OF_TABLE);
  });
});
