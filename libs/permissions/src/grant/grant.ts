import type { ColumnScope, Id, Permission } from '@lakewarden/kernel';

import { cellsOf, type DataCellsFilter } from '../filter/data-cells-filter.ts';
import type { ReachingPolicy, TagGrantedType } from '../tag/tag-grant.ts';

/** What a grant is on. COLUMN holds one column; a grant of several is several rows, so that each is revoked by itself. */
export type GrantedType =
  | 'CATALOG'
  | 'DATABASE'
  | 'TABLE'
  | 'TABLE_WILDCARD'
  | 'COLUMN'
  | 'COLUMNS_EXCEPT'
  | 'FILTER'
  | 'DATA_LOCATION'
  | TagGrantedType;

/** One permission of one principal on one thing. */
export interface Grant {
  readonly id: Id<'Grant'>;
  /** The account that owns the resource. */
  readonly catalogId: string;
  readonly type: GrantedType;
  readonly databaseId?: string | undefined;
  readonly tableId?: string | undefined;
  readonly filterId?: string | undefined;
  /** Read with the grant where a decision needs it. */
  readonly filter?: DataCellsFilter | undefined;
  readonly principal: string;
  readonly permission: Permission;
  /** Columns; of a DATA_LOCATION the place; of a grant on LF-tags what it is on (tag/tag-grant.ts). */
  readonly columns: readonly string[];
  /** Absent: it holds in every session. */
  readonly condition?: string | undefined;
  /** From then on; absent: at once. */
  readonly validFrom?: Date | undefined;
  /** Until then, exclusive; absent: until it is revoked. */
  readonly validUntil?: Date | undefined;
  readonly grantOption: boolean;
  readonly grantedBy: string;
  readonly grantedAt: Date;
  /** How it came to be read for a database or table that it does not name: by their tags. */
  readonly policy?: ReachingPolicy | undefined;
}

/** What is told to have changed when something is granted on a table: its database may be there for somebody now. */
export const grantedInside = (databaseId: string): string => `inside ${databaseId}`;

const NO_COLUMN: ColumnScope = { kind: 'include', names: [] };

export const columnScopeOf = ({
  type,
  columns,
  filter,
}: Pick<Grant, 'type' | 'columns' | 'filter'>): ColumnScope => {
  switch (type) {
    case 'COLUMN':
      return { kind: 'include', names: columns };
    case 'COLUMNS_EXCEPT':
      return columns.length === 0 ? { kind: 'all' } : { kind: 'exclude', names: columns };
    case 'FILTER':
      return filter === undefined ? NO_COLUMN : cellsOf(filter);
    case 'CATALOG':
    case 'DATABASE':
    case 'TABLE':
    case 'TABLE_WILDCARD':
    case 'DATA_LOCATION':
    case 'LF_TAG':
    case 'LF_TAG_EXPRESSION':
    case 'LF_TAG_POLICY_DATABASE':
    case 'LF_TAG_POLICY_TABLE':
      return { kind: 'all' };
  }
};

/** A filter is named with its table: a grant on it bears on both. */
export const filterPath = (tableId: string, filterId: string): string => `${tableId}/${filterId}`;

/** The id of the thing that the grant is on, as the model compares it. */
export const grantedId = ({
  type,
  catalogId,
  databaseId,
  tableId,
  filterId,
  columns,
}: Pick<Grant, 'type' | 'catalogId' | 'databaseId' | 'tableId' | 'filterId' | 'columns'>): string => {
  switch (type) {
    case 'CATALOG':
      return catalogId;
    case 'DATABASE':
    case 'TABLE_WILDCARD':
      return databaseId ?? '';
    case 'TABLE':
    case 'COLUMN':
    case 'COLUMNS_EXCEPT':
      return tableId ?? '';
    case 'FILTER':
      return filterPath(tableId ?? '', filterId ?? '');
    case 'DATA_LOCATION':
    case 'LF_TAG':
    case 'LF_TAG_EXPRESSION':
    case 'LF_TAG_POLICY_DATABASE':
    case 'LF_TAG_POLICY_TABLE':
      return columns.join(' ');
  }
};
