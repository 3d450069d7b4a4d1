import { type StepOutcome, trimTableVersions } from '@lakewarden/catalog';
import { type TrimChanges, trimChanges, type TrimStep } from '@lakewarden/feed';
import { trimAudit } from '@lakewarden/governance';
import type { Caller, UseCases } from '@lakewarden/kernel';

/** What is kept. */
export interface Retention {
  readonly changesMs: number;
  /** Of a table, with the current one. */
  readonly tableVersions: number;
}

export interface UpkeepPorts {
  readonly useCases: UseCases;
  readonly system: Caller;
  readonly retention: Retention;
  /** Counts what has been deleted. */
  readonly trimmed: (what: 'changes' | 'table-versions' | 'audit', count: number) => void;
  readonly isClosing: () => boolean;
}

/**
 * Deletes what is kept no longer, in steps of at most 1,000 rows and a transaction each, so that nobody waits. Stopped
 * half way it begins anew at the next run, and finds less.
 */
export async function runUpkeep(ports: UpkeepPorts): Promise<StepOutcome> {
  const { useCases, system, retention, trimmed, isClosing } = ports;
  let afterTable: string | undefined;
  do {
    if (isClosing()) return 'more';
    const command = { afterTable, keep: retention.tableVersions };
    const step = await useCases.run(system, trimTableVersions, command);
    trimmed('table-versions', step.trimmed);
    afterTable = step.nextAfter;
  } while (afterTable !== undefined);

  let next: TrimStep['next'] = {};
  while (next !== undefined) {
    if (isClosing()) return 'more';
    const command: TrimChanges = { ...next, maxAgeMs: retention.changesMs };
    const step: TrimStep = await useCases.run(system, trimChanges, command);
    trimmed('changes', step.trimmed);
    next = step.next;
  }

  let afterAccount: string | undefined = '';
  while (afterAccount !== undefined) {
    if (isClosing()) return 'more';
    const step: { readonly trimmed: number; readonly afterAccount?: string | undefined } = await useCases.run(
      system,
      trimAudit,
      afterAccount,
    );
    trimmed('audit', step.trimmed);
    afterAccount = step.afterAccount;
  }
  return 'done';
}
