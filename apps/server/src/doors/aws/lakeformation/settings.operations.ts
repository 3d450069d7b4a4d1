import { getCallerIdentity } from '@lakewarden/identity';
import {
  type DataLakeSettings,
  type DefaultPermissions,
  getDataLakeSettings,
  putDataLakeSettings,
} from '@lakewarden/permissions';
import { z } from 'zod';

import { catalogId } from '../glue/shapes.ts';
import { operation, type OperationTable } from '../operation.ts';
import { MAX_PRINCIPALS, resourceOwners, sessionTagValues, settingsParameters } from './settings.shapes.ts';
import { permissions, principal } from './shapes.ts';

const principals = z.array(principal).max(MAX_PRINCIPALS).default([]);
const defaults = z
  .array(z.object({ Principal: principal, Permissions: permissions.default([]) }))
  .max(MAX_PRINCIPALS)
  .default([]);

const settings = z.object({
  DataLakeAdmins: principals,
  ReadOnlyAdmins: principals,
  CreateDatabaseDefaultPermissions: defaults,
  CreateTableDefaultPermissions: defaults,
  Parameters: settingsParameters.default({}),
  TrustedResourceOwners: resourceOwners.default([]),
  AllowExternalDataFiltering: z.boolean().default(false),
  AllowFullTableExternalDataAccess: z.boolean().default(false),
  ExternalDataFilteringAllowList: principals,
  AuthorizedSessionTagValueList: sessionTagValues.default([]),
});
type Shape = z.output<typeof settings>;

const namesOf = (list: Shape['DataLakeAdmins']): string[] =>
  list.map(({ DataLakePrincipalIdentifier }) => DataLakePrincipalIdentifier);
const toPrincipals = (names: readonly string[]) =>
  names.map((DataLakePrincipalIdentifier) => ({ DataLakePrincipalIdentifier }));
const defaultsOf = (list: Shape['CreateTableDefaultPermissions']): DefaultPermissions[] =>
  list.map(({ Principal, Permissions }) => ({
    principal: Principal.DataLakePrincipalIdentifier,
    permissions: Permissions,
  }));
const toDefaults = (list: readonly DefaultPermissions[]) =>
  list.map((each) => ({
    Principal: { DataLakePrincipalIdentifier: each.principal },
    Permissions: each.permissions,
  }));

const toSettings = (shape: Shape): DataLakeSettings => ({
  admins: namesOf(shape.DataLakeAdmins),
  readOnlyAdmins: namesOf(shape.ReadOnlyAdmins),
  createDatabaseDefaultPermissions: defaultsOf(shape.CreateDatabaseDefaultPermissions),
  createTableDefaultPermissions: defaultsOf(shape.CreateTableDefaultPermissions),
  parameters: shape.Parameters,
  trustedResourceOwners: shape.TrustedResourceOwners,
  allowExternalDataFiltering: shape.AllowExternalDataFiltering,
  allowFullTableExternalDataAccess: shape.AllowFullTableExternalDataAccess,
  externalDataFilteringAllowList: namesOf(shape.ExternalDataFilteringAllowList),
  authorizedSessionTagValueList: shape.AuthorizedSessionTagValueList,
});

const toShape = (is: DataLakeSettings) => ({
  DataLakeAdmins: toPrincipals(is.admins),
  ReadOnlyAdmins: toPrincipals(is.readOnlyAdmins),
  CreateDatabaseDefaultPermissions: toDefaults(is.createDatabaseDefaultPermissions),
  CreateTableDefaultPermissions: toDefaults(is.createTableDefaultPermissions),
  Parameters: is.parameters,
  TrustedResourceOwners: is.trustedResourceOwners,
  AllowExternalDataFiltering: is.allowExternalDataFiltering,
  AllowFullTableExternalDataAccess: is.allowFullTableExternalDataAccess,
  ExternalDataFilteringAllowList: toPrincipals(is.externalDataFilteringAllowList),
  AuthorizedSessionTagValueList: is.authorizedSessionTagValueList,
});

export const settingsOperations: OperationTable = {
  GetDataLakeSettings: operation({
    input: z.object({ CatalogId: catalogId }),
    useCase: getDataLakeSettings,
    command: (input, caller) => ({ catalogId: input.CatalogId ?? caller.accountId }),
    answer: (found) => ({ DataLakeSettings: toShape(found) }),
  }),
  PutDataLakeSettings: operation({
    input: z.object({ CatalogId: catalogId, DataLakeSettings: settings }),
    useCase: putDataLakeSettings,
    command: (input, caller) => ({
      catalogId: input.CatalogId ?? caller.accountId,
      settings: toSettings(input.DataLakeSettings),
    }),
    answer: () => ({}),
  }),
  GetDataLakePrincipal: operation({
    input: z.object({}),
    useCase: getCallerIdentity,
    command: () => undefined,
    answer: ({ arn }) => ({ Identity: arn }),
  }),
};
