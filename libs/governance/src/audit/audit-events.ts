import {
  defineRead,
  LakewardenError,
  type Page,
  type PageRequest,
  type ReadScope,
  toPage,
} from '@lakewarden/kernel';
import { seesLake } from '@lakewarden/permissions';

import {
  type ChainState,
  type EventFilter,
  findEvents,
  readChainState,
  readSealed,
  sealEvents,
  STEP,
} from './audit.repository.ts';
import type { SealedRow } from './chain.ts';

/**
 * Administrators of the data lake, read-only ones too, and whoever a policy allows the action; a Deny holds for all.
 * @throws AccessDeniedException
 */
async function authorizeTrail(scope: ReadScope): Promise<void> {
  const { accountId } = scope.caller;
  const arn = `arn:aws:lakewarden:${scope.home.region}:${accountId}:audit`;
  try {
    await scope.authorize({ arn, accountId });
  } catch (error) {
    const isDenied = error instanceof LakewardenError && error.code === 'AccessDeniedException';
    if (!isDenied || error.message.endsWith('explicit deny in a policy')) throw error;
    if (!(await seesLake(scope, accountId))) throw error;
  }
}

/** So that the answer holds everything that is committed. */
async function sealAll(scope: ReadScope): Promise<void> {
  while ((await sealEvents(scope.tx, scope.caller.accountId)) === STEP);
}

export interface ListAuditEvents extends PageRequest {
  readonly filter: EventFilter;
}

/**
 * What was done in the caller's account and what was refused, the newest first.
 * @throws AccessDeniedException
 */
export const listAuditEvents = defineRead({
  action: 'lakewarden:ListAuditEvents',

  async run(scope, { limit, token, filter }: ListAuditEvents): Promise<Page<SealedRow>> {
    const { accountId, arn } = scope.caller;
    await authorizeTrail(scope);
    const question = ['ListAuditEvents', accountId, arn, filter];
    const before = token === undefined ? undefined : Number(scope.tokens.open(question, token).toString());
    await sealAll(scope);
    const found = await findEvents(scope.tx, accountId, filter, before, limit + 1);
    return toPage(found, limit, ({ seq }) => scope.tokens.issue(question, Buffer.from(String(seq))));
  },
});

export interface ReadAuditChain {
  /** The number of the last row that the reader has; 0 for all that is kept. */
  readonly after: number;
  readonly limit: number;
}

export interface AuditChainPage extends ChainState {
  readonly accountId: string;
  readonly rows: readonly SealedRow[];
}

/**
 * The chain itself, in its order, for whoever keeps or checks it. Head and anchor are those of this moment.
 * @throws AccessDeniedException
 */
export const readAuditChain = defineRead({
  action: 'lakewarden:ListAuditEvents',

  async run(scope, { after, limit }: ReadAuditChain): Promise<AuditChainPage> {
    const { accountId } = scope.caller;
    await authorizeTrail(scope);
    await sealAll(scope);
    const state = await readChainState(scope.tx, accountId);
    const rows = await readSealed(scope.tx, accountId, Math.max(after, state.anchor.seq), limit);
    return { accountId, ...state, rows };
  },
});
