import type { ArnHome } from './arn.ts';
import type { Caller, Resource } from './caller.ts';
import type { CatalogEvent } from './catalog-event.ts';
import type { Clock } from './clock.ts';
import type { Id } from './ids.ts';
import type { LakeFiles } from './lake-files.ts';
import type { PageTokens } from './paging.ts';
import type {
  DatabaseResource,
  Decision,
  NewLocations,
  Permission,
  Question,
  TableResource,
} from './permission.ts';

declare const opaque: unique symbol;

/** A handle on the database; only a repository can open it (libs/storage). */
export interface Tx {
  readonly [opaque]: 'Tx';
}

/** Background work, claimed by any replica. Queued in the writer's transaction. */
export interface Job {
  readonly kind: 'build-partition-index' | 'delete-partition-index';
  readonly subjectId: string;
}

/** What a write did, for caches, subscriptions and the change feed. */
export interface Change {
  readonly accountId: string;
  readonly kind:
    | 'account'
    | 'identity'
    | 'database'
    | 'table'
    | 'partition'
    | 'partition-index'
    | 'function'
    | 'tag'
    | 'connection'
    | 'data-quality-ruleset'
    | 'classifier'
    | 'security-configuration'
    | 'encryption-settings'
    | 'resource-policy'
    | 'grant'
    | 'data-lake-settings'
    | 'data-location'
    | 'webhook';
  /** The id of the thing, or of the table it belongs to. */
  readonly subjectId: string;
  /** What consumers of the change feed are told; absent where it is none of their business. */
  readonly event?: CatalogEvent | undefined;
}

/** A tag is the change that makes a cached value stale. */
export const tag = (kind: Change['kind'], subjectId: string): string => `${kind}:${subjectId}`;

/** A loaded value, and the tags whose change makes it stale. Without a tag it is answered and not kept. */
export interface Cacheable<T> {
  readonly value: T;
  readonly tags: readonly string[];
}

/**
 * Gate 1. Throws AccessDeniedException unless the caller may do the action to the resource.
 * @param scope what it reads with
 * @returns the names of the policies by which he may
 */
export type Authorize = (
  caller: Caller,
  action: string,
  resource: Resource,
  scope: Pick<ReadScope, 'tx' | 'cached'>,
) => AllowingPolicies | undefined | Promise<AllowingPolicies | undefined>;

/** Names of policies. */
export type AllowingPolicies = readonly string[];

export interface ReadScope {
  readonly tx: Tx;
  readonly caller: Caller;
  readonly clock: Clock;
  readonly tokens: PageTokens;
  readonly home: ArnHome;
  /**
   * Answers from memory what an earlier read loaded, until a change to one of its tags is committed, here or on
   * another replica. Inside a write it answers what is known and keeps nothing: only for what the write itself does not
   * change.
   */
  readonly cached: <T extends object>(key: string, load: () => Promise<Cacheable<T>>) => Promise<T>;
  /** Throws AccessDeniedException unless the caller may do this use case's action to the resource. */
  readonly authorize: (resource: Resource, action?: string) => Promise<void>;
  /** The same as another would have it: to explain what he may, never to act in his name. */
  readonly as: (other: Omit<Caller, 'request'>) => ReadScope;
  /** Gate 2: what grants say. Both gates must allow (spec/permissions.md §1). */
  readonly permissions: DataPermissions;
}

/** Gate 2: the data permissions. The catalog asks, libs/permissions answers, app.module joins them. */
export interface DataPermissions {
  decide(scope: ReadScope, question: Question): Promise<Decision>;
  /** The same for the tables of one page, in their order, with one statement for all that is not in memory. */
  decideTables(
    scope: ReadScope,
    permission: Permission,
    tables: readonly TableResource[],
  ): Promise<readonly Decision[]>;
  /** The same for the databases of one page. */
  decideDatabases(
    scope: ReadScope,
    permission: Permission,
    databases: readonly DatabaseResource[],
  ): Promise<readonly Decision[]>;
  /**
   * Which of the locations the caller may not use: they are under a registered one, and he holds no DATA_LOCATION_ACCESS
   * (spec/permissions.md §8). Without registered locations nothing is asked.
   */
  refusedLocations(scope: ReadScope, asked: NewLocations): Promise<readonly string[]>;
  /** Tells of locations whether a registered one governs them, whoever asks. */
  governedLocations(scope: ReadScope, catalogId: string): Promise<(location: string) => boolean>;
  /** What the account's settings grant on its new databases and tables, in Glue's own form. */
  defaults(
    scope: ReadScope,
    catalogId: string,
  ): Promise<{ readonly database: readonly unknown[]; readonly table: readonly unknown[] }>;
  /**
   * 'all', or the ids of the databases that the caller may know of, by name. A grant that does not count for him, as under
   * hybrid access, may bring in another: that is for the decision to say (`decideDatabases`).
   * @param afterName exclusive
   */
  visibleDatabases(
    scope: ReadScope,
    catalogId: string,
    afterName: string,
    limit: number,
  ): Promise<'all' | readonly string[]>;
  /** 'all', or the ids of the tables of the database that the caller may describe, by name, likewise (`decideTables`). */
  visibleTables(
    scope: ReadScope,
    database: DatabaseResource,
    afterName: string,
    limit: number,
  ): Promise<'all' | readonly string[]>;
  /**
   * In the transaction that makes a database or table: its creator holds ALL on it with grant option, and the default
   * permissions of its account or database are granted (spec/permissions.md §4).
   */
  created(
    scope: WriteScope,
    resource: DatabaseResource | TableResource,
    defaults: readonly unknown[],
  ): Promise<void>;
  /**
   * In the transaction that drops columns of a table: they leave the lists of its grants, so that another column that
   * takes their name later is not taken for them (spec/permissions.md §5).
   */
  columnsDropped(scope: WriteScope, table: TableResource, names: readonly string[]): Promise<void>;
  /**
   * In the transaction that gives a table other columns, or types: a data cells filter whose row expression no longer
   * fits them must not begin to admit other rows (spec/permissions.md §6).
   * @param columns all that the table has now, partition keys too
   */
  columnsChanged(
    scope: WriteScope,
    table: TableResource,
    columns: readonly { readonly name: string; readonly type?: string | undefined }[],
  ): Promise<void>;
  /** With a principal go its grants: one made again under its name starts without any. */
  forgetPrincipal(scope: WriteScope, arn: string): Promise<void>;
}

export interface WriteScope extends ReadScope {
  readonly files: LakeFiles;
  /** One instant for the whole write. */
  readonly now: Date;
  newId<Kind extends string>(): Id<Kind>;
  enqueue(job: Job): Promise<void>;
  /** Announces a change; it is published when, and only if, the transaction commits. */
  changed(change: Change): void;
}

export interface ReadUseCase<Command, Answer> {
  readonly kind: 'read';
  /** The IAM action, such as `glue:GetTable`. */
  readonly action: string;
  /** Credentials are given out: an event is left also where no gate is asked. */
  readonly isAlwaysAudited?: boolean;
  run(scope: ReadScope, command: Command): Promise<Answer>;
}

export interface WriteUseCase<Command, Answer> {
  readonly kind: 'write';
  readonly action: string;
  run(scope: WriteScope, command: Command): Promise<Answer>;
}

/** Writes that are never committed: what would be, and nothing of it remains, in the database or in memory. */
export interface TrialUseCase<Command, Answer> {
  readonly kind: 'trial';
  readonly action: string;
  readonly isAlwaysAudited?: boolean;
  run(scope: WriteScope, command: Command): Promise<Answer>;
}

export type UseCase<Command, Answer> =
  ReadUseCase<Command, Answer> | WriteUseCase<Command, Answer> | TrialUseCase<Command, Answer>;

export const defineRead = <Command, Answer>(
  useCase: Omit<ReadUseCase<Command, Answer>, 'kind'>,
): ReadUseCase<Command, Answer> => ({ kind: 'read', ...useCase });

export const defineWrite = <Command, Answer>(
  useCase: Omit<WriteUseCase<Command, Answer>, 'kind'>,
): WriteUseCase<Command, Answer> => ({ kind: 'write', ...useCase });

export const defineTrial = <Command, Answer>(
  useCase: Omit<TrialUseCase<Command, Answer>, 'kind'>,
): TrialUseCase<Command, Answer> => ({ kind: 'trial', ...useCase });

/** Runs use cases: opens the transaction, hands out the scope, writes the change row, publishes after commit. */
export interface UseCases {
  run<Command, Answer>(caller: Caller, useCase: UseCase<Command, Answer>, command: Command): Promise<Answer>;
}
