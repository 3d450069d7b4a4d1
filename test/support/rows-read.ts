import pg from 'pg';
import { expect, vi } from 'vitest';

interface Statement {
  readonly text: string;
  readonly values?: unknown[];
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

/** Rows that the plan took out of tables, also those that it threw away again. */
function rowsOf(plan: Plan): number {
  const below = (plan.Plans ?? []).reduce((sum, each) => sum + rowsOf(each), 0);
  if (plan['Relation Name'] === undefined) return below;
  const { 'Rows Removed by Filter': filtered = 0, 'Rows Removed by Index Recheck': rechecked = 0 } = plan;
  return below + (plan['Actual Rows'] + filtered + rechecked) * plan['Actual Loops'];
}

const isRead = (asked: unknown): asked is Statement =>
  typeof asked === 'object' &&
  asked !== null &&
  'text' in asked &&
  typeof asked.text === 'string' &&
  /^\s*(SELECT|WITH)\b/.test(asked.text) &&
  /\b(lf_\w+|glue_table|glue_database)\b/.test(asked.text);

/**
 * Answers the question, then has the plans of its statements say what they read.
 * @param client of the database that the server, in this process, works on
 */
export async function rowsRead(client: pg.Client, ask: () => Promise<unknown>): Promise<number> {
  const asked: Statement[] = [];
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own client below
  const query = pg.Client.prototype.query as (this: pg.Client, ...args: unknown[]) => never; // it is overloaded
  const spy = vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args) {
    if (isRead(args[0])) asked.push(args[0]);
    return query.apply(this, args);
  });
  try {
    await ask();
  } finally {
    spy.mockRestore();
  }
  expect(asked.length).toBeGreaterThan(0);
  let rows = 0;
  for (const { text, values = [] } of asked) {
    const { rows: plans } = await client.query<{ 'QUERY PLAN': readonly { readonly Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`,
      values,
    );
    for (const plan of plans[0]?.['QUERY PLAN'] ?? []) rows += rowsOf(plan.Plan);
  }
  return rows;
}
