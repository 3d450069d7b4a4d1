import { createHash } from 'node:crypto';

/** A place in an account's chain: the number of a row and its hash, in hex. */
export interface ChainPlace {
  readonly seq: number;
  /** Empty before the first row. */
  readonly hash: string;
}

/** One sealed row. */
export interface SealedRow extends ChainPlace {
  readonly id: string;
  /** The event's JSON, byte for byte. */
  readonly event: string;
}

/** Where a chain is broken first, and how. */
export interface ChainFault {
  readonly seq: number;
  readonly kind: 'missing' | 'changed' | 'order' | 'cut' | 'head';
  readonly message: string;
}

/** The hash of a row behind another. The same in the migration's seal_audit. */
export const hashAfter = (
  previous: string,
  accountId: string,
  { seq, id, event }: Pick<SealedRow, 'seq' | 'id' | 'event'>,
): string =>
  createHash('sha256')
    .update(Buffer.from(previous, 'hex'))
    .update(`${String(seq)}\n${accountId}\n${id}\n${event}`)
    .digest('hex');

const fault = (kind: ChainFault['kind'], seq: number, message: string): ChainFault => ({
  kind,
  seq,
  message,
});

/** Follows a chain row by row. It keeps one place and no rows. */
export class ChainCheck {
  readonly #accountId: string;
  #last: ChainPlace;

  /** @param anchor where the chain begins: behind what retention has taken away */
  constructor(accountId: string, anchor: ChainPlace) {
    this.#accountId = accountId;
    this.#last = anchor;
  }

  get last(): ChainPlace {
    return this.#last;
  }

  /** @returns what is wrong with it; nothing is looked at behind the first fault */
  next(row: SealedRow): ChainFault | undefined {
    const expected = this.#last.seq + 1;
    if (row.seq > expected) {
      const gone =
        row.seq === expected + 1
          ? `row ${String(expected)} is`
          : `rows ${String(expected)} to ${String(row.seq - 1)} are`;
      return fault('missing', expected, `${gone} missing: removed.`);
    }
    if (row.seq < expected) {
      return fault(
        'order',
        row.seq,
        `row ${String(row.seq)} comes behind row ${String(this.#last.seq)}: inserted or reordered.`,
      );
    }
    if (hashAfter(this.#last.hash, this.#accountId, row) !== row.hash) {
      return fault(
        'changed',
        row.seq,
        `row ${String(row.seq)} does not fit its hash: changed, inserted or put in another's place.`,
      );
    }
    this.#last = { seq: row.seq, hash: row.hash };
    return undefined;
  }

  /** At the end. @param head the last row as the sealer has noted it */
  end(head: ChainPlace): ChainFault | undefined {
    if (head.seq > this.#last.seq) {
      return fault(
        'cut',
        this.#last.seq + 1,
        `the end is missing from row ${String(this.#last.seq + 1)}: ${String(head.seq)} rows were sealed.`,
      );
    }
    if (head.seq < this.#last.seq || head.hash !== this.#last.hash) {
      return fault(
        'head',
        head.seq,
        `the head says row ${String(head.seq)}, and the chain ends with row ${String(this.#last.seq)} or another hash.`,
      );
    }
    return undefined;
  }
}
