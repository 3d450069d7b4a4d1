import {
  defineRead,
  defineWrite,
  invalid,
  LakewardenError,
  notFound,
  type Page,
  type PageRequest,
  parseRoleArn,
  type ReadScope,
  roleArn,
  toPage,
  type WriteScope,
} from '@lakewarden/kernel';
import { isGrantee } from '@lakewarden/identity';

import { authorizeLake } from '../authorize.ts';
import { isLakeAdmin, isReadOnlyLakeAdmin } from '../decision/caller-set.ts';
import { settingsOf } from '../settings/put-data-lake-settings.ts';
import type { DataLocation } from './data-location.ts';
import {
  deleteDataLocation,
  insertDataLocation,
  listDataLocations,
  lockDataLocation,
  updateDataLocation,
} from './data-location.repository.ts';
import { type LocationFilter, passes } from './location-filter.ts';
import { arnOfPlace, placeOfArn } from './location-path.ts';

/** `[L]`: every decision about a location compares it with each of them. */
const MAX_LOCATIONS = 1_000;

const denied = (what: string): LakewardenError =>
  new LakewardenError(
    'AccessDeniedException',
    `Only a data lake administrator, or an administrator of the account, ${what}.`,
  );

/** spec/permissions.md §4: a data lake administrator, or an IAM administrator whom gate 1 has let through. */
async function requireAdministrator(scope: ReadScope): Promise<void> {
  const { accountId } = scope.caller;
  await authorizeLake(scope, accountId);
  const own = await settingsOf(scope, accountId);
  if (isLakeAdmin(scope.caller, own) || scope.caller.isAccountAdministrator) return;
  throw denied('registers data locations');
}

async function requireAuditor(scope: ReadScope): Promise<void> {
  const { accountId } = scope.caller;
  await authorizeLake(scope, accountId);
  const own = await settingsOf(scope, accountId);
  const isOne = isLakeAdmin(scope.caller, own) || isReadOnlyLakeAdmin(scope.caller, own);
  if (!isOne && !scope.caller.isAccountAdministrator) throw denied('sees the registered data locations');
}

const notRegistered = (arn: string): LakewardenError => notFound(`Resource ${arn} is not registered.`);

function changed(scope: WriteScope): void {
  const { accountId } = scope.caller;
  scope.changed({ accountId, kind: 'data-location', subjectId: accountId });
}

/** @throws InvalidInputException it is no role of the caller's account */
async function requireRole(scope: ReadScope, arn: string): Promise<void> {
  const isOwn = parseRoleArn(arn)?.accountId === scope.caller.accountId;
  if (!isOwn || !(await isGrantee(scope, arn))) throw invalid(`${arn} is no role of this account.`);
}

/** Lake Formation's own role, in whose name an account need not make one. */
const serviceLinkedRole = (accountId: string): string =>
  roleArn(
    accountId,
    '/aws-service-role/lakeformation.amazonaws.com/',
    'AWSServiceRoleForLakeFormationDataAccess',
  );

export interface RegisterResource {
  readonly arn: string;
  readonly roleArn?: string | undefined;
  readonly useServiceLinkedRole: boolean;
  readonly withFederation: boolean;
  readonly hybridAccessEnabled: boolean;
  readonly withPrivilegedAccess: boolean;
  readonly expectedOwnerAccount?: string | undefined;
}

/**
 * Puts a prefix under the data lake's control: from now on a location in it takes DATA_LOCATION_ACCESS. Grants that were
 * made before it was deregistered count again.
 *
 * @throws AlreadyExistsException, InvalidInputException (the location, the role), ResourceNumberLimitExceededException
 * @see spec/permissions.md §8
 */
export const registerResource = defineWrite({
  action: 'lakeformation:RegisterResource',

  async run(scope, command: RegisterResource): Promise<DataLocation> {
    await requireAdministrator(scope);
    const { accountId } = scope.caller;
    const location = placeOfArn(command.arn);
    if (command.useServiceLinkedRole === (command.roleArn !== undefined)) {
      throw invalid('Give a RoleArn, or UseServiceLinkedRole: one of the two.');
    }
    if (command.roleArn !== undefined) await requireRole(scope, command.roleArn);
    if ((await listDataLocations(scope.tx, accountId)).length >= MAX_LOCATIONS) {
      throw new LakewardenError(
        'ResourceNumberLimitExceededException',
        `An account registers at most ${String(MAX_LOCATIONS)} locations: register prefixes above them.`,
      );
    }
    const registered: DataLocation = {
      catalogId: accountId,
      location,
      roleArn: command.roleArn ?? serviceLinkedRole(accountId),
      withFederation: command.withFederation,
      hybridAccessEnabled: command.hybridAccessEnabled,
      withPrivilegedAccess: command.withPrivilegedAccess,
      expectedOwnerAccount: command.expectedOwnerAccount,
      updatedAt: scope.now,
    };
    await insertDataLocation(scope.tx, scope.newId<'DataLocation'>(), registered);
    changed(scope);
    return registered;
  },
});

export interface UpdateResource {
  readonly arn: string;
  readonly roleArn: string;
  /** What is absent stays. */
  readonly withFederation?: boolean | undefined;
  readonly hybridAccessEnabled?: boolean | undefined;
  readonly expectedOwnerAccount?: string | undefined;
}

/** @throws EntityNotFoundException, InvalidInputException */
export const updateResource = defineWrite({
  action: 'lakeformation:UpdateResource',

  async run(scope, command: UpdateResource): Promise<DataLocation> {
    await requireAdministrator(scope);
    await requireRole(scope, command.roleArn);
    const found = await lockDataLocation(scope.tx, scope.caller.accountId, placeOfArn(command.arn));
    if (found === undefined) throw notRegistered(command.arn);
    const updated: DataLocation = {
      ...found,
      roleArn: command.roleArn,
      withFederation: command.withFederation ?? found.withFederation,
      hybridAccessEnabled: command.hybridAccessEnabled ?? found.hybridAccessEnabled,
      expectedOwnerAccount: command.expectedOwnerAccount ?? found.expectedOwnerAccount,
      updatedAt: scope.now,
    };
    await updateDataLocation(scope.tx, updated);
    changed(scope);
    return updated;
  },
});

/** Grants on it stay, dormant. @throws EntityNotFoundException */
export const deregisterResource = defineWrite({
  action: 'lakeformation:DeregisterResource',

  async run(scope, { arn }: { readonly arn: string }): Promise<void> {
    await requireAdministrator(scope);
    const found = await lockDataLocation(scope.tx, scope.caller.accountId, placeOfArn(arn));
    if (found === undefined) throw notRegistered(arn);
    await deleteDataLocation(scope.tx, found.catalogId, found.location);
    changed(scope);
  },
});

/** @throws EntityNotFoundException */
export const describeResource = defineRead({
  action: 'lakeformation:DescribeResource',

  async run(scope, { arn }: { readonly arn: string }): Promise<DataLocation> {
    await requireAuditor(scope);
    const location = placeOfArn(arn);
    const all = await listDataLocations(scope.tx, scope.caller.accountId);
    const found = all.find((each) => each.location === location);
    if (found === undefined) throw notRegistered(arn);
    return found;
  },
});

export interface ListResources extends PageRequest {
  readonly filters: readonly LocationFilter[];
}

/** By place. @throws InvalidInputException a filter compares what cannot be compared so */
export const listResources = defineRead({
  action: 'lakeformation:ListResources',

  async run(scope, command: ListResources): Promise<Page<DataLocation>> {
    await requireAuditor(scope);
    const { accountId } = scope.caller;
    const question = ['ListResources', accountId, JSON.stringify(command.filters)];
    const after = command.token === undefined ? '' : scope.tokens.open(question, command.token).toString();
    const holds = passes(command.filters);
    const found = (await listDataLocations(scope.tx, accountId))
      .filter((each) => arnOfPlace(each.location) > after && holds(each))
      .sort((a, b) => (arnOfPlace(a.location) < arnOfPlace(b.location) ? -1 : 1));
    return toPage(found.slice(0, command.limit + 1), command.limit, (last) =>
      scope.tokens.issue(question, Buffer.from(arnOfPlace(last.location))),
    );
  },
});
