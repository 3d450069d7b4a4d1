import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

/** As an ARN names it. */
export interface NamedPrincipal {
  readonly kind: string;
  readonly accountId: string;
  readonly path: string;
  readonly name: string;
}

const TABLES: Readonly<Record<string, string>> = { user: 'iam_user', role: 'iam_role', group: 'iam_group' };

/** Those that are there. */
export async function findNamedPrincipals(
  tx: Tx,
  asked: readonly NamedPrincipal[],
): Promise<ReadonlySet<NamedPrincipal>> {
  const found = new Set<NamedPrincipal>();
  for (const [kind, table] of Object.entries(TABLES)) {
    const ofKind = asked.filter((each) => each.kind === kind);
    if (ofKind.length === 0) continue;
    const rows = await sql<{ place: number }>(tx, {
      // Plan: one look into the unique index (account_id, name) for each of them.
      text: `SELECT asked.place::int AS place
             FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS asked (account_id, path, name, place)
             JOIN ${table} AS there
             ON there.account_id = asked.account_id AND there.path = asked.path AND there.name = asked.name`,
      values: [
        ofKind.map(({ accountId }) => accountId),
        ofKind.map(({ path }) => path),
        ofKind.map(({ name }) => name),
      ],
      prepared: true,
    });
    for (const { place } of rows) {
      const each = ofKind[place - 1];
      if (each !== undefined) found.add(each);
    }
  }
  return found;
}
