import {
  defineRead,
  defineWrite,
  invalid,
  LakewardenError,
  notFound,
  type Page,
  type PageRequest,
  toPage,
} from '@lakewarden/kernel';

import { authorizeTable, type TableRef } from '../reference.ts';
import { withRegistration } from './registered-table.ts';
import { lockTable, requireTableNow, seenThrough } from './require-table.ts';
import type { Table } from './table.ts';
import { versionNumber } from './table-rules.ts';
import { deleteArchivedVersion, findArchivedVersion, listArchivedVersions } from './table.repository.ts';
import { visibleTable } from './visible-table.ts';

export interface GetTableVersion {
  readonly table: TableRef;
  /** Absent: the current one. */
  readonly versionId?: string | undefined;
}

/** @throws EntityNotFoundException; InvalidInputException the version is not an integer */
export const getTableVersion = defineRead({
  action: 'glue:GetTableVersion',

  async run(scope, command: GetTableVersion): Promise<Table> {
    await authorizeTable(scope, command.table);
    const versionId = command.versionId === undefined ? undefined : versionNumber(command.versionId);
    const { table, link, decision } = await requireTableNow(scope, command.table);
    const shown = async (version: Table): Promise<Table> => {
      const [found = version] = await withRegistration(scope, [version]);
      return seenThrough(link, visibleTable(found, decision, table));
    };
    if (versionId === undefined || versionId === table.versionId) return shown(table);
    const archived = await findArchivedVersion(scope.tx, table, versionId);
    if (archived === undefined) throw notFound('Version not found.');
    return shown(archived);
  },
});

export interface GetTableVersions extends PageRequest {
  readonly table: TableRef;
}

/** Oldest first, the current one last. @throws EntityNotFoundException */
export const getTableVersions = defineRead({
  action: 'glue:GetTableVersions',

  async run(scope, command: GetTableVersions): Promise<Page<Table>> {
    await authorizeTable(scope, command.table);
    const { table, link, decision } = await requireTableNow(scope, command.table);
    const question = ['GetTableVersions', table.id, scope.caller.arn];
    const after = command.token === undefined ? '-1' : scope.tokens.open(question, command.token).toString();
    const rows = await listArchivedVersions(scope.tx, table, after, command.limit + 1);
    const versions = (await withRegistration(scope, [...rows, table])).map((version) =>
      seenThrough(link, visibleTable(version, decision, table)),
    );
    return toPage(versions, command.limit, (last) =>
      scope.tokens.issue(question, Buffer.from(last.versionId)),
    );
  },
});

export interface BatchDeleteTableVersion {
  readonly table: TableRef;
  readonly versionIds: readonly string[];
}

export interface VersionFailure {
  readonly versionId: string;
  readonly error: LakewardenError;
}

/** @returns what could not be deleted: the current version, what is not there, what is no integer */
export const batchDeleteTableVersion = defineWrite({
  action: 'glue:BatchDeleteTableVersion',

  async run(scope, command: BatchDeleteTableVersion): Promise<readonly VersionFailure[]> {
    await authorizeTable(scope, command.table);
    const table = await lockTable(scope, command.table, ['ALTER'], 'exclusive', 'first');
    const failures: VersionFailure[] = [];
    for (const versionId of command.versionIds) {
      try {
        const asked = versionNumber(versionId);
        if (asked === table.versionId) throw invalid('Cannot delete the current version of a table.');
        if (!(await deleteArchivedVersion(scope.tx, table, asked))) throw notFound('Version not found.');
      } catch (error) {
        if (!(error instanceof LakewardenError)) throw error;
        failures.push({ versionId, error });
      }
    }
    return failures;
  },
});
