import type { Caller } from '@lakewarden/kernel';

/** Of one batch; a larger answer takes several. */
const MAX_KEYS = 1_000;

interface OpenBatch<Key, Value> {
  readonly keys: Map<string, Key>;
  readonly answers: Promise<ReadonlyMap<string, Value>>;
}

/** Every field of a page that is resolved in one turn has said by then what it asks for. */
const endOfTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/**
 * What the fields of one answer ask for, asked for together: a page of a hundred tables takes as many statements as one
 * table. Nothing is kept beyond the batch; what was asked about is decided then, for the caller of that request.
 */
export class RequestBatch<Key, Value> {
  readonly #open = new WeakMap<object, OpenBatch<Key, Value>>();
  readonly #answer: (caller: Caller, keys: readonly Key[]) => Promise<ReadonlyMap<string, Value>>;

  /** @param answer by the keys' ids; what it leaves out is null */
  constructor(answer: (caller: Caller, keys: readonly Key[]) => Promise<ReadonlyMap<string, Value>>) {
    this.#answer = answer;
  }

  /** @param request the GraphQL context, one a request */
  async load(request: object, caller: Caller, id: string, key: Key): Promise<Value | null> {
    const batch = this.#open.get(request) ?? this.#begin(request, caller);
    batch.keys.set(id, key);
    if (batch.keys.size >= MAX_KEYS) this.#open.delete(request);
    return (await batch.answers).get(id) ?? null;
  }

  #begin(request: object, caller: Caller): OpenBatch<Key, Value> {
    const keys = new Map<string, Key>();
    const answers = endOfTurn().then(() => {
      if (this.#open.get(request) === batch) this.#open.delete(request);
      return this.#answer(caller, [...keys.values()]);
    });
    const batch = { keys, answers };
    this.#open.set(request, batch);
    return batch;
  }
}
