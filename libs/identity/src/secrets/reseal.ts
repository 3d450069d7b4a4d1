import { defineWrite, type WriteScope } from '@lakewarden/kernel';

import type { MasterKeys } from './master-keys.ts';
import {
  listSealed,
  lockSealed,
  replaceSealed,
  sealedContext,
  type SealedKind,
} from './sealed.repository.ts';

const BATCH = 1_000;

async function resealKind(scope: WriteScope, keys: MasterKeys, kind: SealedKind): Promise<number> {
  let count = 0;
  let after = '';
  for (;;) {
    const batch = await listSealed(scope.tx, kind, after, BATCH);
    const last = batch.at(-1);
    if (last === undefined) return count;
    await replaceSealed(
      scope.tx,
      kind,
      batch.map(({ id, sealed }) => {
        const context = sealedContext(kind, id);
        return { id, sealed: keys.seal(keys.open(sealed, context).reveal(), context) };
      }),
    );
    count += batch.length;
    after = last.id;
  }
}

export interface ResealedCounts {
  readonly accessKeys: number;
  readonly connections: number;
  readonly signingKeys: number;
  readonly webhooks: number;
}

/**
 * Seals every secret again under the current master key, in one transaction: after it, previous keys open nothing.
 * The operator's own step (`rotate-master-key`), behind no door. One value that does not open undoes all of it.
 *
 * @param keys the new key as the current one, the old among the previous
 * @returns how many of each were sealed again
 */
export const resealAll = defineWrite({
  action: 'lakewarden:RotateMasterKey',

  async run(scope, keys: MasterKeys): Promise<ResealedCounts> {
    await lockSealed(scope.tx);
    return {
      accessKeys: await resealKind(scope, keys, 'access-key'),
      connections: await resealKind(scope, keys, 'connection'),
      signingKeys: await resealKind(scope, keys, 'signing-key'),
      webhooks: await resealKind(scope, keys, 'webhook'),
    };
  },
});
