import type { GovernedResource, Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

/** Which grants may bear on the thing: SQL, each by an index of its own, over ids from $7 on. */
interface Bearing {
  readonly wheres: readonly string[];
  readonly ids: readonly string[];
}

/** A policy reaches whatever carries its tags: how far is for the decision to say. */
const policies = (...of: readonly ('DATABASE' | 'TABLE')[]): string =>
  `catalog_id = $1 AND resource_type IN (${of.map((each) => `'LF_TAG_POLICY_${each}'`).join(', ')})`;

function bearingOn(on: GovernedResource): Bearing {
  switch (on.type) {
    case 'CATALOG':
      return { wheres: ["catalog_id = $1 AND resource_type = 'CATALOG'"], ids: [] };
    case 'DATABASE':
      return { wheres: ['database_id = $7::uuid', policies('DATABASE', 'TABLE')], ids: [on.databaseId] };
    case 'TABLE':
    case 'FILTER':
      return {
        wheres: [
          'table_id = $7::uuid',
          "database_id = $8::uuid AND resource_type = 'TABLE_WILDCARD'",
          policies('TABLE'),
        ],
        ids: [on.tableId, on.databaseId],
      };
    case 'DATA_LOCATION':
      return {
        wheres: ["catalog_id = $1 AND resource_type = 'DATA_LOCATION' AND starts_with($7, columns[1])"],
        ids: [on.location],
      };
    case 'LF_TAG':
      return { wheres: ['tag_id = $7::uuid'], ids: [on.tagId] };
    case 'LF_TAG_EXPRESSION':
    case 'LF_TAG_POLICY':
      return { wheres: ['tag_expression_id = $7::uuid'], ids: [on.expressionId] };
  }
}

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
  const { wheres, ids } = bearingOn(on);
  const rows = await sql<{ arn: string }>(tx, {
    // Plan: the grants of the path by their ids, then the account's names; one page of them.
    text: `WITH held AS MATERIALIZED (
             ${wheres.map((where) => `SELECT principal FROM lf_grant WHERE ${where}`).join(' UNION ')}
             UNION SELECT unnest($3::text[])),
           everybody AS (SELECT FROM held WHERE principal = ANY ($2) UNION ALL SELECT WHERE $6),
           users AS (
             SELECT u.id, ('arn:aws:iam::' || u.account_id || ':user' || u.path || u.name) COLLATE "C" AS arn
             FROM iam_user u WHERE u.account_id = $1),
           candidates AS (
             SELECT principal COLLATE "C" AS arn FROM held
             WHERE principal <> ALL ($2) AND principal NOT LIKE 'arn:aws:iam::%:group/%'
             UNION SELECT u.arn FROM users u JOIN iam_group_member m ON m.user_id = u.id
               JOIN iam_group g ON g.id = m.group_id
               JOIN held h ON h.principal = 'arn:aws:iam::' || g.account_id || ':group' || g.path || g.name
             UNION SELECT arn FROM users WHERE EXISTS (SELECT FROM everybody)
             UNION SELECT 'arn:aws:iam::' || r.account_id || ':role' || r.path || r.name FROM iam_role r
               WHERE r.account_id = $1 AND EXISTS (SELECT FROM everybody))
           SELECT arn FROM candidates WHERE arn COLLATE "C" > $4 ORDER BY arn COLLATE "C" LIMIT $5`,
    values: [on.catalogId, everyone, named, after, limit, isForAll, ...ids],
  });
  return rows.map(({ arn }) => arn);
}
