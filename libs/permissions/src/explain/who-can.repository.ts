import type { GovernedResource, Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

/** Types whose grants name their thing by id; all others may bear on everything of the catalog, as LF-tag policies do. */
const ON_PATH = ['CATALOG', 'DATABASE', 'TABLE', 'TABLE_WILDCARD', 'COLUMN', 'COLUMNS_EXCEPT', 'FILTER'];

export interface Candidacy {
  /** Names that stand for the whole account. */
  readonly everyone: readonly string[];
  /** Who administers the lake. */
  readonly named: readonly string[];
  /** It may be allowed to anybody of the account, whatever is granted: its location is hybrid. */
  readonly isForAll: boolean;
}

/**
 * Names that may be allowed something on a thing, by name: nobody who is allowed is left out, and the decision says who
 * is. Members stand for their groups; everybody of the account where all of it was granted something.
 * @param after exclusive
 */
export async function listCandidates(
  tx: Tx,
  on: GovernedResource,
  { everyone, named, isForAll }: Candidacy,
  after: string,
  limit: number,
): Promise<string[]> {
  const table = on.type === 'TABLE' ? on.tableId : null;
  const database = on.type === 'TABLE' || on.type === 'DATABASE' ? on.databaseId : null;
  const rows = await sql<{ arn: string }>(tx, {
    // Plan: the grants of the path by their ids, then the account's names; one page of them.
    text: `WITH held AS MATERIALIZED (
             SELECT DISTINCT principal FROM lf_grant WHERE table_id = $2::uuid
             UNION SELECT principal FROM lf_grant WHERE database_id = $3::uuid
               AND ($2::uuid IS NULL OR resource_type = 'TABLE_WILDCARD')
             UNION SELECT principal FROM lf_grant WHERE catalog_id = $1 AND resource_type = 'CATALOG' AND $3::uuid IS NULL
             UNION SELECT principal FROM lf_grant WHERE catalog_id = $1 AND resource_type <> ALL ($4)),
           everybody AS (SELECT FROM held WHERE principal = ANY ($5) UNION ALL SELECT WHERE $9),
           users AS (
             SELECT u.id, ('arn:aws:iam::' || u.account_id || ':user' || u.path || u.name) COLLATE "C" AS arn
             FROM iam_user u WHERE u.account_id = $1),
           candidates AS (
             SELECT principal COLLATE "C" AS arn FROM held WHERE principal <> ALL ($5)
             UNION SELECT unnest($6::text[])
             UNION SELECT u.arn FROM users u JOIN iam_group_member m ON m.user_id = u.id
               JOIN iam_group g ON g.id = m.group_id
               JOIN held h ON h.principal = 'arn:aws:iam::' || g.account_id || ':group' || g.path || g.name
             UNION SELECT arn FROM users WHERE EXISTS (SELECT FROM everybody)
             UNION SELECT 'arn:aws:iam::' || r.account_id || ':role' || r.path || r.name FROM iam_role r
               WHERE r.account_id = $1 AND EXISTS (SELECT FROM everybody))
           SELECT arn FROM candidates WHERE arn COLLATE "C" > $7 ORDER BY arn COLLATE "C" LIMIT $8`,
    values: [on.catalogId, table, database, ON_PATH, everyone, named, after, limit, isForAll],
  });
  return rows.map(({ arn }) => arn);
}
