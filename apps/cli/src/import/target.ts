import {
  BatchCreatePartitionCommand,
  BatchGetPartitionCommand,
  BatchUpdatePartitionCommand,
  type ColumnStatistics,
  CreateDatabaseCommand,
  CreatePartitionIndexCommand,
  CreateTableCommand,
  CreateUserDefinedFunctionCommand,
  type DatabaseInput,
  GetColumnStatisticsForTableCommand,
  GetDatabaseCommand,
  GetPartitionIndexesCommand,
  GetTableCommand,
  GetUserDefinedFunctionCommand,
  type GlueClient,
  type PartitionError,
  type PartitionInput,
  type TableInput,
  UpdateColumnStatisticsForTableCommand,
  UpdateDatabaseCommand,
  UpdateTableCommand,
  UpdateUserDefinedFunctionCommand,
  type UserDefinedFunctionInput,
} from '@aws-sdk/client-glue';

import { canonical } from './canonical.ts';
import { isNamed } from './failures.ts';
import { toDatabaseInput, toFunctionInput, toPartitionInput, toTableInput } from './glue-documents.ts';
import type { Outcome } from './report.ts';
import type { SourceIndex } from './source.ts';

const PARTITIONS_PER_WRITE = 100;
const STATISTICS_PER_WRITE = 25;
const STATISTICS_PER_READ = 100;
const POLL_MS = 500;

export interface PartitionFailure {
  readonly values: readonly string[];
  readonly code: string;
  readonly message: string;
}

export interface PartitionsWritten {
  readonly counts: Readonly<Record<Exclude<Outcome, 'failed'>, number>>;
  readonly failures: readonly PartitionFailure[];
}

const keyOf = (values: readonly string[] | undefined): string => JSON.stringify(values ?? []);

/** A catalog without its own list of default permissions is stored with an empty one (contract.md §4). */
const sameDatabase = (a: DatabaseInput, b: DatabaseInput): boolean =>
  canonical({ CreateTableDefaultPermissions: [], ...a }) ===
  canonical({ CreateTableDefaultPermissions: [], ...b });

async function found<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (isNamed(error, 'EntityNotFoundException')) return undefined;
    throw error;
  }
}

/** The Lakewarden that is imported into: what is there is compared, and overwritten only when that was asked for. */
export class ImportTarget {
  readonly #client: GlueClient;
  readonly #update: boolean;

  constructor(client: GlueClient, update: boolean) {
    this.#client = client;
    this.#update = update;
  }

  /** @returns what was done, and the account that the database belongs to */
  async database(input: DatabaseInput): Promise<{ outcome: Outcome; catalogId: string }> {
    const name = input.Name;
    const before = await found(this.#client.send(new GetDatabaseCommand({ Name: name })));
    if (before === undefined) {
      await this.#client.send(new CreateDatabaseCommand({ DatabaseInput: input }));
      const made = await this.#client.send(new GetDatabaseCommand({ Name: name }));
      return { outcome: 'created', catalogId: made.Database?.CatalogId ?? '' };
    }
    const catalogId = before.Database?.CatalogId ?? '';
    if (before.Database && sameDatabase(toDatabaseInput(before.Database), input)) {
      return { outcome: 'unchanged', catalogId };
    }
    if (!this.#update) return { outcome: 'different', catalogId };
    await this.#client.send(new UpdateDatabaseCommand({ Name: name, DatabaseInput: input }));
    return { outcome: 'updated', catalogId };
  }

  /** @param versions oldest first, the current one last; written only when the table is new */
  async table(
    database: string,
    input: TableInput,
    versions?: AsyncIterable<TableInput>,
  ): Promise<{ outcome: Outcome; versions: number }> {
    const before = await found(
      this.#client.send(new GetTableCommand({ DatabaseName: database, Name: input.Name })),
    );
    if (before?.Table !== undefined) {
      if (canonical(toTableInput(before.Table)) === canonical(input))
        return { outcome: 'unchanged', versions: 0 };
      if (!this.#update) return { outcome: 'different', versions: 0 };
      await this.#client.send(new UpdateTableCommand({ DatabaseName: database, TableInput: input }));
      return { outcome: 'updated', versions: 0 };
    }
    let written = 0;
    let last: string | undefined;
    for await (const version of versions ?? []) {
      await this.#client.send(
        written === 0
          ? new CreateTableCommand({ DatabaseName: database, TableInput: version })
          : new UpdateTableCommand({ DatabaseName: database, TableInput: version }),
      );
      last = canonical(version);
      written += 1;
    }
    if (written === 0) {
      await this.#client.send(new CreateTableCommand({ DatabaseName: database, TableInput: input }));
    } else if (last !== canonical(input)) {
      await this.#client.send(new UpdateTableCommand({ DatabaseName: database, TableInput: input }));
    }
    return { outcome: 'created', versions: Math.max(written - 1, 0) };
  }

  async partitions(
    database: string,
    table: string,
    inputs: readonly PartitionInput[],
  ): Promise<PartitionsWritten> {
    const counts = { created: 0, updated: 0, unchanged: 0, different: 0 };
    const failures: PartitionFailure[] = [];
    for (let from = 0; from < inputs.length; from += PARTITIONS_PER_WRITE) {
      const batch = inputs.slice(from, from + PARTITIONS_PER_WRITE);
      const { Errors: errors = [] } = await this.#client.send(
        new BatchCreatePartitionCommand({
          DatabaseName: database,
          TableName: table,
          PartitionInputList: [...batch],
        }),
      );
      counts.created += batch.length - errors.length;
      const taken = new Set(errors.filter(isTaken).map(({ PartitionValues: values }) => keyOf(values)));
      failures.push(...errors.filter((error) => !isTaken(error)).map(toFailure));
      if (taken.size === 0) continue;
      await this.#compare(
        database,
        table,
        batch.filter(({ Values: values }) => taken.has(keyOf(values))),
        counts,
        failures,
      );
    }
    return { counts, failures };
  }

  async #compare(
    database: string,
    table: string,
    inputs: readonly PartitionInput[],
    counts: Record<Exclude<Outcome, 'failed'>, number>,
    failures: PartitionFailure[],
  ): Promise<void> {
    const names = { DatabaseName: database, TableName: table };
    const { Partitions: partitions = [] } = await this.#client.send(
      new BatchGetPartitionCommand({
        ...names,
        PartitionsToGet: inputs.map(({ Values: values }) => ({ Values: values ?? [] })),
      }),
    );
    const there = new Map(partitions.map((each) => [keyOf(each.Values), canonical(toPartitionInput(each))]));
    const others = inputs.filter((input) => there.get(keyOf(input.Values)) !== canonical(input));
    counts.unchanged += inputs.length - others.length;
    if (others.length === 0) return;
    if (!this.#update) {
      counts.different += others.length;
      return;
    }
    const { Errors: errors = [] } = await this.#client.send(
      new BatchUpdatePartitionCommand({
        ...names,
        Entries: others.map((input) => ({ PartitionValueList: input.Values ?? [], PartitionInput: input })),
      }),
    );
    counts.updated += others.length - errors.length;
    failures.push(
      ...errors.map(({ PartitionValueList: values, ErrorDetail: detail }) =>
        toFailure({ PartitionValues: values, ErrorDetail: detail }),
      ),
    );
  }

  /** Makes an index that is missing and waits until it is built: a table builds one at a time. */
  async index(database: string, table: string, index: SourceIndex): Promise<Outcome> {
    const names = { DatabaseName: database, TableName: table };
    const known = await this.#index(names, index.name);
    if (known !== undefined) {
      const keys = (known.Keys ?? []).map((key) => key.Name);
      return keys.join('\n') === index.keys.join('\n') ? 'unchanged' : 'different';
    }
    await this.#client.send(
      new CreatePartitionIndexCommand({
        ...names,
        PartitionIndex: { IndexName: index.name, Keys: [...index.keys] },
      }),
    );
    for (;;) {
      const made = await this.#index(names, index.name, true);
      if (made?.IndexStatus === 'ACTIVE') return 'created';
      if (made?.IndexStatus !== 'CREATING') {
        const reasons = (made?.BackfillErrors ?? []).map(({ Code: code }) => code).join(', ');
        throw Object.assign(new Error(`the index was not built: ${reasons}`), { name: 'IndexBuildFailed' });
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async #index(names: { DatabaseName: string; TableName: string }, name: string, withFailed = false) {
    const { PartitionIndexDescriptorList: all = [] } = await this.#client.send(
      new GetPartitionIndexesCommand(names),
    );
    return all.findLast(
      ({ IndexName, IndexStatus }) => IndexName === name && (withFailed || IndexStatus !== 'FAILED'),
    );
  }

  async statistics(
    database: string,
    table: string,
    statistics: readonly ColumnStatistics[],
  ): Promise<Record<'created' | 'updated' | 'unchanged' | 'different', number>> {
    const names = { DatabaseName: database, TableName: table };
    const there = new Map<string, string>();
    for (const each of chunks(statistics, STATISTICS_PER_READ)) {
      const answer = await this.#client.send(
        new GetColumnStatisticsForTableCommand({
          ...names,
          ColumnNames: each.map(({ ColumnName: name }) => name ?? ''),
        }),
      );
      for (const known of answer.ColumnStatisticsList ?? [])
        there.set(known.ColumnName?.toLowerCase() ?? '', canonical(known));
    }
    const counts = { created: 0, updated: 0, unchanged: 0, different: 0 };
    const wanted: ColumnStatistics[] = [];
    for (const each of statistics) {
      const known = there.get(each.ColumnName?.toLowerCase() ?? '');
      if (known === canonical(each)) counts.unchanged += 1;
      else if (known !== undefined && !this.#update) counts.different += 1;
      else {
        counts[known === undefined ? 'created' : 'updated'] += 1;
        wanted.push(each);
      }
    }
    for (const each of chunks(wanted, STATISTICS_PER_WRITE)) {
      const { Errors: errors = [] } = await this.#client.send(
        new UpdateColumnStatisticsForTableCommand({ ...names, ColumnStatisticsList: each }),
      );
      const refused = errors[0]?.Error;
      if (refused !== undefined) {
        throw Object.assign(new Error(refused.ErrorMessage), { name: refused.ErrorCode ?? 'Error' });
      }
    }
    return counts;
  }

  async function(database: string, input: UserDefinedFunctionInput): Promise<Outcome> {
    const names = { DatabaseName: database, FunctionName: input.FunctionName };
    const before = await found(this.#client.send(new GetUserDefinedFunctionCommand(names)));
    if (before?.UserDefinedFunction === undefined) {
      await this.#client.send(
        new CreateUserDefinedFunctionCommand({ DatabaseName: database, FunctionInput: input }),
      );
      return 'created';
    }
    if (canonical(toFunctionInput(before.UserDefinedFunction)) === canonical(input)) return 'unchanged';
    if (!this.#update) return 'different';
    await this.#client.send(new UpdateUserDefinedFunctionCommand({ ...names, FunctionInput: input }));
    return 'updated';
  }

  close(): void {
    this.#client.destroy();
  }
}

const isTaken = ({ ErrorDetail: detail }: PartitionError): boolean =>
  detail?.ErrorCode === 'AlreadyExistsException';

const toFailure = ({ PartitionValues: values, ErrorDetail: detail }: PartitionError): PartitionFailure => ({
  values: values ?? [],
  code: detail?.ErrorCode ?? 'Error',
  message: detail?.ErrorMessage ?? '',
});

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
