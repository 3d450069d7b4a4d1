import type { Lake } from './lake.ts';

export interface GraphqlAnswer {
  readonly data: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

export async function graphql(
  lake: Pick<Lake, 'url'>,
  query: string,
  variables: object = {},
  bearer?: string,
): Promise<GraphqlAnswer & { readonly headers: Headers }> {
  const answer = await fetch(`${lake.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return { ...((await answer.json()) as GraphqlAnswer), headers: answer.headers };
}

/** @returns the first administrator's bearer token */
export async function login(lake: Pick<Lake, 'url' | 'consolePassword'>): Promise<string> {
  const { data } = await graphql(lake, 'mutation ($i: LoginInput!) { login(input: $i) { token } }', {
    i: { accountId: '111122223333', userName: 'admin', password: lake.consolePassword },
  });
  return (data?.['login'] as { token: string }).token;
}
