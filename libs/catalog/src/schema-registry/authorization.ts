import {
  type ArnHome,
  LakewardenError,
  type ReadScope,
  registrySchemaArn,
  schemaRegistryArn,
} from '@lakewarden/kernel';

/** ARNs of this lake, for one account's things. */
export const homeOf = (scope: ReadScope, accountId: string): ArnHome => ({
  region: scope.home.region,
  accountId,
});

/** Before anything is looked up: an answer must not tell a stranger whether a name exists. */
export const authorizeRegistry = (
  scope: ReadScope,
  ref: { readonly catalogId: string; readonly name: string },
): Promise<void> =>
  scope.authorize({
    arn: schemaRegistryArn(homeOf(scope, ref.catalogId), ref.name),
    accountId: ref.catalogId,
  });

export const authorizeSchema = (
  scope: ReadScope,
  ref: { readonly catalogId: string; readonly registry: string; readonly name: string },
): Promise<void> =>
  scope.authorize({
    arn: registrySchemaArn(homeOf(scope, ref.catalogId), ref.registry, ref.name),
    accountId: ref.catalogId,
  });

/** For what names no registry of its own: lists, and the validity of a text. */
export const authorizeEveryRegistry = (scope: ReadScope, catalogId: string): Promise<void> =>
  authorizeRegistry(scope, { catalogId, name: '*' });

/**
 * For a version that is named by its id alone: its schema is known only after it was looked up. Whoever may not see
 * the schema gets the very answer that he gets for an id that is not there.
 */
export async function authorizeFoundSchema(
  scope: ReadScope,
  catalogId: string,
  found: { readonly catalogId: string; readonly registry: string; readonly name: string } | undefined,
): Promise<void> {
  const every = () => authorizeSchema(scope, { catalogId, registry: '*', name: '*' });
  if (found === undefined) {
    await every();
    return;
  }
  try {
    await authorizeSchema(scope, found);
  } catch (error) {
    if (error instanceof LakewardenError && error.code === 'AccessDeniedException') await every();
    throw error;
  }
}
