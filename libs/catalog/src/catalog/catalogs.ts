import {
  catalogArn,
  defineRead,
  defineWrite,
  invalid,
  type LakewardenError,
  notFound,
  parseGlueArn,
  type ReadScope,
} from '@lakewarden/kernel';

import { authorizeCatalog } from '../reference.ts';
import type { Catalog } from './catalog.ts';
import { findCatalog } from './catalog.repository.ts';

const notOffered = (): LakewardenError =>
  invalid(
    "Nested and federated catalogs are not offered: each account has its default catalog, named by the account's id.",
  );

/**
 * An account's id, the ARN of its catalog, or `account:name` for a catalog inside it.
 * @throws InvalidInputException the ARN of something else
 */
function catalogNamed(catalogId: string): { readonly accountId: string; readonly isNested: boolean } {
  if (catalogId.startsWith('arn:')) {
    const arn = parseGlueArn(catalogId);
    if (arn.kind !== 'catalog') throw invalid(`${catalogId} is not the ARN of a catalog.`);
    return { accountId: arn.accountId, isNested: false };
  }
  const [accountId = '', ...nested] = catalogId.split(':');
  return { accountId, isNested: nested.length > 0 };
}

/** The caller has been authorized for the account's catalog. @throws EntityNotFoundException */
async function requireCatalog(scope: ReadScope, catalogId: string): Promise<Catalog> {
  const { accountId, isNested } = catalogNamed(catalogId);
  const catalog = isNested ? undefined : await findCatalog(scope.tx, accountId);
  if (catalog === undefined) throw notFound(`Catalog ${catalogId} not found.`);
  return {
    ...catalog,
    name: catalog.catalogId,
    arn: catalogArn({ region: scope.home.region, accountId }),
    defaults: await scope.permissions.defaults(scope, accountId),
  };
}

/** @throws EntityNotFoundException, InvalidInputException */
export const getCatalog = defineRead({
  action: 'glue:GetCatalog',

  async run(scope, catalogId: string): Promise<Catalog> {
    await authorizeCatalog(scope, catalogNamed(catalogId).accountId);
    return requireCatalog(scope, catalogId);
  },
});

export interface GetCatalogs {
  readonly parentCatalogId?: string | undefined;
  readonly includeRoot?: boolean | undefined;
  readonly token?: string;
}

/**
 * The catalogs inside the account's own, of which there are none, and when asked for that one itself.
 * @throws InvalidInputException the root is asked for below another parent; EntityNotFoundException that parent
 */
export const getCatalogs = defineRead({
  action: 'glue:GetCatalogs',

  async run(scope, command: GetCatalogs): Promise<readonly Catalog[]> {
    const own = scope.caller.accountId;
    const parent = command.parentCatalogId ?? own;
    const { accountId, isNested } = catalogNamed(parent);
    await authorizeCatalog(scope, accountId);
    if ((isNested || accountId !== own) && command.includeRoot !== undefined) {
      throw invalid("IncludeRoot goes with no ParentCatalogId, or with the account's own id.");
    }
    // One page holds all there can be, so no token was ever given out.
    if (command.token !== undefined)
      scope.tokens.open(['GetCatalogs', parent, scope.caller.arn], command.token);
    const catalog = await requireCatalog(scope, parent);
    return command.includeRoot === true ? [catalog] : [];
  },
});

/** Create, update and delete: none of them is offered; a stranger is not told even that. */
const refuseCatalogWrite = (action: string) =>
  defineRead({
    action,
    async run(scope, catalogId: string): Promise<never> {
      await authorizeCatalog(scope, catalogNamed(catalogId).accountId);
      throw notOffered();
    },
  });

/** @throws InvalidInputException always */
export const createCatalog = refuseCatalogWrite('glue:CreateCatalog');
/** @throws InvalidInputException always */
export const updateCatalog = refuseCatalogWrite('glue:UpdateCatalog');
/** @throws InvalidInputException always: the default catalog lasts as long as its account */
export const deleteCatalog = refuseCatalogWrite('glue:DeleteCatalog');

/** Whether an older catalog of Athena's has been taken over: there has never been one here. */
export const getCatalogImportStatus = defineRead({
  action: 'glue:GetCatalogImportStatus',

  async run(scope, catalogId: string): Promise<{ readonly isCompleted: true }> {
    await authorizeCatalog(scope, catalogId);
    return { isCompleted: true };
  },
});

/** There is nothing to take over, so it is done. */
export const importCatalogToGlue = defineWrite({
  action: 'glue:ImportCatalogToGlue',

  async run(scope, catalogId: string): Promise<void> {
    await authorizeCatalog(scope, catalogId);
  },
});
