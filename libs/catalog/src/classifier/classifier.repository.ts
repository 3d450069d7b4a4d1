import { alreadyExists, asId, type Tx } from '@lakewarden/kernel';
import { isUniqueViolation, prisma, sql } from '@lakewarden/storage';

import type { Classifier, ClassifierDefinition, ClassifierKind } from './classifier.ts';

interface ClassifierRow {
  readonly id: string;
  readonly account_id: string;
  readonly name: string;
  readonly kind: ClassifierKind; // the table's CHECK
  readonly definition: ClassifierDefinition;
  readonly version: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const toClassifier = (row: ClassifierRow): Classifier => ({
  id: asId(row.id),
  accountId: row.account_id,
  name: row.name,
  kind: row.kind,
  definition: row.definition,
  version: Number(row.version),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** @param lock until commit, against every other writer of it */
export async function findClassifier(
  tx: Tx,
  accountId: string,
  name: string,
  lock = false,
): Promise<Classifier | undefined> {
  const rows = await sql<ClassifierRow>(tx, {
    text: `SELECT * FROM classifier WHERE account_id = $1 AND name = $2 ${lock ? 'FOR UPDATE' : ''}`,
    values: [accountId, name],
  });
  return rows.map(toClassifier)[0];
}

/** By name. @param afterName exclusive */
export async function listClassifierRows(
  tx: Tx,
  accountId: string,
  afterName: string,
  limit: number,
): Promise<Classifier[]> {
  // Plan: a range of the unique (account_id, name).
  const rows = await sql<ClassifierRow>(tx, {
    text: 'SELECT * FROM classifier WHERE account_id = $1 AND name > $2 ORDER BY name LIMIT $3',
    values: [accountId, afterName, limit],
  });
  return rows.map(toClassifier);
}

export async function insertClassifier(tx: Tx, made: Classifier): Promise<void> {
  try {
    await sql(tx, {
      text: `INSERT INTO classifier (id, account_id, name, kind, definition, version, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      values: [
        made.id,
        made.accountId,
        made.name,
        made.kind,
        JSON.stringify(made.definition),
        made.version,
        made.createdAt,
        made.updatedAt,
      ],
    });
  } catch (error) {
    throw isUniqueViolation(error) ? alreadyExists(`Classifier ${made.name} already exists.`) : error;
  }
}

export async function replaceClassifier(tx: Tx, changed: Classifier): Promise<void> {
  await sql(tx, {
    text: 'UPDATE classifier SET definition = $2, version = $3, updated_at = $4 WHERE id = $1',
    values: [changed.id, JSON.stringify(changed.definition), changed.version, changed.updatedAt],
  });
}

export async function deleteClassifierRow(tx: Tx, id: Classifier['id']): Promise<void> {
  await prisma(tx).classifier.delete({ where: { id } });
}
