import { z } from 'zod';

export const plan = z.object({
  base: z.string(),
  changes: z.array(
    z.object({
      action: z.enum(['CREATE', 'UPDATE', 'DELETE']),
      kind: z.enum(['DATABASE', 'TABLE', 'PARTITION_INDEX', 'PARTITION']),
      database: z.string(),
      table: z.string().nullable(),
      index: z.string().nullable(),
      values: z.array(z.string()).nullable(),
      members: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
    }),
  ),
});
export type Plan = z.output<typeof plan>;
type Change = Plan['changes'][number];

const SIGN = { CREATE: '+', UPDATE: '~', DELETE: '-' } as const;
const KIND = {
  DATABASE: 'database',
  TABLE: 'table',
  PARTITION_INDEX: 'partition index',
  PARTITION: 'partition',
} as const;
/** What a deletion takes with it that the plan does not list. */
const TAKES: Partial<Record<Change['kind'], string>> = {
  DATABASE: ', with its tables and their partitions',
  TABLE: ', with its versions, partitions and indexes',
};
/** Partitions of one table that are told one by one. */
const SHOWN_PARTITIONS = 20;
const MAX_VALUE = 200;

const nameOf = ({ kind, database, table, index, values }: Change): string => {
  const place = kind === 'DATABASE' ? database : `${database}.${table ?? ''}`;
  if (kind === 'PARTITION_INDEX') return `${place}/${index ?? ''}`;
  return kind === 'PARTITION' ? `${place} ${JSON.stringify(values)}` : place;
};

function valueText(value: unknown): string {
  if (value === undefined || value === null) return '(none)';
  const text = JSON.stringify(value);
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text;
}

const counted = (changes: readonly Change[], action: Change['action']): string =>
  String(changes.filter((change) => change.action === action).length);

export const summary = ({ changes }: Plan): string =>
  `${counted(changes, 'CREATE')} to create, ${counted(changes, 'UPDATE')} to update, ${counted(changes, 'DELETE')} to delete`;

/** As Terraform shows it: + what comes, ~ what changes and into what, - what goes. */
export function planText({ changes }: Plan): string {
  const lines: string[] = [];
  const partitions = new Map<string, number>();
  for (const change of changes) {
    if (change.kind === 'PARTITION') {
      const key = `${SIGN[change.action]} ${change.database}.${change.table ?? ''}`;
      const seen = (partitions.get(key) ?? 0) + 1;
      partitions.set(key, seen);
      if (seen > SHOWN_PARTITIONS) continue;
    }
    const takes = change.action === 'DELETE' ? (TAKES[change.kind] ?? '') : '';
    lines.push(`${SIGN[change.action]} ${KIND[change.kind]} ${nameOf(change)}${takes}`);
    for (const { path, before, after } of change.members) {
      lines.push(`    ${path}: ${valueText(before)} → ${valueText(after)}`);
    }
  }
  for (const [key, count] of partitions) {
    if (count > SHOWN_PARTITIONS) lines.push(`${key}: ${String(count - SHOWN_PARTITIONS)} more partitions`);
  }
  return lines.map((line) => `${line}\n`).join('');
}
