/** Whose things a list shows (spec/catalog.md §3). */
export const RESOURCE_SHARE_TYPES = ['FOREIGN', 'ALL', 'FEDERATED'] as const;
export type ResourceShareType = (typeof RESOURCE_SHARE_TYPES)[number];

/** Absent means the own ones. */
export const showsOwn = (shareType: ResourceShareType | undefined): boolean =>
  shareType === undefined || shareType === 'ALL';
