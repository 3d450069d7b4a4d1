import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

import type { ChainPlace, SealedRow } from '@lakewarden/governance';
import { z } from 'zod';

import type { Ask } from '../graphql.ts';

const PAGE = 500;
const CHAIN = `query ($after: Long, $limit: Int) {
  auditChain(afterSeq: $after, limit: $limit) {
    accountId head { seq hash } anchor { seq hash } rows { seq id event hash }
  }
}`;

const place = z.object({ seq: z.coerce.number(), hash: z.string() });
const chain = z.object({
  auditChain: z.object({
    accountId: z.string(),
    head: place,
    anchor: place,
    rows: z.array(place.extend({ id: z.string(), event: z.string() })),
  }),
});

/** A trail as it is read: where it begins, its rows in order, and where its keeper says that it ends. */
export type ChainPart =
  | { readonly kind: 'begin'; readonly accountId: string; readonly anchor: ChainPlace }
  | { readonly kind: 'row'; readonly row: SealedRow; readonly of: number }
  | { readonly kind: 'end'; readonly head: ChainPlace };

/** From a server. What is sealed while it is read belongs to it as well. @param after 0: all that is kept */
export async function* readServer(ask: Ask, after: number): AsyncGenerator<ChainPart> {
  let last = after;
  for (let isFirst = true; ; isFirst = false) {
    const { auditChain } = await ask(CHAIN, { after: last, limit: PAGE }, chain);
    const { accountId, anchor, head, rows } = auditChain;
    if (isFirst) yield { kind: 'begin', accountId, anchor };
    for (const row of rows) yield { kind: 'row', row, of: head.seq };
    last = rows.at(-1)?.seq ?? last;
    // A short page is the last one; an empty one behind a head is a trail that was cut off.
    if (rows.length < PAGE) {
      yield { kind: 'end', head };
      return;
    }
  }
}

const EVENT = ',"event":';

/** One line of an export. The event's bytes are kept as they are: the hash is over them. */
export const printRow = ({ seq, id, hash, event }: SealedRow): string =>
  `{"seq":${String(seq)},"id":${JSON.stringify(id)},"hash":${JSON.stringify(hash)}${EVENT}${event}}`;

export function printPart(part: ChainPart): string {
  switch (part.kind) {
    case 'begin':
      return JSON.stringify({ account: part.accountId, anchor: part.anchor });
    case 'row':
      return printRow(part.row);
    case 'end':
      return JSON.stringify({ head: part.head });
  }
}

const line = z.union([
  place.extend({ id: z.string() }),
  z.object({ account: z.string(), anchor: place }),
  z.object({ head: place }),
]);

/** @throws Error the line is none of an export's */
export function parsePart(text: string): ChainPart {
  const at = text.indexOf(EVENT);
  const parsed = line.parse(JSON.parse(at < 0 ? text : `${text.slice(0, at)}}`));
  if ('account' in parsed) return { kind: 'begin', accountId: parsed.account, anchor: parsed.anchor };
  if ('head' in parsed) return { kind: 'end', head: parsed.head };
  return { kind: 'row', row: { ...parsed, event: text.slice(at + EVENT.length, -1) }, of: parsed.seq };
}

/** From an export. @throws Error it is none, or breaks off in a line */
export async function* readExport(file: string): AsyncGenerator<ChainPart> {
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number += 1;
    if (text === '') continue;
    try {
      yield parsePart(text);
    } catch (cause) {
      throw new Error(`${file}, line ${String(number)}: no line of \`lakewarden audit export\`.`, { cause });
    }
  }
}
