import type { Tx } from '@lakewarden/kernel';
import { sql } from '@lakewarden/storage';

/** Where sealed values lie, and what each belongs to (the context it is sealed with). */
const SEALED = {
  'access-key': { table: 'access_key', id: 'access_key_id', column: 'secret_sealed' },
  connection: { table: 'connection', id: 'id', column: 'secrets_sealed' },
  'signing-key': { table: 'signing_key', id: 'id', column: 'sealed' },
  webhook: { table: 'webhook', id: 'id', column: 'secret_sealed' },
} as const;

export type SealedKind = keyof typeof SEALED;

/** What a sealed value is authenticated with: moved to another row it does not open. */
export const sealedContext = (kind: string, id: string): string => `${kind}:${id}`;

export interface SealedColumn {
  readonly kind: string;
  readonly table: string;
  /** The column whose text the context names. */
  readonly id: string;
  readonly column: string;
}

/** Every column that holds sealed values; a backup opens them and seals them under its own key. */
export const SEALED_COLUMNS: readonly SealedColumn[] = Object.entries(SEALED).map(([kind, where]) => ({
  kind,
  ...where,
}));

export interface SealedValue {
  readonly id: string;
  readonly sealed: Buffer;
}

/** Nobody makes or alters a secret until the transaction ends; reading goes on. */
export async function lockSealed(tx: Tx): Promise<void> {
  await sql(tx, {
    text: 'LOCK TABLE access_key, connection, signing_key, webhook IN SHARE ROW EXCLUSIVE MODE',
  });
}

/** In the order of their ids. @param afterId exclusive */
export async function listSealed(
  tx: Tx,
  kind: SealedKind,
  afterId: string,
  limit: number,
): Promise<SealedValue[]> {
  const { table, id, column } = SEALED[kind];
  // COLLATE: the order is that of the comparison, whatever the database's locale is.
  return sql<SealedValue>(tx, {
    text: `SELECT ${id} AS id, ${column} AS sealed FROM ${table} WHERE ${id} COLLATE "C" > $1
           ORDER BY ${id} COLLATE "C" LIMIT $2`,
    values: [afterId, limit],
  });
}

export async function replaceSealed(tx: Tx, kind: SealedKind, values: readonly SealedValue[]): Promise<void> {
  const { table, id, column } = SEALED[kind];
  await sql(tx, {
    text: `UPDATE ${table} AS old SET ${column} = new.sealed
           FROM unnest($1::text[], $2::bytea[]) AS new (id, sealed) WHERE old.${id} = new.id`,
    values: [values.map((value) => value.id), values.map(({ sealed }) => sealed)],
  });
}
