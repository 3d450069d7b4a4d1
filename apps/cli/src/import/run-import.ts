import type { PartitionInput, TableInput } from '@aws-sdk/client-glue';

import type { Progress } from '../progress.ts';
import { isAboutOneThing, isNamed, isNotOffered } from './failures.ts';
import { forEachAtOnce } from './pool.ts';
import type { ImportReport, Kind } from './report.ts';
import type { CatalogSource, PartitionStream, SourceDatabase, SourceTable } from './source.ts';
import type { ImportState } from './state.ts';
import type { ImportTarget, PartitionsWritten } from './target.ts';

export interface ImportChoice {
  isDatabaseWanted(name: string): boolean;
  isTableWanted(name: string): boolean;
  readonly skip: ReadonlySet<Kind>;
  readonly withVersions: boolean;
  /** Tables at once. */
  readonly parallel: number;
}

export interface ImportParts {
  readonly source: CatalogSource;
  readonly target: ImportTarget;
  readonly state: ImportState;
  readonly report: ImportReport;
  readonly progress: Progress;
}

const tableKey = (database: string, table: string): string => JSON.stringify([database, table]);

/** Copies a catalog. What fails is counted and told; what is there already is compared. */
export async function runImport(parts: ImportParts, choice: ImportChoice): Promise<void> {
  await new Import(parts, choice).run();
}

class Import {
  readonly #parts: ImportParts;
  readonly #choice: ImportChoice;
  readonly #notOffered = new Set<Kind>();
  #targetCatalog: string | undefined;
  #tablesSeen = 0;
  #tablesDone = 0;

  constructor(parts: ImportParts, choice: ImportChoice) {
    this.#parts = parts;
    this.#choice = choice;
  }

  async run(): Promise<void> {
    const links: SourceDatabase[] = [];
    for await (const database of this.#parts.source.databases()) {
      if (!this.#choice.isDatabaseWanted(database.input.Name ?? '')) continue;
      // Last: by then it is known which account the target's own databases belong to.
      if (database.input.TargetDatabase !== undefined) links.push(database);
      else await this.#database(database);
    }
    for (const link of links) await this.#link(link);
  }

  /** A link has no tables of its own: those of its target would be copied a second time. */
  async #link({ input, catalogId }: SourceDatabase): Promise<void> {
    const { target, report } = this.#parts;
    const TargetDatabase = ownLink(input.TargetDatabase, catalogId, this.#targetCatalog);
    await this.#attempt('databases', input.Name ?? '', async () => {
      const { outcome } = await target.database({ ...input, TargetDatabase });
      report.count('databases', outcome);
    });
  }

  async #database({ input, catalogId }: SourceDatabase): Promise<void> {
    const { source, target, report } = this.#parts;
    const name = input.Name ?? '';
    const isThere = await this.#attempt('databases', name, async () => {
      const done = await target.database(input);
      this.#targetCatalog = done.catalogId;
      report.count('databases', done.outcome);
    });
    if (!isThere) return;
    const wanted = this.#wantedTables(name);
    await forEachAtOnce(wanted, this.#choice.parallel, async (table) => {
      await this.#table(name, withOwnLink(table, catalogId, this.#targetCatalog));
      this.#tablesDone += 1;
      this.#show();
    });
    await this.#optional('functions', name, async () => {
      for await (const each of source.functions(name)) {
        await this.#attempt('functions', `${name}.${each.FunctionName ?? ''}`, async () => {
          report.count('functions', await target.function(name, each));
        });
      }
    });
  }

  async *#wantedTables(database: string): AsyncGenerator<SourceTable> {
    for await (const table of this.#parts.source.tables(database)) {
      if (!this.#choice.isTableWanted(table.input.Name ?? '')) continue;
      this.#tablesSeen += 1;
      this.#show();
      yield table;
    }
  }

  async #table(database: string, table: SourceTable): Promise<void> {
    const { source, target, state, report } = this.#parts;
    const name = table.input.Name ?? '';
    const key = tableKey(database, name);
    if (state.isDone(key)) {
      report.resumed += 1;
      return;
    }
    const failedBefore = report.failed;
    const isThere = await this.#attempt('tables', `${database}.${name}`, async () => {
      // A link's are its target's.
      const isWanted = this.#choice.withVersions && table.input.TargetTable === undefined;
      const versions = isWanted ? source.versions(database, table) : undefined;
      const done = await target.table(database, table.input, versions);
      report.count('tables', done.outcome);
      report.count('versions', 'created', done.versions);
    });
    if (!isThere) return;
    let isComplete = true;
    if (isPartitioned(table.input) && !this.#choice.skip.has('partitions')) {
      isComplete = await this.#attempt('partitions', `${database}.${name}`, () =>
        this.#partitions(database, table),
      );
      if (isComplete) await this.#indexes(database, table);
    }
    await this.#statistics(database, table);
    if (isComplete && report.failed === failedBefore) state.done(key);
  }

  async #partitions(database: string, table: SourceTable): Promise<void> {
    const streams = await this.#parts.source.partitions(database, table);
    await Promise.all(streams.map((stream) => this.#stream(database, table.input.Name ?? '', stream)));
  }

  async #stream(database: string, table: string, stream: PartitionStream): Promise<void> {
    const { state } = this.#parts;
    const key = tableKey(database, table);
    const from = state.cursorOf(key, stream.name);
    const read = async (cursor: string | undefined): Promise<void> => {
      for await (const page of stream.pages(cursor)) {
        const isWhole = await this.#write(database, table, page.partitions);
        // What failed must be met again by the next run.
        if (isWhole && page.cursor !== undefined) state.reached(key, stream.name, page.cursor);
      }
    };
    try {
      await read(from);
    } catch (error) {
      // A page token outlives a day nowhere: begin anew, what is there is found.
      if (from === undefined || !isNamed(error, 'InvalidInputException', 'ExpiredTokenException'))
        throw error;
      await read(undefined);
    }
  }

  async #write(database: string, table: string, inputs: readonly PartitionInput[]): Promise<boolean> {
    const { target, report } = this.#parts;
    const written: PartitionsWritten = await target.partitions(database, table, inputs);
    for (const outcome of ['created', 'updated', 'unchanged', 'different'] as const) {
      report.count('partitions', outcome, written.counts[outcome]);
    }
    for (const { values, code, message } of written.failures) {
      report.fail({ kind: 'partitions', name: `${database}.${table}/${values.join('/')}`, code, message });
    }
    this.#show();
    return written.failures.length === 0;
  }

  async #indexes(database: string, table: SourceTable): Promise<void> {
    const { source, target, report } = this.#parts;
    const name = table.input.Name ?? '';
    await this.#optional('indexes', `${database}.${name}`, async () => {
      for (const index of await source.indexes(database, table)) {
        await this.#attempt('indexes', `${database}.${name}/${index.name}`, async () => {
          report.count('indexes', await target.index(database, name, index));
        });
      }
    });
  }

  async #statistics(database: string, table: SourceTable): Promise<void> {
    const { source, target, report } = this.#parts;
    const name = table.input.Name ?? '';
    await this.#optional('statistics', `${database}.${name}`, async () => {
      const statistics = await source.statistics(database, table);
      if (statistics.length === 0) return;
      const counts = await target.statistics(database, name, statistics);
      for (const outcome of ['created', 'updated', 'unchanged', 'different'] as const) {
        report.count('statistics', outcome, counts[outcome]);
      }
    });
  }

  /** Runs what one of the two may not have; the report notes it once. */
  async #optional(kind: Kind, name: string, run: () => Promise<void>): Promise<void> {
    if (this.#choice.skip.has(kind) || this.#notOffered.has(kind)) return;
    await this.#attempt(kind, name, async () => {
      try {
        await run();
      } catch (error) {
        if (!isNotOffered(error)) throw error;
        this.#notOffered.add(kind);
        this.#parts.report.notes.add(`${kind} were not copied: one of the two servers does not offer them.`);
      }
    });
  }

  /** @returns whether it went well; what concerns this one thing is told, everything else is thrown */
  async #attempt(kind: Kind, name: string, run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      if (isNotOffered(error)) throw error;
      const isBuild = isNamed(error, 'IndexBuildFailed');
      if (!(error instanceof Error) || !(isBuild || isAboutOneThing(error))) throw error;
      this.#parts.report.fail({ kind, name, code: error.name, message: error.message });
      return false;
    }
  }

  #show(): void {
    const { partitions } = this.#parts.report.counts;
    const seen = partitions.created + partitions.updated + partitions.unchanged + partitions.different;
    const text = `tables, ${seen.toLocaleString('en')} partitions, ${String(this.#parts.report.failed)} failures`;
    this.#parts.progress.update(this.#tablesDone, this.#tablesSeen, text);
  }
}

const isPartitioned = (table: TableInput): boolean => (table.PartitionKeys ?? []).length > 0;

/** A link into the source's own catalog points into the target's from now on. */
const ownLink = <Link extends { CatalogId?: string | undefined }>(
  link: Link | undefined,
  sourceCatalog: string | undefined,
  targetCatalog: string | undefined,
): Link | undefined =>
  link === undefined || link.CatalogId !== sourceCatalog || targetCatalog === undefined
    ? link
    : { ...link, CatalogId: targetCatalog };

function withOwnLink(
  table: SourceTable,
  sourceCatalog: string | undefined,
  targetCatalog: string | undefined,
): SourceTable {
  const TargetTable = ownLink(table.input.TargetTable, sourceCatalog, targetCatalog);
  return TargetTable === undefined ? table : { ...table, input: { ...table.input, TargetTable } };
}
