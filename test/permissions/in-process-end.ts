import { deleteDatabase, getDatabases } from '@lakewarden/catalog';
import {
  deleteLFTag,
  deleteOptIn,
  deregisterResource,
  type GrantResource,
  listLFTags,
  listOptIns,
  listPermissions,
  listResources,
  placeOfArn,
  revokePermissions,
} from '@lakewarden/permissions';

import { callerOf } from './in-process-callers.ts';
import { locationArn } from './in-process-inputs.ts';
import type { InProcessLake } from './in-process-lake.ts';
import { ACCOUNT } from './story.ts';

const MANY = 100;

/** Takes away what a story has left behind: things, tags, places, opt-ins, grants on the catalog. */
export async function emptyLake(lake: InProcessLake): Promise<void> {
  const admin = callerOf('admin', []);
  const { items } = await lake.run(admin, getDatabases, { catalogId: ACCOUNT, limit: MANY });
  for (const { name } of items) {
    await lake.run(admin, deleteDatabase, { catalogId: ACCOUNT, name });
  }
  // With the grants on them, the expressions that name them, and what is granted through these.
  const tags = await lake.run(admin, listLFTags, { catalogId: ACCOUNT, limit: MANY });
  for (const { key } of tags.items) await lake.run(admin, deleteLFTag, { catalogId: ACCOUNT, key });
  const places = await lake.run(admin, listResources, { filters: [], limit: MANY });
  for (const { location } of places.items) {
    await lake.run(admin, deregisterResource, { arn: locationArn(location) });
  }
  const onPlaces = await lake.run(admin, listPermissions, {
    catalogId: ACCOUNT,
    resourceType: 'DATA_LOCATION',
    limit: MANY,
  });
  for (const { principal, permissions, columns, condition } of onPlaces.items) {
    await lake.run(admin, revokePermissions, {
      principal,
      permissions,
      withGrantOption: [],
      condition,
      resource: { kind: 'DataLocation', catalogId: ACCOUNT, location: placeOfArn(columns[0] ?? '') },
    });
  }
  const optIns = await lake.run(admin, listOptIns, { catalogId: ACCOUNT, limit: MANY });
  for (const { principal, condition } of optIns.items) {
    // What else somebody was opted in on has gone with it.
    const resource: GrantResource = { kind: 'Catalog', catalogId: ACCOUNT };
    await lake.run(admin, deleteOptIn, { principal, resource, condition });
  }
  const held = await lake.run(admin, listPermissions, {
    catalogId: ACCOUNT,
    resourceType: 'CATALOG',
    limit: MANY,
  });
  for (const { principal, permissions, condition } of held.items) {
    await lake.run(admin, revokePermissions, {
      principal,
      permissions,
      withGrantOption: [],
      condition,
      resource: { kind: 'Catalog', catalogId: ACCOUNT },
    });
  }
}
