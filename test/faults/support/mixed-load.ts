import { eventually, type FaultServer } from './fault-server.ts';

/** A batch's partitions; both batch operations take that many. */
export const BATCH = 20;

const table = { DatabaseName: 'd', TableName: 't' };
/** Orders that are not the table's own: these have entries. */
const INDEXES: Readonly<Record<string, readonly string[]>> = { by_n: ['n', 'batch'], by_n_only: ['n'] };

const partitionsOf = (batch: string) => Array.from({ length: BATCH }, (_, n) => [batch, String(n)]);

/** What must be found of a batch: all of it, nothing, or either, where nobody has said. */
type Expected = 'there' | 'gone' | 'unknown';

/**
 * Writers that each know what they have been told about their own batches and tables, beside readers. Whatever breaks,
 * `verify` compares the server with what was acknowledged.
 */
export class MixedLoad {
  readonly #batches = new Map<string, Expected>();
  readonly #tables = new Map<string, string | undefined>();
  readonly #random: () => number;
  #next = 0;
  /** Writes that were answered 200. */
  acknowledged = 0;
  /** Answers that are neither 200 nor an error that says that nothing was changed. */
  readonly unexpected: string[] = [];

  constructor(random: () => number) {
    this.#random = random;
  }

  async prepare(server: FaultServer): Promise<void> {
    await server.ok('CreateDatabase', { DatabaseInput: { Name: 'd' } });
    const PartitionKeys = ['batch', 'n'].map((Name) => ({ Name, Type: 'string' }));
    await server.ok('CreateTable', { DatabaseName: 'd', TableInput: { Name: 't', PartitionKeys } });
    for (const [IndexName, Keys] of Object.entries(INDEXES)) {
      await server.ok('CreatePartitionIndex', { ...table, PartitionIndex: { IndexName, Keys } });
      await this.indexesAreActive(server);
    }
  }

  /** @param isOver asked before each request; the load also ends where nothing answers any more */
  async run(
    server: FaultServer,
    clients: number,
    isOver: () => boolean,
    onWrite?: () => void,
  ): Promise<void> {
    const client = async (): Promise<void> => {
      while (!isOver()) {
        try {
          await this.#step(server);
          onWrite?.();
        } catch (error) {
          if (error instanceof TypeError) return; // fetch's word for a connection that broke
          throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
  }

  async #step(server: FaultServer): Promise<void> {
    const dice = this.#random();
    this.#next += 1;
    const id = String(this.#next);
    if (dice < 0.5) {
      const batch = `b${id}`;
      const PartitionInputList = partitionsOf(batch).map((Values) => ({ Values }));
      await this.#batch(server, batch, 'there', 'BatchCreatePartition', { ...table, PartitionInputList });
    } else if (dice < 0.65) {
      const batch = [...this.#batches].find(([, expected]) => expected === 'there')?.[0];
      if (batch === undefined) return;
      const PartitionsToDelete = partitionsOf(batch).map((Values) => ({ Values }));
      await this.#batch(server, batch, 'gone', 'BatchDeletePartition', { ...table, PartitionsToDelete });
    } else if (dice < 0.85) {
      const Name = `t${id}`;
      this.#tables.set(Name, undefined);
      const TableInput = { Name, Description: id };
      if (await this.#write(server, 'CreateTable', { DatabaseName: 'd', TableInput }))
        this.#tables.set(Name, id);
    } else {
      const { status, body } = await server.glue('GetPartitions', { ...table, Expression: `n = '7'` });
      if (status !== 200) this.#note('GetPartitions', status, body);
    }
  }

  async #batch(server: FaultServer, batch: string, wanted: Expected, operation: string, input: object) {
    this.#batches.set(batch, 'unknown');
    if (await this.#write(server, operation, input)) this.#batches.set(batch, wanted);
  }

  async #write(server: FaultServer, operation: string, input: object): Promise<boolean> {
    const { status, body } = await server.glue(operation, input);
    if (status !== 200) {
      this.#note(operation, status, body);
      return false;
    }
    const errors = body['Errors'];
    if (Array.isArray(errors) && errors.length > 0) this.unexpected.push(JSON.stringify(errors[0]));
    this.acknowledged += 1;
    return true;
  }

  #note(operation: string, status: number, body: Readonly<Record<string, unknown>>): void {
    const code = String(body['__type']);
    // A write that broke on its COMMIT stays unknown; the others were not made, and are taken for unknown as well.
    if (['ThrottlingException', 'ServiceUnavailableException', 'OperationTimeoutException'].includes(code))
      return;
    this.unexpected.push(`${operation} ${String(status)} ${JSON.stringify(body)}`);
  }

  /** What is missing, half done or not in its index. Settles what was unknown. */
  async verify(server: FaultServer): Promise<string[]> {
    const faults: string[] = [];
    const counts = new Map<string, number>();
    const sevens = new Set<string>();
    for (const [batch = '', n] of await allPartitions(server, {})) {
      counts.set(batch, (counts.get(batch) ?? 0) + 1);
      if (n === '7') sevens.add(batch);
    }
    for (const [batch, expected] of this.#batches) {
      const count = counts.get(batch) ?? 0;
      const isWhole = count === (expected === 'gone' ? 0 : BATCH) || (expected === 'unknown' && count === 0);
      if (!isWhole) faults.push(`${batch} is to be ${expected} and has ${String(count)} partitions`);
      this.#batches.set(batch, count === 0 ? 'gone' : 'there');
    }
    const byIndex = (await allPartitions(server, { Expression: `n = '7'` })).map(([batch = '']) => batch);
    if (byIndex.length !== sevens.size || byIndex.some((batch) => !sevens.has(batch))) {
      faults.push(`the index finds ${String(byIndex.length)} of ${String(sevens.size)}`);
    }
    for (const [Name, description] of this.#tables) {
      const { status, body } = await server.glue('GetTable', { DatabaseName: 'd', Name });
      const found = status === 200 ? (body['Table'] as { Description: string }).Description : undefined;
      if (description !== undefined && found !== description) faults.push(`${Name} is ${String(found)}`);
      this.#tables.set(Name, found);
    }
    return [...faults, ...this.unexpected];
  }

  indexesAreActive(server: FaultServer): Promise<true> {
    return eventually(async () => {
      const { PartitionIndexDescriptorList: list } = await server.ok('GetPartitionIndexes', table);
      const isActive = (list as { IndexStatus: string }[]).every(
        ({ IndexStatus }) => IndexStatus === 'ACTIVE',
      );
      return isActive ? true : undefined;
    }, 'every index ACTIVE');
  }

  /** Throws the indexes away and has them built from nothing. */
  async rebuildIndexes(server: FaultServer): Promise<void> {
    for (const [IndexName, Keys] of Object.entries(INDEXES)) {
      await server.ok('DeletePartitionIndex', { ...table, IndexName });
      await eventually(async () => {
        const { PartitionIndexDescriptorList: list } = await server.ok('GetPartitionIndexes', table);
        return (list as { IndexName: string }[]).some((index) => index.IndexName === IndexName)
          ? undefined
          : true;
      }, 'the index is gone');
      await server.ok('CreatePartitionIndex', { ...table, PartitionIndex: { IndexName, Keys } });
      await this.indexesAreActive(server);
    }
  }
}

async function allPartitions(server: FaultServer, more: object): Promise<string[][]> {
  const found: string[][] = [];
  let NextToken: unknown;
  do {
    const page = await server.ok('GetPartitions', { ...table, ...more, MaxResults: 1000, NextToken });
    found.push(...(page['Partitions'] as { Values: string[] }[]).map(({ Values }) => Values));
    NextToken = page['NextToken'];
  } while (NextToken !== undefined);
  return found;
}
