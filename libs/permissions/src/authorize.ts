import { type ReadScope } from '@lakewarden/kernel';

/** Gate 1 for Lake Formation's own operations: they are on the account's data lake as a whole. */
export const authorizeLake = (scope: ReadScope, catalogId: string): Promise<void> =>
  scope.authorize({
    arn: `arn:aws:lakeformation:${scope.home.region}:${catalogId}:catalog:${catalogId}`,
    accountId: catalogId,
  });
