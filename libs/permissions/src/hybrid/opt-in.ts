import type { Id } from '@lakewarden/kernel';

export const OPT_IN_TYPES = ['CATALOG', 'DATABASE', 'TABLE', 'TABLE_WILDCARD'] as const;
export type OptInType = (typeof OPT_IN_TYPES)[number];

/** What somebody is opted in on, by ids. */
export interface OptInTarget {
  /** The account that owns it. */
  readonly catalogId: string;
  readonly type: OptInType;
  readonly databaseId?: string | undefined;
  readonly tableId?: string | undefined;
}

/** Data permissions govern the principal there, though the location is hybrid (spec/permissions.md §8). */
export interface OptIn extends OptInTarget {
  readonly id: Id<'OptIn'>;
  readonly principal: string;
  /** Absent: in every session. */
  readonly condition?: string | undefined;
  readonly updatedBy: string;
  readonly updatedAt: Date;
}

export interface ListedOptIn extends OptIn {
  readonly database?: string | undefined;
  readonly table?: string | undefined;
}
