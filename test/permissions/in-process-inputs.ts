import type { Table, TableRef } from '@lakewarden/catalog';
import { type Permission, PERMISSIONS } from '@lakewarden/kernel';

import { arnOf } from './in-process-callers.ts';
import type { FilterRows, Step } from './story.ts';

/** What use cases are told of the steps of stories. */

/** `s3://bucket/a`, as Lake Formation names it. */
export const locationArn = (location: string): string => location.replace(/^s3:\/\//, 'arn:aws:s3:::');

/** A filter's rows as a client writes them. */
export const rowExpressionOf = ({ column, is, not }: Exclude<FilterRows, 'all'>): string =>
  `${column} ${not ? '<>' : '='} '${is}'`;

export const isPermission = (text: string): text is Permission => PERMISSIONS.some((each) => each === text);

export const permissionsOf = (texts: readonly string[]): Permission[] => texts.filter(isPermission);

export const columnsOf = ({ definition, partitionKeys }: Table): string[] =>
  [...(definition.StorageDescriptor?.Columns ?? []), ...partitionKeys].map(({ Name }) => Name);

export const filterInput = (
  table: TableRef,
  { filter: name, rows, columns, isExclude }: Extract<Step, { op: 'CreateFilter' | 'UpdateFilter' }>,
) => ({
  table,
  name,
  rowExpression: rows === 'all' ? undefined : rowExpressionOf(rows),
  // The doors fold and sort them.
  columns: { isExcludeList: isExclude, names: columns.map((column) => column.toLowerCase()).sort() },
});
export const toConditions = (expression: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(expression).map(([key, values]) => ({ key, values }));

export const tableInput = ({
  columns,
  keys,
  location: Location,
}: Extract<Step, { op: 'CreateTable' | 'UpdateTable' }>) => ({
  definition: {
    StorageDescriptor: { Columns: columns.map((Name) => ({ Name, Type: 'string' })), Location },
  },
  partitionKeys: keys.map((Name) => ({ Name, Type: 'string' })),
});

export const settingsOf = ({ admins, readOnlyAdmins, isOpen }: Extract<Step, { op: 'Settings' }>) => {
  const defaults = isOpen ? [{ principal: 'IAM_ALLOWED_PRINCIPALS', permissions: ['ALL'] }] : [];
  return {
    admins: admins.map(arnOf),
    readOnlyAdmins: readOnlyAdmins.map(arnOf),
    createDatabaseDefaultPermissions: defaults,
    createTableDefaultPermissions: defaults,
    parameters: {},
    trustedResourceOwners: [],
    allowExternalDataFiltering: false,
    allowFullTableExternalDataAccess: false,
    externalDataFilteringAllowList: [],
    authorizedSessionTagValueList: [],
  };
};
