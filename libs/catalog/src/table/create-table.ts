import { defineWrite, invalid, type ReadScope, type WriteScope } from '@lakewarden/kernel';

import type { Database } from '../database/database.ts';
import { holdDatabase } from '../database/databases.ts';
import { findDatabase } from '../database/database.repository.ts';
import type { LinkTarget } from '../documents.ts';
import { beginIcebergTable } from '../iceberg/begin-iceberg-table.ts';
import type { IcebergInput } from '../iceberg/iceberg-input.ts';
import { isAllowed, linkToLink, tableTarget } from '../link.ts';
import { permitLocations, placeOf, tableLocations } from '../location.ts';
import { createIndexesWithTable, type IndexRequest } from '../partition-index/index-rules.ts';
import { permitDatabase, permitTable, tableResource } from '../permission.ts';
import { authorizeTable, tableIn, type TableRef } from '../reference.ts';
import { type Table, tableChange } from './table.ts';
import { partitionKeyColumns, refuseUnfitLink, type TableInput } from './table-rules.ts';
import { findTable, insertTable, tableExists } from './table.repository.ts';

/** Only a target that the caller may see is looked at: the refusal must not tell what is there. */
async function refuseLinkToLink(scope: ReadScope, made: TableRef, link: LinkTarget): Promise<void> {
  const target = tableTarget(link, made);
  if (JSON.stringify(target) === JSON.stringify(made)) throw linkToLink(made.name);
  if (!(await isAllowed(authorizeTable(scope, target)))) return;
  const database = await findDatabase(scope.tx, target.catalogId, target.database);
  const table = await findTable(scope.tx, target);
  const isSeen =
    (database?.linkTarget !== undefined &&
      (await isAllowed(permitDatabase(scope, database, ['DESCRIBE'])))) ||
    (table?.linkTarget !== undefined && (await isAllowed(permitTable(scope, table, ['DESCRIBE']))));
  if (isSeen) throw linkToLink(made.name);
}

export interface CreateTable extends TableInput {
  readonly table: TableRef;
  readonly indexes?: readonly IndexRequest[] | undefined;
  /** The server is to write the table's first Iceberg metadata. */
  readonly iceberg?: IcebergInput | undefined;
}

/**
 * Indexes given with it are ACTIVE at once: there are no partitions yet.
 * @throws AlreadyExistsException, EntityNotFoundException (the database), InvalidInputException
 * @see spec/catalog.md §4
 */
export const createTable = defineWrite({
  action: 'glue:CreateTable',

  async run(scope, command: CreateTable): Promise<Table> {
    await authorizeTable(scope, command.table);
    refuseUnfitLink(command);
    const partitionKeys = partitionKeyColumns(command.partitionKeys);
    const { database, link } = await holdDatabase(
      scope,
      { catalogId: command.table.catalogId, name: command.table.database },
      ['CREATE_TABLE'],
    );
    if (link !== undefined) {
      if (command.linkTarget !== undefined)
        throw invalid(`${link.name} is a resource link itself: make table links in a database of your own.`);
      await authorizeTable(scope, tableIn(database, command.table.name));
    }
    if (command.linkTarget !== undefined)
      await refuseLinkToLink(scope, tableIn(database, command.table.name), command.linkTarget);

    await permitLocations(scope, {
      catalogId: database.catalogId,
      locations: tableLocations(command.definition, command.iceberg?.CreateIcebergTableInput),
      database: () => Promise.resolve(placeOf(database)),
    });
    const parts = { partitionKeys, definition: command.definition };
    if (command.iceberg === undefined) return insert(scope, database, command, parts);

    // Before the file: nothing is written for a name that is taken, nor taken back from under whoever has it.
    if ((await findTable(scope.tx, tableIn(database, command.table.name))) !== undefined) throw tableExists();
    const begun = await beginIcebergTable(scope, command.iceberg, command);
    try {
      return await insert(scope, database, command, { ...parts, definition: begun.definition });
    } catch (error) {
      await begun.discard();
      throw error;
    }
  },
});

async function insert(
  scope: WriteScope,
  database: Database,
  command: CreateTable,
  parts: Pick<Table, 'definition' | 'partitionKeys'>,
): Promise<Table> {
  const made: Omit<Table, 'no'> = {
    id: scope.newId<'Table'>(),
    databaseId: database.id,
    catalogId: database.catalogId,
    database: database.name,
    name: command.table.name,
    versionId: '0',
    ...parts,
    hasPartitionKeys: command.partitionKeys !== undefined,
    ...(command.linkTarget !== undefined && { linkTarget: command.linkTarget }),
    createdBy: scope.caller.arn,
    createdAt: scope.now,
    updatedAt: scope.now,
  };
  const table: Table = { ...made, no: await insertTable(scope.tx, made) };
  await scope.permissions.created(
    scope,
    tableResource(table),
    database.definition.CreateTableDefaultPermissions ?? [],
  );
  scope.changed(tableChange(table, 'CREATED'));
  await createIndexesWithTable(scope, table, command.indexes ?? []);
  return table;
}
