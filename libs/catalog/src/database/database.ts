import type { Id } from '@lakewarden/kernel';

import type { DatabaseDefinition, LinkTarget } from '../documents.ts';

export interface Database {
  readonly id: Id<'Database'>;
  readonly catalogId: string;
  readonly name: string;
  readonly definition: DatabaseDefinition;
  readonly linkTarget?: LinkTarget;
  readonly createdAt: Date;
}
