import { invalid, type Permission } from '@lakewarden/kernel';

/** spec/permissions.md §3: what may be granted on what. */
export const GRANTABLE = {
  Catalog: ['CREATE_DATABASE', 'CREATE_LF_TAG', 'CREATE_LF_TAG_EXPRESSION', 'ALL'],
  Database: ['DESCRIBE', 'ALTER', 'DROP', 'CREATE_TABLE', 'ALL'],
  Table: ['DESCRIBE', 'SELECT', 'INSERT', 'DELETE', 'ALTER', 'DROP', 'ALL'],
  TableWildcard: ['DESCRIBE', 'SELECT', 'INSERT', 'DELETE', 'ALTER', 'DROP', 'ALL'],
  TableWithColumns: ['SELECT'],
  DataCellsFilter: ['SELECT', 'DESCRIBE', 'DROP'],
  DataLocation: ['DATA_LOCATION_ACCESS'],
  LFTag: ['DESCRIBE', 'ASSOCIATE', 'ALTER', 'DROP'],
  LFTagExpression: ['DESCRIBE', 'ALTER', 'DROP'],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;

export type GrantableKind = keyof typeof GRANTABLE;

/** Whether the permission can be granted on things of the kind. */
export const isGrantable =
  (kind: GrantableKind) =>
  (permission: Permission): boolean => {
    const grantable: readonly Permission[] = GRANTABLE[kind];
    return grantable.includes(permission);
  };

/**
 * @param on as the message names it
 * @throws InvalidInputException naming the permission and the resource
 */
export function refuseUnfit(
  kind: GrantableKind,
  permissions: readonly Permission[],
  on: string = kind,
): void {
  const fits = isGrantable(kind);
  const unfit = permissions.find((permission) => !fits(permission));
  if (unfit === undefined) return;
  throw invalid(`Permission ${unfit} cannot be granted on a ${on}: it takes ${GRANTABLE[kind].join(', ')}.`);
}
