import {
  authorizeTable,
  insufficient,
  type Partition,
  pageOfPartitions,
  type GetPartitions,
  type PermittedTable,
  readPartition,
  requireTable,
  type Table,
  type TableRef,
} from '@lakewarden/catalog';
import {
  type Decision,
  defineRead,
  invalid,
  LakewardenError,
  type Permission,
  type ReadScope,
  showsColumn,
  showsEveryRowOf,
  tableArn,
  type TableResource,
} from '@lakewarden/kernel';

import { cellFilters, type Mask, shownCells } from '../decision/row-filter.ts';
import { isRegistered } from '../location/registered-locations.ts';
import { notTrusted, requireTrust, type Trust } from './trusted-engine.ts';

/** What an engine is able to enforce (service model glue, `PermissionType`). */
export const PERMISSION_TYPES = [
  'COLUMN_PERMISSION',
  'CELL_FILTER_PERMISSION',
  'NESTED_PERMISSION',
  'NESTED_CELL_PERMISSION',
] as const;
export type PermissionType = (typeof PERMISSION_TYPES)[number];

/** What all three operations say of who asks. */
export interface EngineRequest {
  readonly table: TableRef;
  readonly region?: string | undefined;
  readonly supported: readonly PermissionType[];
  /** What the engine's user is about to do; SELECT where nothing is said. */
  readonly permissions?: readonly Permission[] | undefined;
  /** Of an earlier answer about the same table. */
  readonly queryAuthorizationId?: string | undefined;
}

/** Columns of a table that the user may see, and how an engine has to cut what he sees. */
export interface Authorized {
  readonly table: Table;
  readonly columns: readonly string[];
}

export interface UnfilteredTable extends Authorized {
  readonly isRegistered: boolean;
  readonly rowFilter?: string | undefined;
  readonly cellFilters: readonly Mask[];
  readonly permissions: readonly Permission[];
  readonly resourceArn: string;
  readonly queryAuthorizationId: string;
}

const ON_TABLE: readonly Permission[] = ['ALL', 'SELECT', 'INSERT', 'DELETE', 'ALTER', 'DROP'];

const namesOf = ({ definition, partitionKeys }: Table): string[] =>
  [...(definition.StorageDescriptor?.Columns ?? []), ...partitionKeys].map(({ Name }) => Name);

const mismatch = (needed: PermissionType): LakewardenError =>
  new LakewardenError(
    'PermissionTypeMismatchException',
    `The caller's permissions on the table need an engine that enforces ${needed}: name it in SupportedPermissionTypes if it does.`,
  );

/** An engine that cannot cut what is to be cut gets nothing. */
function refuseUnfitEngine(
  table: Table,
  { columns }: Decision,
  supported: readonly PermissionType[],
  trust: Trust,
): void {
  const names = namesOf(table).map((name) => name.toLowerCase());
  const isCut = names.some((name) => !showsColumn(columns, name));
  const isFiltered = names.some((name) => showsColumn(columns, name) && !showsEveryRowOf(columns, name));
  if (trust === 'FULL_TABLE' && (isCut || isFiltered)) throw notTrusted();
  const enforces = (...types: readonly PermissionType[]) => types.some((type) => supported.includes(type));
  if (isFiltered && !enforces('CELL_FILTER_PERMISSION', 'NESTED_CELL_PERMISSION')) {
    throw mismatch('CELL_FILTER_PERMISSION');
  }
  if (isCut && !enforces('COLUMN_PERMISSION', 'NESTED_PERMISSION')) throw mismatch('COLUMN_PERMISSION');
}

interface Admitted extends PermittedTable {
  readonly resource: TableResource;
  readonly trust: Trust;
}

/** The table, once both its caller and his engine may have it. */
async function admit(scope: ReadScope, request: EngineRequest): Promise<Admitted> {
  const { region, permissions = [], supported, table: ref } = request;
  if (region !== undefined && region !== scope.home.region) {
    throw invalid(`Region ${region} is not here: this catalog is of ${scope.home.region}.`);
  }
  await authorizeTable(scope, ref);
  const trust = await requireTrust(scope, ref.catalogId);
  const [first = 'SELECT', ...more] = permissions;
  const found = await requireTable(scope, ref, [first]);
  const { table } = found;
  const resource: TableResource = {
    type: 'TABLE',
    catalogId: table.catalogId,
    databaseId: table.databaseId,
    database: table.database,
    tableId: table.id,
    table: table.name,
  };
  const decide = (permission: Permission) => scope.permissions.decide(scope, { permission, resource });
  for (const permission of more) {
    if (!(await decide(permission)).allowed) throw insufficient([permission], ref.name);
  }
  // What is shown is what SELECT shows; who only writes is shown what his permission shows.
  const select = await decide('SELECT');
  const decision = select.allowed ? select : found.decision;
  refuseUnfitEngine(table, decision, supported, trust);
  return { ...found, decision, resource, trust };
}

const authorizedColumns = ({ table, decision }: Admitted): string[] =>
  namesOf(table).filter((name) => showsColumn(decision.columns, name.toLowerCase()));

const locationOf = ({ definition }: Table): string | undefined => definition.StorageDescriptor?.Location;

/** A partition without a place of its own lies in its table's. */
const withPlace = async (scope: ReadScope, { table }: Admitted, partition: Partition) => ({
  partition,
  isRegistered: await isRegistered(
    scope,
    table.catalogId,
    partition.storageDescriptor?.Location ?? locationOf(table),
  ),
});

/** Names this caller's view of this table for a day; nobody can make one up. */
function authorizationId(scope: ReadScope, table: Table, given: string | undefined): string {
  const question = ['QueryAuthorization', table.id, scope.caller.arn];
  if (given === undefined) return scope.tokens.issue(question, Buffer.from(table.id));
  scope.tokens.open(question, given, (fault) => invalid(`QueryAuthorizationId ${fault}`));
  return given;
}

/**
 * A table with all of its columns, for an engine that shows its user no more than his permissions do.
 * @throws AccessDeniedException the engine is not trusted, or its user may not
 * @throws PermissionTypeMismatchException the engine cannot enforce what the user's permissions need
 */
export const getUnfilteredTableMetadata = defineRead({
  action: 'glue:GetUnfilteredTableMetadata',

  async run(scope, request: EngineRequest): Promise<UnfilteredTable> {
    const admitted = await admit(scope, request);
    const { table, decision, resource } = admitted;
    const held = await Promise.all(
      ON_TABLE.map((permission) => scope.permissions.decide(scope, { permission, resource })),
    );
    const names = namesOf(table).map((name) => name.toLowerCase());
    return {
      table,
      columns: authorizedColumns(admitted),
      isRegistered: await isRegistered(scope, table.catalogId, locationOf(table)),
      rowFilter: shownCells(decision.columns, names).rowFilter,
      cellFilters: cellFilters(decision.columns, names),
      permissions: ON_TABLE.filter((_permission, i) => held[i]?.allowed === true),
      resourceArn: tableArn(
        { region: scope.home.region, accountId: table.catalogId },
        table.database,
        table.name,
      ),
      queryAuthorizationId: authorizationId(scope, table, request.queryAuthorizationId),
    };
  },
});

export interface UnfilteredPartition extends Authorized {
  readonly partition: Partition;
  readonly isRegistered: boolean;
}

/** @throws as GetUnfilteredTableMetadata; EntityNotFoundException there is no such partition */
export const getUnfilteredPartitionMetadata = defineRead({
  action: 'glue:GetUnfilteredPartitionMetadata',

  async run(
    scope,
    { values, ...request }: EngineRequest & { readonly values: readonly string[] },
  ): Promise<UnfilteredPartition> {
    const admitted = await admit(scope, request);
    authorizationId(scope, admitted.table, request.queryAuthorizationId);
    const partition = await readPartition(scope, admitted.table, values);
    return {
      table: admitted.table,
      columns: authorizedColumns(admitted),
      ...(await withPlace(scope, admitted, partition)),
    };
  },
});

export interface UnfilteredPartitions extends Authorized {
  readonly items: readonly Pick<UnfilteredPartition, 'partition' | 'isRegistered'>[];
  readonly next?: string;
}

/** @throws as GetUnfilteredTableMetadata; as GetPartitions */
export const getUnfilteredPartitionsMetadata = defineRead({
  action: 'glue:GetUnfilteredPartitionsMetadata',

  async run(scope, request: EngineRequest & GetPartitions): Promise<UnfilteredPartitions> {
    const admitted = await admit(scope, request);
    authorizationId(scope, admitted.table, request.queryAuthorizationId);
    const page = await pageOfPartitions(scope, admitted, request);
    const items = await Promise.all(page.items.map((each) => withPlace(scope, admitted, each)));
    return {
      table: admitted.table,
      columns: authorizedColumns(admitted),
      items,
      ...(page.next !== undefined && { next: page.next }),
    };
  },
});
