import { type MasterKeys, SEALED_COLUMNS, type SealedColumn, sealedContext } from '@lakewarden/identity';

import { BackupError } from './backup-error.ts';
import type { TableColumn } from './database-schema.ts';

const HEX = '\\x';

/** A row as a backup has it: each column's text, or null. */
type Row = (string | null)[];

/**
 * Turns a row's sealed values from one key to another.
 * @returns undefined for a table that holds none
 */
export function resealer(
  table: string,
  columns: readonly TableColumn[],
  from: MasterKeys,
  to: MasterKeys,
): ((line: string) => string) | undefined {
  const places = SEALED_COLUMNS.filter((each) => each.table === table).map((each) => ({
    ...each,
    idAt: columns.findIndex(({ name }) => name === each.id),
    columnAt: columns.findIndex(({ name }) => name === each.column),
  }));
  if (places.length === 0) return undefined;
  return (line) => {
    const row = JSON.parse(line) as Row; // array_to_json of texts, by backup.ts alone
    for (const place of places) {
      const sealed = row[place.columnAt];
      const id = row[place.idAt];
      if (typeof sealed !== 'string' || typeof id !== 'string') continue; // a secret that is not set
      row[place.columnAt] = turned(place, id, sealed, from, to);
    }
    return JSON.stringify(row);
  };
}

function turned(place: SealedColumn, id: string, sealed: string, from: MasterKeys, to: MasterKeys): string {
  const context = sealedContext(place.kind, id);
  try {
    const plain = from.open(Buffer.from(sealed.slice(HEX.length), 'hex'), context);
    return HEX + to.seal(plain.reveal(), context).toString('hex');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BackupError(`the secret of ${place.kind} ${id} does not open: ${why}`, { cause });
  }
}
