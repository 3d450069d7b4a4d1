import { createHash } from 'node:crypto';

import {
  defineRead,
  defineWrite,
  invalid,
  LakewardenError,
  notFound,
  type ReadScope,
  type Resource,
} from '@lakewarden/kernel';

import { lockDatabaseForChange } from '../database/database.repository.ts';
import { lockTablesOf } from '../locks.repository.ts';
import { authorizeCatalog } from '../reference.ts';
import { applyChanges } from './apply-plan.ts';
import {
  type CatalogDocument,
  type CatalogPlan,
  MAX_DOCUMENT_DATABASES,
  MAX_DOCUMENT_PARTITIONS,
  MAX_DOCUMENT_TABLES,
} from './catalog-document.ts';
import { planChanges } from './plan.ts';
import {
  type CatalogSelection,
  type ReadCatalog,
  readCatalog,
  readDatabases,
  stateOf,
} from './read-catalog.ts';

export interface ExportCatalog {
  readonly catalogId: string;
  /** Names; absent: all. */
  readonly databases?: readonly string[] | undefined;
  readonly withPartitions: boolean;
}

/**
 * The catalog as the caller sees it, links as links. Each statement reads what is committed then: a catalog that is
 * written meanwhile may show a table of before beside one of after.
 *
 * @throws EntityNotFoundException a named database is not there
 * @throws InvalidInputException it is too large for one document
 */
export const exportCatalog = defineRead({
  action: 'glue:GetTables',

  async run(scope, command: ExportCatalog): Promise<ReadCatalog> {
    await authorizeCatalog(scope, command.catalogId);
    const { catalogId, databases } = command;
    const catalog = await readCatalog(scope, {
      catalogId,
      databases,
      wantsPartitions: () => command.withPartitions,
    });
    const missing = databases?.find((name) => !catalog.has(name));
    if (missing !== undefined) throw notFound(`Database ${missing} not found.`);
    return catalog;
  },
});

export interface PlanCatalog {
  readonly catalogId: string;
  readonly document: CatalogDocument;
  /** Deletes what the document does not name: indexes and partitions, tables, and with `scope: catalog` databases. */
  readonly prune: boolean;
}

/** @throws InvalidInputException */
function refuseTooLarge({ databases }: CatalogDocument): void {
  const all = [...databases.values()].flatMap(({ tables }) => [...tables.values()]);
  const partitions = all.reduce((sum, table) => sum + (table.partitions?.length ?? 0), 0);
  for (const [count, max, what] of [
    [databases.size, MAX_DOCUMENT_DATABASES, 'databases'],
    [all.length, MAX_DOCUMENT_TABLES, 'tables'],
    [partitions, MAX_DOCUMENT_PARTITIONS, 'partitions'],
  ] as const) {
    if (count > max)
      throw invalid(`The document holds ${String(count)} ${what}, and may hold ${String(max)}.`);
  }
}

const selectionOf = ({ catalogId, document }: PlanCatalog): CatalogSelection => ({
  catalogId,
  databases: document.scope === 'catalog' ? undefined : [...document.databases.keys()],
  wantsPartitions: (database, table) =>
    document.databases.get(database)?.tables.get(table)?.partitions !== undefined,
});

async function planned(
  scope: ReadScope,
  command: PlanCatalog,
): Promise<CatalogPlan & { current: ReadCatalog }> {
  const current = await readCatalog(scope, selectionOf(command));
  const changes = planChanges(current, command.document, command);
  // What was planned belongs to it: another document, or another rule, is another plan.
  const base = createHash('sha256')
    .update(stateOf(current))
    .update(JSON.stringify(changes))
    .digest('base64url');
  return { current, changes, base };
}

/** What applying the document would do. @throws InvalidInputException it says what cannot be */
export const planCatalog = defineRead({
  action: 'glue:GetTables',

  async run(scope, command: PlanCatalog): Promise<CatalogPlan> {
    await authorizeCatalog(scope, command.catalogId);
    refuseTooLarge(command.document);
    const { base, changes } = await planned(scope, command);
    return { base, changes };
  },
});

export interface ApplyCatalog extends PlanCatalog {
  /** Of the plan that was looked at. */
  readonly base: string;
}

/**
 * Makes the catalog what the document says, in one transaction: all of it or nothing. Every change asks for its own
 * action (glue:CreateTable and so on), as if it had come by itself.
 *
 * @returns the plan that was done
 * @throws ConcurrentModificationException the catalog is not what the plan was made from
 */
export const applyCatalog = defineWrite({
  action: 'lakewarden:ApplyCatalog',

  async run(scope, command: ApplyCatalog): Promise<CatalogPlan> {
    const reading = {
      ...scope,
      authorize: (resource: Resource, action = planCatalog.action) => scope.authorize(resource, action),
    };
    await authorizeCatalog(reading, command.catalogId);
    refuseTooLarge(command.document);
    // By name, as every apply does: two of them wait for each other and do not meet halfway.
    for (const { name } of await readDatabases(reading, selectionOf(command))) {
      const held = await lockDatabaseForChange(scope.tx, command.catalogId, name);
      if (held !== undefined) await lockTablesOf(scope.tx, held.id);
    }
    const { current, changes, base } = await planned(reading, command);
    if (base !== command.base) {
      throw new LakewardenError(
        'ConcurrentModificationException',
        'The catalog has changed since the plan was made: plan again and look at what would be done now.',
      );
    }
    await applyChanges(scope, { catalogId: command.catalogId, current, wanted: command.document }, changes);
    return { base, changes };
  },
});
