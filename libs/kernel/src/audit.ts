import type { Caller, Resource } from './caller.ts';
import type { ErrorCode } from './errors.ts';
import type { GovernedResource, Reason } from './permission.ts';
import type { Change, Tx } from './use-case.ts';

/** How one run of a use case ended. */
export type RunOutcome =
  | { readonly kind: 'read' }
  | { readonly kind: 'written'; readonly revision: string; readonly changes: readonly Change[] }
  /** Allowed, and then it could not be done: what was asked for is not there. */
  | { readonly kind: 'failed'; readonly code: ErrorCode }
  | { readonly kind: 'denied'; readonly code: ErrorCode; readonly message: string };

/** One run of a use case by one caller, as the audit trail hears of it: who, what, to what, and why it was allowed. */
export interface AuditedRun {
  readonly caller: Caller;
  readonly action: string;
  readonly at: Date;
  readonly region: string;
  /** What gate 1 was asked about, in the order of the asking. */
  readonly asked: readonly Resource[];
  /** What gate 2 was asked about. */
  readonly governed: readonly GovernedResource[];
  /** Names of the policies by which gate 1 has allowed. */
  readonly policies: readonly string[];
  /** Grants and rights by which gate 2 has allowed. */
  readonly because: readonly Reason[];
  /** What gate 2 has refused, the last of it. */
  readonly missing: readonly { readonly permission: string; readonly resource: string }[];
  readonly command: unknown;
  readonly outcome: RunOutcome;
  /** Of a batch: the items that were refused while the rest was done. */
  readonly refused: readonly { readonly item: string; readonly message: string }[];
}

/** Where runs are told to; libs/governance keeps them, app composition joins them. */
export interface AuditTrail {
  /** In the write's own transaction: it is committed with it or not at all. */
  written(tx: Tx, run: AuditedRun): Promise<void>;
  /** Before the refusal is answered. @throws ServiceUnavailableException it cannot be kept */
  denied(run: AuditedRun): Promise<void>;
  /**
   * Kept within a second, without a statement of its own. Has nobody wait unless there is no room left.
   * @throws ServiceUnavailableException there is no room left, and none can be made
   */
  noted(run: AuditedRun): Promise<void> | undefined;
}

/** For the server's own tools, where nobody asks for anything. */
export const noAuditTrail: AuditTrail = {
  written: () => Promise.resolve(),
  denied: () => Promise.resolve(),
  noted: () => undefined,
};
