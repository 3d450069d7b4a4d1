import type { ColumnScope, GovernedResource } from '@lakewarden/kernel';

import type { GrantedType } from './grant.ts';

/** What a client asks to grant on, by ids. */
export interface ResolvedResource {
  readonly catalogId: string;
  readonly databaseId?: string;
  readonly tableId?: string;
  readonly filterId?: string;
  /** What to ask the decision about when somebody wants to pass a permission on. */
  readonly on: GovernedResource;
  /** Where it is several things, such as values of a tag: the further ones. */
  readonly alsoOn?: readonly GovernedResource[];
  /** One entry for each row that a grant of one permission makes. */
  readonly rows: readonly { readonly type: GrantedType; readonly columns: readonly string[] }[];
  readonly columns: ColumnScope;
  /** What has to be told when its grants change. */
  readonly subjectId: string;
}
