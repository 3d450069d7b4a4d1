/** What a new database or table of the account is granted by itself. */
export interface DefaultPermissions {
  readonly principal: string;
  readonly permissions: readonly string[];
}

/** Lake Formation's DataLakeSettings (service model lakeformation). */
export interface DataLakeSettings {
  readonly admins: readonly string[];
  readonly readOnlyAdmins: readonly string[];
  readonly createDatabaseDefaultPermissions: readonly DefaultPermissions[];
  readonly createTableDefaultPermissions: readonly DefaultPermissions[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly trustedResourceOwners: readonly string[];
  readonly allowExternalDataFiltering: boolean;
  readonly allowFullTableExternalDataAccess: boolean;
  readonly externalDataFilteringAllowList: readonly string[];
  readonly authorizedSessionTagValueList: readonly string[];
}
