import { invalid, LakewardenError, type ReadScope } from '@lakewarden/kernel';

import type { LinkTarget } from './documents.ts';
import { foldName } from './names.ts';
import { authorizeDatabase, type DatabaseRef, type TableRef } from './reference.ts';

/**
 * Resource links (spec/catalog.md §4, "Resource links, by operation"). A link is a name for a database or table that
 * lies elsewhere; which operation follows it, and how far, is each operation's own line of that table.
 */

/** Where a link leads; without a CatalogId into the catalog that it lies in. */
export const databaseTarget = (link: LinkTarget, home: { readonly catalogId: string }): DatabaseRef => ({
  catalogId: link.CatalogId ?? home.catalogId,
  name: foldName(link.DatabaseName),
});

/** Where a table link leads. */
export const tableTarget = (link: LinkTarget, home: { readonly catalogId: string }): TableRef => ({
  catalogId: link.CatalogId ?? home.catalogId,
  database: foldName(link.DatabaseName),
  name: foldName(link.Name ?? ''),
});

/** Links are followed once: a chain of them could be a ring. */
export const linkToLink = (name: string): LakewardenError =>
  invalid(`${name} is a resource link to a resource link: point it at the database or table itself.`);

export const fixedLink = (name: string): LakewardenError =>
  invalid(
    `${name} cannot become a resource link, nor point elsewhere: delete it and create the link that is meant.`,
  );

/** Whether an update names the very target that is there: a client that sends back what it has read means no harm. */
export const isSameTarget = (
  asked: LinkTarget,
  current: LinkTarget | undefined,
  home: { readonly catalogId: string },
): boolean =>
  current !== undefined &&
  JSON.stringify(tableTarget(asked, home)) === JSON.stringify(tableTarget(current, home));

/** Whether the check lets the caller through; what else it throws is thrown. */
export async function isAllowed(check: Promise<unknown>): Promise<boolean> {
  try {
    await check;
    return true;
  } catch (error) {
    if (error instanceof LakewardenError && error.code === 'AccessDeniedException') return false;
    throw error;
  }
}

/** The caller went through a database link: its target has to let him in as well. */
export async function throughDatabaseLink(
  scope: ReadScope,
  link: LinkTarget,
  home: { readonly catalogId: string },
): Promise<DatabaseRef> {
  const target = databaseTarget(link, home);
  await authorizeDatabase(scope, target);
  return target;
}
