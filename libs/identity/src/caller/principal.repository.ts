import { type Secret, type Tx, userArn } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import { secretContext } from '../access-key/access-key.ts';
import { loadPrincipalPolicies, type PrincipalPolicies } from '../policy/principal-policies.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';

/** Whose an access key is, and the secret its signatures are checked with. */
export interface AccessKeyHolder {
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly userId: string;
  readonly userArn: string;
  readonly principalId: string;
  readonly identity: PrincipalPolicies;
  readonly secret: Secret<string>;
}

interface HolderRow {
  readonly account_id: string;
  readonly user_id: string;
  readonly name: string;
  readonly path: string;
  readonly unique_id: string;
  readonly secret_sealed: Buffer;
}

/** The holder of an active key. */
export async function findAccessKeyHolder(
  tx: Tx,
  keys: MasterKeys,
  accessKeyId: string,
): Promise<AccessKeyHolder | undefined> {
  const [row] = await sql<HolderRow>(tx, {
    text: `SELECT u.account_id, u.id AS user_id, u.name, u.path, u.unique_id, k.secret_sealed
           FROM access_key k JOIN iam_user u ON u.id = k.user_id WHERE k.access_key_id = $1 AND k.status = 'Active'`,
    values: [accessKeyId],
    prepared: true,
  });
  const identity = row && (await loadPrincipalPolicies(tx, 'user', row.user_id));
  if (row === undefined || identity === undefined) return undefined;
  return {
    accessKeyId,
    accountId: row.account_id,
    userId: row.user_id,
    userArn: userArn(row.account_id, row.path, row.name),
    principalId: row.unique_id,
    identity,
    secret: keys.open(row.secret_sealed, secretContext(accessKeyId)),
  };
}
