import { isGrantee } from '@lakewarden/identity';
import {
  defineRead,
  defineWrite,
  invalid,
  LakewardenError,
  notFound,
  type Page,
  type PageRequest,
  type ReadScope,
  toPage,
  type WriteScope,
} from '@lakewarden/kernel';

import { authorizeLake } from '../authorize.ts';
import { parseCondition } from '../condition/condition.ts';
import { announceBounds } from '../condition/grant-bounds.ts';
import { IAM_ALLOWED_PRINCIPALS, isLakeAdmin, seesAll } from '../decision/caller-set.ts';
import {
  catalogIdOf,
  describeAsked,
  type GrantResource,
  resolveResource,
} from '../grant/granted-resource.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';
import type { ListedOptIn, OptInTarget, OptInType } from './opt-in.ts';
import { findOptIns, removeOptIn, removeOptInsOf, saveOptIn } from './opt-in.repository.ts';

export interface OptInEntry {
  readonly principal: string;
  readonly resource: GrantResource;
  readonly condition?: string | undefined;
}

const TYPES: Readonly<Partial<Record<GrantResource['kind'], OptInType>>> = {
  Catalog: 'CATALOG',
  Database: 'DATABASE',
  Table: 'TABLE',
  TableWildcard: 'TABLE_WILDCARD',
};

/** @throws InvalidInputException nobody is opted in on a thing of that kind */
function typeOf({ kind }: GrantResource): OptInType {
  const type = TYPES[kind];
  if (type !== undefined) return type;
  throw invalid(
    `A principal is opted in on a Catalog, a Database, a Table or all Tables of a Database, not on a ${kind}.`,
  );
}

const denied = (what: string): LakewardenError =>
  new LakewardenError('AccessDeniedException', `Only a data lake administrator ${what}.`);

/**
 * As in Lake Formation, a data lake administrator alone: whom he opts out, IAM alone decides about.
 * @throws AccessDeniedException
 */
async function requireLakeAdmin(scope: ReadScope, catalogId: string): Promise<void> {
  await authorizeLake(scope, catalogId);
  const own = await settingsOf(scope, scope.caller.accountId);
  if (scope.caller.accountId === catalogId && isLakeAdmin(scope.caller, own)) return;
  throw denied('opts principals in and out');
}

/** @throws EntityNotFoundException the database or table is not there */
async function targetOf(scope: ReadScope, resource: GrantResource): Promise<OptInTarget> {
  const type = typeOf(resource);
  const { catalogId, databaseId, tableId } = await resolveResource(scope, resource);
  return { catalogId, type, databaseId, tableId };
}

/** Decisions are kept for as long as what is held on the thing, or on what it lies in, does not change. */
function announce(scope: WriteScope, { catalogId, databaseId, tableId }: OptInTarget): void {
  const subjectId = tableId ?? databaseId ?? catalogId;
  scope.changed({ accountId: catalogId, kind: 'grant', subjectId });
}

/** @throws InvalidInputException */
async function refuseUnfitEntry(scope: ReadScope, { principal, condition }: OptInEntry): Promise<void> {
  if (principal === IAM_ALLOWED_PRINCIPALS) {
    throw invalid(
      `${IAM_ALLOWED_PRINCIPALS} stands for whom IAM alone decides about, and is not opted in: name ` +
        'ACCOUNT:IAMPrincipals for everybody of the account.',
    );
  }
  if (condition !== undefined) parseCondition(condition);
  if (!(await isGrantee(scope, principal))) throw invalid(`Invalid principal: ${principal}`);
}

/**
 * Has data permissions govern the principal on the resource, where its location is hybrid. Opting in again changes who
 * did it last, and when.
 *
 * @throws AccessDeniedException, EntityNotFoundException, InvalidInputException (resource, principal, condition)
 * @see spec/permissions.md §8
 */
export const createOptIn = defineWrite({
  action: 'lakeformation:CreateLakeFormationOptIn',

  async run(scope, entry: OptInEntry): Promise<void> {
    await requireLakeAdmin(scope, catalogIdOf(entry.resource));
    const target = await targetOf(scope, entry.resource);
    await refuseUnfitEntry(scope, entry);
    await saveOptIn(scope.tx, {
      ...target,
      id: scope.newId<'OptIn'>(),
      principal: entry.principal,
      condition: entry.condition,
      updatedBy: scope.caller.arn,
      updatedAt: scope.now,
    });
    announce(scope, target);
    announceBounds(scope, target.catalogId, { condition: entry.condition });
  },
});

/** @throws AccessDeniedException, InvalidInputException; EntityNotFoundException he is not opted in on just that */
export const deleteOptIn = defineWrite({
  action: 'lakeformation:DeleteLakeFormationOptIn',

  async run(scope, { principal, resource, condition }: OptInEntry): Promise<void> {
    await requireLakeAdmin(scope, catalogIdOf(resource));
    const target = await targetOf(scope, resource);
    if (!(await removeOptIn(scope.tx, target, principal, condition))) {
      throw notFound(`${principal} is not opted in on ${describeAsked(resource)}.`);
    }
    announce(scope, target);
  },
});

export interface ListOptIns extends PageRequest {
  readonly catalogId: string;
  readonly principal?: string | undefined;
  /** Just that: whoever is opted in on its database is not listed with a table. */
  readonly resource?: GrantResource | undefined;
}

/** The oldest first. @throws AccessDeniedException, EntityNotFoundException, InvalidInputException */
export const listOptIns = defineRead({
  action: 'lakeformation:ListLakeFormationOptIns',

  async run(scope, command: ListOptIns): Promise<Page<ListedOptIn>> {
    const { principal, resource } = command;
    const catalogId = resource === undefined ? command.catalogId : catalogIdOf(resource);
    await authorizeLake(scope, catalogId);
    const own = await settingsOf(scope, scope.caller.accountId);
    if (!seesAll(scope.caller, catalogId, own)) throw denied('or a read-only one sees who is opted in');
    const on = resource && (await targetOf(scope, resource));
    const question = ['ListLakeFormationOptIns', catalogId, principal, on, scope.caller.arn];
    const after = command.token === undefined ? undefined : scope.tokens.open(question, command.token);
    const found = await findOptIns(scope.tx, {
      catalogId,
      principal,
      on,
      after: after?.toString(),
      limit: command.limit + 1,
    });
    return toPage(found, command.limit, (last) => scope.tokens.issue(question, Buffer.from(last.id)));
  },
});

/** With a principal go its opt-ins: one made again under its name starts without any. */
export async function forgetOptIns(scope: WriteScope, arn: string): Promise<void> {
  for (const { catalogId, subjectId } of await removeOptInsOf(scope.tx, arn)) {
    scope.changed({ accountId: catalogId, kind: 'grant', subjectId });
  }
}
