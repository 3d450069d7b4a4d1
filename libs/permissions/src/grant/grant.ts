import type { ColumnScope, Id, Permission } from '@lakewarden/kernel';

/** What a grant is on. COLUMN holds one column; a grant of several is several rows, so that each is revoked by itself. */
export type GrantedType = 'CATALOG' | 'DATABASE' | 'TABLE' | 'TABLE_WILDCARD' | 'COLUMN' | 'COLUMNS_EXCEPT';

/** One permission of one principal on one thing. */
export interface Grant {
  readonly id: Id<'Grant'>;
  /** The account that owns the resource. */
  readonly catalogId: string;
  readonly type: GrantedType;
  readonly databaseId?: string | undefined;
  readonly tableId?: string | undefined;
  readonly principal: string;
  readonly permission: Permission;
  readonly columns: readonly string[];
  readonly grantOption: boolean;
  readonly grantedBy: string;
  readonly grantedAt: Date;
}

/** What is told to have changed when something is granted on a table: its database may be there for somebody now. */
export const grantedInside = (databaseId: string): string => `inside ${databaseId}`;

export const columnScopeOf = ({ type, columns }: Pick<Grant, 'type' | 'columns'>): ColumnScope => {
  switch (type) {
    case 'COLUMN':
      return { kind: 'include', names: columns };
    case 'COLUMNS_EXCEPT':
      return columns.length === 0 ? { kind: 'all' } : { kind: 'exclude', names: columns };
    case 'CATALOG':
    case 'DATABASE':
    case 'TABLE':
    case 'TABLE_WILDCARD':
      return { kind: 'all' };
  }
};

/** The id of the thing that the grant is on, as the model compares it. */
export const grantedId = ({
  type,
  catalogId,
  databaseId,
  tableId,
}: Pick<Grant, 'type' | 'catalogId' | 'databaseId' | 'tableId'>): string => {
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
  }
};
