import {
  type AuditedRun,
  type Caller,
  type DataPermissions,
  type Decision,
  type GovernedResource,
  LakewardenError,
  type Reason,
  type Resource,
  type RunOutcome,
} from '@lakewarden/kernel';

/** What is said of one run at the most: a page of a thousand tables is one question. */
const MAX_NOTED = 50;
const MAX_ITEMS = 1_000;

/** What was decided while one use case ran, for its audit event. Nothing is written before the run is over. */
export class RunNotes {
  readonly #asked: Resource[] = [];
  readonly #governed: GovernedResource[] = [];
  readonly #policies = new Set<string>();
  readonly #because = new Set<Reason>();
  #missing: Decision['missing'] = [];

  /** Whether anything was decided at all: what is nobody's business leaves no trace. */
  get isEmpty(): boolean {
    return this.#asked.length === 0 && this.#governed.length === 0;
  }

  asked(resource: Resource): void {
    if (this.#asked.length < MAX_NOTED) this.#asked.push(resource);
  }

  allowedBy(policies: readonly string[]): void {
    for (const policy of policies) this.#policies.add(policy);
  }

  decided(on: GovernedResource, { allowed, because, missing }: Decision): void {
    if (this.#governed.length < MAX_NOTED) this.#governed.push(on);
    if (!allowed) this.#missing = missing;
    else if (this.#because.size < MAX_NOTED) for (const reason of because) this.#because.add(reason);
  }

  runOf(
    caller: Caller,
    about: Pick<AuditedRun, 'action' | 'at' | 'region' | 'command'>,
    outcome: RunOutcome,
    refused: AuditedRun['refused'] = [],
  ): AuditedRun {
    return {
      ...about,
      caller,
      outcome,
      refused,
      asked: this.#asked,
      governed: this.#governed,
      policies: [...this.#policies],
      because: [...this.#because].slice(0, MAX_NOTED),
      missing: this.#missing,
    };
  }
}

/** Gate 2, with a note of what it is asked and answers. */
export const watched = (permissions: DataPermissions, notes: RunNotes): DataPermissions => ({
  ...permissions,
  async decide(scope, question) {
    const decision = await permissions.decide(scope, question);
    notes.decided(question.resource, decision);
    return decision;
  },
  async decideTables(scope, permission, tables) {
    const decisions = await permissions.decideTables(scope, permission, tables);
    // What a list leaves out was not refused: nobody has asked for it by name.
    decisions.forEach((decision, i) => {
      const table = tables[i];
      if (table !== undefined && decision.allowed) notes.decided(table, decision);
    });
    return decisions;
  },
  async decideDatabases(scope, permission, databases) {
    const decisions = await permissions.decideDatabases(scope, permission, databases);
    decisions.forEach((decision, i) => {
      const database = databases[i];
      if (database !== undefined && decision.allowed) notes.decided(database, decision);
    });
    return decisions;
  },
});

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** What an item of a batch is called in its answer: by an id or a name of its own. */
function itemName(item: object, place: number): string {
  for (const [key, value] of Object.entries(item)) {
    if (key !== 'error' && typeof value === 'string') return value;
  }
  return String(place);
}

/**
 * Items of a batch that were refused while the rest was done: batches answer each with its own `error`, in the answer or
 * in one of its lists.
 */
export function refusedItems(answer: unknown): AuditedRun['refused'] {
  if (!isObject(answer)) return [];
  const lists: unknown[] = Array.isArray(answer) ? [answer] : Object.values(answer);
  return lists
    .filter((list) => Array.isArray(list))
    .flatMap((list: unknown[]) =>
      list.slice(0, MAX_ITEMS).flatMap((item, place) => {
        if (!isObject(item) || !('error' in item) || !(item.error instanceof LakewardenError)) return [];
        const { code, message } = item.error;
        return code === 'AccessDeniedException' ? [{ item: itemName(item, place), message }] : [];
      }),
    );
}
