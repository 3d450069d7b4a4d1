import { ChainCheck, type ChainFault, type ChainPlace } from '@lakewarden/governance';

import type { ChainPart } from './chain-source.ts';

export interface Verdict {
  readonly accountId: string;
  readonly rows: number;
  readonly anchor: ChainPlace;
  readonly last: ChainPlace;
  /** The first broken place. */
  readonly fault?: ChainFault;
}

const NOWHERE: ChainPlace = { seq: 0, hash: '' };

const notInTrail = ({ seq }: ChainPlace, why: string): ChainFault => ({
  seq,
  kind: 'head',
  message: `the head that was noted at row ${String(seq)} ${why}`,
});

/**
 * @param noted a head that somebody has kept elsewhere: the trail has to hold it, or to have trimmed it by retention
 * @throws Error there is no beginning
 */
export async function verifyChain(parts: AsyncIterable<ChainPart>, noted?: ChainPlace): Promise<Verdict> {
  let check: ChainCheck | undefined;
  let accountId = '';
  let anchor = NOWHERE;
  let head: ChainPlace | undefined;
  let rows = 0;
  let isNotedSeen = noted === undefined;
  const verdict = (fault?: ChainFault): Verdict => ({
    accountId,
    rows,
    anchor,
    last: check?.last ?? NOWHERE,
    ...(fault !== undefined && { fault }),
  });
  const meets = (place: ChainPlace): ChainFault | undefined => {
    if (place.seq !== noted?.seq) return undefined;
    isNotedSeen = true;
    return place.hash === noted.hash
      ? undefined
      : notInTrail(noted, 'has another hash: the trail was rewritten.');
  };
  for await (const part of parts) {
    if (part.kind === 'begin') {
      ({ accountId, anchor } = part);
      check = new ChainCheck(accountId, anchor);
      // What retention has taken away is told by its last hash alone.
      if (noted !== undefined && noted.seq < anchor.seq) isNotedSeen = true;
      const fault = meets(anchor);
      if (fault !== undefined) return verdict(fault);
    } else if (check === undefined) {
      throw new Error('the trail has no beginning: its first line names the account and the anchor.');
    } else if (part.kind === 'row') {
      const fault = check.next(part.row) ?? meets(part.row);
      if (fault !== undefined) return verdict(fault);
      rows += 1;
    } else {
      ({ head } = part);
    }
  }
  if (check === undefined) throw new Error('there is no trail in it.');
  if (head === undefined) {
    return verdict({
      seq: check.last.seq + 1,
      kind: 'cut',
      message: 'it breaks off: its last line names the head.',
    });
  }
  const fault = check.end(head);
  if (fault !== undefined) return verdict(fault);
  return isNotedSeen || noted === undefined
    ? verdict()
    : verdict(notInTrail(noted, 'is not in it: its end was cut off.'));
}
