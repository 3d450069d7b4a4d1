import { validate } from '@lakewarden/aws-wire';
import { type Caller, PERMISSIONS, type UseCases } from '@lakewarden/kernel';
import { type DataLakeSettings, getDataLakeSettings, updateDataLakeSettings } from '@lakewarden/permissions';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { catalogId } from '../aws/glue/shapes.ts';
import {
  MAX_PRINCIPALS,
  resourceOwners,
  sessionTagValues,
  settingsParameters,
} from '../aws/lakeformation/settings.shapes.ts';
import { CurrentCaller, USE_CASES } from './context.ts';

const principal = z.string().min(1).max(255);
const principals = z.array(principal).max(MAX_PRINCIPALS).nullish();
const defaults = z
  .array(z.object({ principal, permissions: z.array(z.enum(PERMISSIONS)).max(20) }))
  .max(MAX_PRINCIPALS)
  .nullish();

export const settingsInput = z.object({
  admins: principals,
  readOnlyAdmins: principals,
  createDatabaseDefaultPermissions: defaults,
  createTableDefaultPermissions: defaults,
  parameters: settingsParameters.nullish(),
  trustedResourceOwners: resourceOwners.nullish(),
  allowExternalDataFiltering: z.boolean().nullish(),
  allowFullTableExternalDataAccess: z.boolean().nullish(),
  externalDataFilteringAllowList: principals,
  authorizedSessionTagValueList: sessionTagValues.nullish(),
});

/** What is null is left as it is. */
export function toSettingsChanges(given: z.output<typeof settingsInput>): Partial<DataLakeSettings> {
  return {
    ...(given.admins && { admins: given.admins }),
    ...(given.readOnlyAdmins && { readOnlyAdmins: given.readOnlyAdmins }),
    ...(given.createDatabaseDefaultPermissions && {
      createDatabaseDefaultPermissions: given.createDatabaseDefaultPermissions,
    }),
    ...(given.createTableDefaultPermissions && {
      createTableDefaultPermissions: given.createTableDefaultPermissions,
    }),
    ...(given.parameters && { parameters: given.parameters }),
    ...(given.trustedResourceOwners && { trustedResourceOwners: given.trustedResourceOwners }),
    ...(typeof given.allowExternalDataFiltering === 'boolean' && {
      allowExternalDataFiltering: given.allowExternalDataFiltering,
    }),
    ...(typeof given.allowFullTableExternalDataAccess === 'boolean' && {
      allowFullTableExternalDataAccess: given.allowFullTableExternalDataAccess,
    }),
    ...(given.externalDataFilteringAllowList && {
      externalDataFilteringAllowList: given.externalDataFilteringAllowList,
    }),
    ...(given.authorizedSessionTagValueList && {
      authorizedSessionTagValueList: given.authorizedSessionTagValueList,
    }),
  };
}

const update = z.object({ catalogId: catalogId.nullable(), settings: settingsInput });

@Resolver()
export class DataLakeSettingsResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('dataLakeSettings')
  dataLakeSettings(@CurrentCaller() caller: Caller, @Args('catalogId') owner?: string | null) {
    const asked = validate(catalogId.nullable(), owner) ?? caller.accountId;
    return this.#useCases.run(caller, getDataLakeSettings, { catalogId: asked });
  }

  @Mutation('updateDataLakeSettings')
  async updateDataLakeSettings(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { catalogId: owner, settings } = validate(update, input);
    const command = { catalogId: owner ?? caller.accountId, changes: toSettingsChanges(settings) };
    return { dataLakeSettings: await this.#useCases.run(caller, updateDataLakeSettings, command) };
  }
}
