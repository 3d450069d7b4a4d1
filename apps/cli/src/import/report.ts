import { textTable } from '../text-table.ts';

export const KINDS = [
  'databases',
  'tables',
  'versions',
  'partitions',
  'indexes',
  'statistics',
  'functions',
] as const;
export type Kind = (typeof KINDS)[number];

/** `different`: it is there, is another, and `--update` was not given. */
export const OUTCOMES = ['created', 'updated', 'unchanged', 'different', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface ImportFailure {
  readonly kind: Kind;
  readonly name: string;
  /** The exception's name. */
  readonly code: string;
  readonly message: string;
}

/** Failures that are told one by one; a table of a million bad partitions must not fill the memory. */
const MAX_LISTED = 10_000;
const SHOWN_TO_PEOPLE = 20;

/** What an import has done so far. */
export class ImportReport {
  readonly counts: Record<Kind, Record<Outcome, number>>;
  readonly failures: ImportFailure[] = [];
  readonly notes = new Set<string>();
  failed = 0;
  /** Tables that a run before this one has finished. */
  resumed = 0;

  constructor() {
    const none = () => ({ created: 0, updated: 0, unchanged: 0, different: 0, failed: 0 });
    this.counts = {
      databases: none(),
      tables: none(),
      versions: none(),
      partitions: none(),
      indexes: none(),
      statistics: none(),
      functions: none(),
    };
  }

  count(kind: Kind, outcome: Outcome, count = 1): void {
    this.counts[kind][outcome] += count;
  }

  fail(failure: ImportFailure): void {
    this.counts[failure.kind].failed += 1;
    this.failed += 1;
    if (this.failures.length < MAX_LISTED) this.failures.push(failure);
  }

  toJson(): object {
    return {
      counts: this.counts,
      resumedTables: this.resumed,
      failures: this.failures,
      failuresNotListed: this.failed - this.failures.length,
      notes: [...this.notes],
    };
  }

  toText(): string {
    const used = KINDS.filter((kind) => OUTCOMES.some((outcome) => this.counts[kind][outcome] > 0));
    const lines = [
      textTable(
        ['', ...OUTCOMES],
        used.map((kind) => [kind, ...OUTCOMES.map((outcome) => this.counts[kind][outcome])]),
      ),
    ];
    if (this.resumed > 0) lines.push(`${String(this.resumed)} tables were finished by an earlier run.\n`);
    for (const note of this.notes) lines.push(`note: ${note}\n`);
    const different = KINDS.reduce((sum, kind) => sum + this.counts[kind].different, 0);
    if (different > 0) lines.push(`${String(different)} differ from the source: --update overwrites them.\n`);
    for (const { kind, name, code, message } of this.failures.slice(0, SHOWN_TO_PEOPLE)) {
      lines.push(`failed: ${kind} ${name}: ${code}: ${message}\n`);
    }
    const more = this.failed - SHOWN_TO_PEOPLE;
    if (more > 0) lines.push(`and ${String(more)} more failures: --json lists them.\n`);
    return lines.join('');
  }
}
