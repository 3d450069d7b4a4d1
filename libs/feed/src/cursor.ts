import type { LakewardenError } from '@lakewarden/kernel';
import { invalid } from '@lakewarden/kernel';

/** How far a consumer has come in the feed of one account: the position of the last write it was told of. */
export interface Cursor {
  readonly accountId: string;
  readonly position: bigint;
}

const VERSION = 'c1';

/** Opaque to consumers. Not signed: it grants nothing, and whoever reads is asked who he is every time. */
export const printCursor = ({ accountId, position }: Cursor): string =>
  Buffer.from([VERSION, accountId, position.toString()].join(':')).toString('base64url');

/** @throws InvalidInputException it is none, or belongs to the feed of another account */
export function parseCursor(text: string, accountId: string): Cursor {
  const [version, owner, position] = Buffer.from(text, 'base64url').toString('latin1').split(':');
  if (version !== VERSION || owner !== accountId || !/^\d{1,18}$/.test(position ?? '')) {
    throw invalid('The cursor is not one of this account’s change feed.');
  }
  return { accountId, position: BigInt(position ?? '') };
}

/** What it stood for is gone, or has not been yet: after a restore the feed may be shorter than a consumer remembers. */
export const expiredCursor = (): LakewardenError =>
  invalid(
    'The cursor has expired: what came after it is no longer kept. Read the catalog anew, then follow the feed from `latest`, ' +
      'or take what is left of it from `earliest`.',
  );
