import { malformed, type Page, type PageRequest, type ReadScope, toPage } from '@lakewarden/kernel';

/** IAM's own name and exception (spec/wire.md §6). */
export const refuseMarker = (fault: string) => malformed(`Marker ${fault}`);

/**
 * One page of a list that is ordered by name.
 * @param question what must be the same on the next call; the caller is added
 * @param read rows behind a name, at most so many
 */
export async function pageByName<T extends { readonly name: string }>(
  { tokens, caller }: ReadScope,
  question: readonly unknown[],
  { limit, token }: PageRequest,
  read: (afterName: string, limit: number) => Promise<readonly T[]>,
): Promise<Page<T>> {
  const asked = [...question, caller.accountId, caller.arn];
  const after = token === undefined ? '' : tokens.open(asked, token, refuseMarker).toString();
  return toPage(await read(after, limit + 1), limit, (last) => tokens.issue(asked, Buffer.from(last.name)));
}
