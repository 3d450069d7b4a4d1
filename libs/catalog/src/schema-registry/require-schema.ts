import type { ReadScope } from '@lakewarden/kernel';

import { homeOf } from './authorization.ts';
import { noSuchSchema, type RegistrySchemaRef } from './parameters.ts';
import { findSchema } from './schema.repository.ts';
import type { RegistrySchema } from './schema-registry.ts';

/**
 * The caller has been authorized for it.
 * @param lock `held`: nobody else changes it, or its versions, until the transaction ends
 * @throws EntityNotFoundException
 */
export async function requireSchema(
  scope: ReadScope,
  ref: RegistrySchemaRef,
  lock?: 'held',
): Promise<RegistrySchema> {
  const isElsewhere = ref.region !== undefined && ref.region !== scope.home.region;
  const schema = isElsewhere
    ? undefined
    : await findSchema(scope.tx, homeOf(scope, ref.catalogId), ref.registry, ref.name, lock);
  if (schema === undefined) throw noSuchSchema(ref);
  return schema;
}
