import type { Lake } from './lake.ts';
import { query } from './query.ts';

/** Who signs. */
export interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type Account = Pick<Lake, 'url' | 'accessKeyId' | 'secretAccessKey'>;

/** An IAM call that must be 200; the texts of one element of its answer. */
export async function iam(
  account: Account,
  action: string,
  members: Readonly<Record<string, string>>,
  element = 'RequestId',
): Promise<string[]> {
  const answer = await query(account, 'iam', action, members);
  if (answer.status !== 200) throw new Error(`${action}: ${answer.xml}`);
  return answer.texts(element);
}

/** A user with a key and these managed policies, by name. */
export async function newUser(
  account: Account,
  UserName: string,
  policies: readonly string[] = ['LakewardenDataAccess'],
): Promise<KeyPair> {
  await iam(account, 'CreateUser', { UserName });
  for (const policy of policies) {
    await iam(account, 'AttachUserPolicy', { UserName, PolicyArn: `arn:aws:iam::aws:policy/${policy}` });
  }
  const key = await query(account, 'iam', 'CreateAccessKey', { UserName });
  const [accessKeyId] = key.texts('AccessKeyId');
  const [secretAccessKey] = key.texts('SecretAccessKey');
  if (accessKeyId === undefined || secretAccessKey === undefined) throw new Error(key.xml);
  return { accessKeyId, secretAccessKey };
}

/** The bearer token that stands for who signs. */
export async function bearerOf(lake: Pick<Lake, 'url'>, signer: KeyPair): Promise<string> {
  const { url } = lake;
  const audience = { 'Audience.member.1': 'lakewarden' };
  const answer = await query({ url, ...signer }, 'sts', 'GetWebIdentityToken', audience);
  const [token] = answer.texts('WebIdentityToken');
  if (token === undefined) throw new Error(answer.xml);
  return token;
}
