import type { GrantBounds, GrantEntry, GrantResource, ListPermissions } from '@lakewarden/permissions';
import { grantPermissions, listPermissions, revokePermissions } from '@lakewarden/permissions';
import type { Permission } from '@lakewarden/kernel';
import { expect } from 'vitest';

import { arnOf, callerOf, type InProcessLake } from './in-process.ts';
import { ACCOUNT } from './story.ts';

/** What an entry says beside the usual: the grant option, a condition, a time. */
export interface Further extends GrantBounds {
  readonly as?: string;
  readonly option?: readonly Permission[];
}

const MANY = 100;

export const sales = { catalogId: ACCOUNT, name: 'sales' };
export const orders = { catalogId: ACCOUNT, database: 'sales', name: 'orders' };
export const onCatalog: GrantResource = { kind: 'Catalog', catalogId: ACCOUNT };
export const onDatabase = (name = 'sales'): GrantResource => ({
  kind: 'Database',
  database: { catalogId: ACCOUNT, name },
});
export const onAllTables = (name = 'sales'): GrantResource => ({
  kind: 'TableWildcard',
  database: { catalogId: ACCOUNT, name },
});
export const onTable = (name = 'orders', database = 'sales'): GrantResource => ({
  kind: 'Table',
  table: { catalogId: ACCOUNT, database, name },
});
export const onColumns = (...names: string[]): GrantResource => ({
  kind: 'TableWithColumns',
  table: orders,
  columns: { kind: 'include', names },
});
export const onAllColumnsBut = (...names: string[]): GrantResource => ({
  kind: 'TableWithColumns',
  table: orders,
  columns: names.length === 0 ? { kind: 'all' } : { kind: 'exclude', names },
});
export const onFilter = (name = 'few', table = 'orders'): GrantResource => ({
  kind: 'DataCellsFilter',
  table: { ...orders, name: table },
  name,
});

export const entryOf = (
  principal: string,
  resource: GrantResource,
  permissions: readonly Permission[],
  { option = [], condition, validFrom, validUntil }: Further = {},
): GrantEntry => ({
  principal: principal.includes(':') ? principal : arnOf(principal),
  resource,
  permissions,
  withGrantOption: option,
  condition,
  validFrom,
  validUntil,
});

/** Lake Formation's operations as tests of grants use them; without `as` an administrator asks. */
export const granting = (lake: () => InProcessLake) => ({
  grant: (to: string, on: GrantResource, permissions: readonly Permission[], further: Further = {}) =>
    lake().run(callerOf(further.as ?? 'admin', []), grantPermissions, entryOf(to, on, permissions, further)),
  revoke: (from: string, on: GrantResource, permissions: readonly Permission[], further: Further = {}) =>
    lake().run(
      callerOf(further.as ?? 'admin', []),
      revokePermissions,
      entryOf(from, on, permissions, further),
    ),
  /** What that one holds, in full. */
  held: async (principal: string, more: Partial<ListPermissions> = {}) =>
    (
      await lake().run(callerOf('admin', []), listPermissions, {
        catalogId: ACCOUNT,
        principal: arnOf(principal),
        limit: MANY,
        ...more,
      })
    ).items,
});

/** A refusal, with its words. */
export const refusal = (code: string, message: string) => ({ code, message });

export const expectRefused = (asked: Promise<unknown>, code: string, message: string): Promise<void> =>
  expect(asked).rejects.toMatchObject(refusal(code, message));
