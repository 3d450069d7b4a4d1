import { isAccountId, type ReadScope } from '@lakewarden/kernel';

import { findNamedPrincipals, type NamedPrincipal } from './named-principal.repository.ts';

const IAM_ARN = /^arn:aws:iam::(\d{12}):(user|role|group)(\/(?:[\u0021-\u007e]+\/)?)([\w+=,.@-]{1,128})$/;
const SAML_ARN = /^arn:aws:iam::(\d{12}):saml-provider\/[\w._-]{1,128}:(?:user|group)\/.{1,256}$/;
const SESSION_ARN = /^arn:aws:sts::(\d{12}):assumed-role\/[\w+=,.@-]{1,64}\/[\w+=,.@-]{2,64}$/;
const ORGANIZATION_ARN = /^arn:aws:organizations::\d{12}:(?:organization|ou)\/[\w/-]{1,256}$/;
const ALL_IAM_PRINCIPALS = /^(\d{12}):IAMPrincipals$/;

const mayBeAnyName = (principal: string): boolean =>
  isAccountId(principal) ||
  SAML_ARN.test(principal) ||
  SESSION_ARN.test(principal) ||
  ORGANIZATION_ARN.test(principal) ||
  ALL_IAM_PRINCIPALS.test(principal);

function namedBy(principal: string): NamedPrincipal | undefined {
  const iam = IAM_ARN.exec(principal);
  if (iam === null) return undefined;
  const [, accountId = '', kind = '', path = '/', name = ''] = iam;
  return { kind, accountId, path, name };
}

/**
 * Those of the names that something can be granted to (spec/permissions.md §10): users, roles and groups of accounts
 * must be there; SAML names, sessions, organizations and other accounts' ids need not.
 */
export async function listGrantees(
  scope: ReadScope,
  principals: readonly string[],
): Promise<ReadonlySet<string>> {
  const asked = new Map(
    principals.flatMap((principal) => {
      const named = namedBy(principal);
      return named === undefined ? [] : [[principal, named] as const];
    }),
  );
  const found = await findNamedPrincipals(scope.tx, [...asked.values()]);
  return new Set(
    principals.filter((principal) => {
      const named = asked.get(principal);
      return named === undefined ? mayBeAnyName(principal) : found.has(named);
    }),
  );
}

/** Whether something of that name can be granted to. */
export const isGrantee = async (scope: ReadScope, principal: string): Promise<boolean> =>
  (await listGrantees(scope, [principal])).has(principal);
