import {
  type GlueArn,
  type GlueResourceKind,
  invalid,
  isAccountId,
  notFound,
  type Tx,
} from '@lakewarden/kernel';

import { findCatalog } from '../catalog/catalog.repository.ts';
import { findConnection } from '../connection/connection.repository.ts';
import { findDatabase, lockDatabase } from '../database/database.repository.ts';
import { foldName } from '../names.ts';
import { findRegistry } from '../schema-registry/registry.repository.ts';
import { findSchema } from '../schema-registry/schema.repository.ts';
import { findRulesetId } from './tag.repository.ts';
import type { TaggedResource } from './tag.ts';

/**
 * Finds the id of what an ARN of its kind names; undefined where there is none.
 * @param hold keeps it from being deleted until the transaction ends: its tags would stay behind as nobody's
 */
export type FindTaggable = (
  tx: Tx,
  arn: { readonly region: string; readonly accountId: string; readonly names: readonly string[] },
  hold: boolean,
) => Promise<string | undefined>;

/** Every kind of thing that carries tags (spec/catalog.md §12). A new kind is a line here. */
const TAGGABLE: Partial<Record<GlueResourceKind, FindTaggable>> = {
  dataQualityRuleset: (tx, { accountId, names: [name = ''] }, hold) =>
    findRulesetId(tx, accountId, name, hold),
  connection: async (tx, { accountId, names: [name = ''] }, hold) =>
    (await findConnection(tx, accountId, name, hold))?.id,
  catalog: async (tx, { accountId }) => (await findCatalog(tx, accountId))?.catalogId,
  database: async (tx, { accountId, names: [name = ''] }, hold) =>
    (await (hold ? lockDatabase : findDatabase)(tx, accountId, foldName(name)))?.id,
  registry: async (tx, { region, accountId, names: [name = ''] }, hold) =>
    (await findRegistry(tx, { region, accountId }, name, hold ? 'held' : undefined))?.id,
  schema: async (tx, { region, accountId, names: [registry = '', name = ''] }, hold) =>
    (await findSchema(tx, { region, accountId }, registry, name, hold ? 'held' : undefined))?.id,
};

/** @throws InvalidInputException things of that kind carry no tags; EntityNotFoundException there is none */
export async function requireTaggable(
  tx: Tx,
  arn: GlueArn,
  text: string,
  home: { readonly region: string },
  hold: boolean,
): Promise<TaggedResource> {
  const find = TAGGABLE[arn.kind];
  if (find === undefined) throw invalid(`A ${arn.kind} carries no tags: ${text}`);
  const isHere = arn.region === home.region && isAccountId(arn.accountId);
  const id = isHere ? await find(tx, arn, hold) : undefined;
  if (id === undefined) throw notFound(`Resource ${text} not found.`);
  return { kind: arn.kind, id };
}
