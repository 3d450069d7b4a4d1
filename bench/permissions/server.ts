import { graphql, login } from '../../test/support/graphql.ts';
import type { Answer, Signer } from '../../test/support/glue.ts';
import { callGlue } from '../../test/support/glue.ts';
import { lakeFormation } from '../../test/support/lakeformation.ts';
import { newUser } from '../../test/support/principals.ts';
import type { ServerProcess } from '../support/server-process.ts';

export const FIRST_ACCOUNT = '111122223333';

const REFUSED = 'AccessDeniedException';

const failure = (what: string, answer: Answer): Error => new Error(`${what}: ${JSON.stringify(answer.body)}`);

/** The answer's body. @throws Error with the server's own words */
export async function ask(
  signer: Signer,
  operation: string,
  input: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer['body']> {
  const answer = await callGlue(signer, operation, input, { headers });
  if (answer.status !== 200) throw failure(operation, answer);
  return answer.body;
}

/** Whether that is refused. @throws Error anything but an answer or a refusal */
export async function isRefused(
  signer: Signer,
  operation: string,
  input: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const answer = await callGlue(signer, operation, input, { headers });
  if (answer.status === 200) return false;
  if (answer.body['__type'] !== REFUSED) throw failure(operation, answer);
  return true;
}

/** The revision of the write, where it was one. @throws Error with the server's own words */
export async function askLake(
  signer: Signer,
  operation: string,
  input: object,
): Promise<{ readonly body: Answer['body']; readonly revision: string }> {
  const answer = await lakeFormation(signer, operation, input);
  if (answer.status !== 200) throw failure(operation, answer);
  return { body: answer.body, revision: answer.headers['x-lakewarden-revision'] ?? '' };
}

/** An account of its own, by its first administrator. */
export async function newAccount(server: ServerProcess, id: string): Promise<Signer> {
  const { data } = await graphql(
    server,
    'mutation ($i: CreateAccountInput!) { createAccount(input: $i) { accessKey { accessKeyId secretAccessKey } } }',
    { i: { id, name: `account ${id}` } },
    await login(server),
  );
  const { accessKey } = data?.['createAccount'] as { accessKey: Omit<Signer, 'url'> }; // as asked for above
  return { url: server.url, ...accessKey };
}

export async function newSigner(admin: Signer, name: string): Promise<Signer> {
  return { ...(await newUser(admin, name)), url: admin.url };
}
