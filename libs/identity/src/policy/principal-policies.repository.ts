import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

import type { HolderKind } from './holder.repository.ts';

export interface PrincipalHolder {
  readonly accountId: string;
  readonly name: string;
  readonly policies: readonly string[];
  readonly boundary: string | null;
  readonly groups: readonly {
    readonly id: string;
    readonly name: string;
    readonly path: string;
    readonly policies: readonly string[];
  }[];
}

const GROUPS = `(SELECT coalesce(json_agg(json_build_object('id', g.id, 'name', g.name, 'path', g.path, 'policies', g.policies)
                        ORDER BY g.name), '[]')
                 FROM iam_group_member m JOIN iam_group g ON g.id = m.group_id WHERE m.user_id = p.id)`;

const TEXTS = {
  user: `SELECT p.account_id AS "accountId", p.name, p.policies, p.permissions_boundary AS boundary, ${GROUPS} AS groups
         FROM iam_user p WHERE p.id = $1`,
  role: `SELECT p.account_id AS "accountId", p.name, p.policies, p.permissions_boundary AS boundary, '[]'::json AS groups
         FROM iam_role p WHERE p.id = $1`,
  group: `SELECT p.account_id AS "accountId", p.name, p.policies, NULL AS boundary, '[]'::json AS groups
          FROM iam_group p WHERE p.id = $1`,
} as const;

export async function findPrincipalHolder(
  tx: Tx,
  kind: HolderKind,
  id: string,
): Promise<PrincipalHolder | undefined> {
  const [row] = await sql<PrincipalHolder>(tx, { text: TEXTS[kind], values: [id], prepared: true });
  return row;
}
