import { type ReadScope, type Resource } from '@lakewarden/kernel';

/** An account's data lake as a whole, as policies name it. */
export const lakeOf = (scope: ReadScope, catalogId: string): Resource => ({
  arn: `arn:aws:lakeformation:${scope.home.region}:${catalogId}:catalog:${catalogId}`,
  accountId: catalogId,
});

/** Gate 1 for Lake Formation's own operations: they are on the account's data lake as a whole. */
export const authorizeLake = (scope: ReadScope, catalogId: string): Promise<void> =>
  scope.authorize(lakeOf(scope, catalogId));
