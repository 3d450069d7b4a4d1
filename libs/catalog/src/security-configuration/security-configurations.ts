import {
  type Change,
  defineRead,
  defineWrite,
  notFound,
  type Page,
  type PageRequest,
  type ReadScope,
} from '@lakewarden/kernel';

import { pageByName } from '../name-page.ts';
import { authorizeCatalog } from '../reference.ts';
import type { EncryptionConfiguration, SecurityConfiguration } from './security-configuration.ts';
import {
  deleteSecurityConfigurationRow,
  findSecurityConfiguration,
  insertSecurityConfiguration,
  listSecurityConfigurationRows,
} from './security-configuration.repository.ts';

/** They have no ARN and no CatalogId: they are the caller's account's. */
const authorize = (scope: ReadScope): Promise<void> => authorizeCatalog(scope, scope.caller.accountId);

const configurationChange = ({ accountId, id }: SecurityConfiguration): Change => ({
  accountId,
  kind: 'security-configuration',
  subjectId: id,
});

const noSuchConfiguration = (name: string) => notFound(`SecurityConfiguration ${name} not found`);

export interface CreateSecurityConfiguration {
  readonly name: string;
  readonly configuration: EncryptionConfiguration;
}

/** @throws AlreadyExistsException */
export const createSecurityConfiguration = defineWrite({
  action: 'glue:CreateSecurityConfiguration',

  async run(scope, command: CreateSecurityConfiguration): Promise<SecurityConfiguration> {
    await authorize(scope);
    const made: SecurityConfiguration = {
      id: scope.newId<'SecurityConfiguration'>(),
      accountId: scope.caller.accountId,
      name: command.name,
      configuration: command.configuration,
      createdAt: scope.now,
    };
    await insertSecurityConfiguration(scope.tx, made);
    scope.changed(configurationChange(made));
    return made;
  },
});

/** @throws EntityNotFoundException */
export const getSecurityConfiguration = defineRead({
  action: 'glue:GetSecurityConfiguration',

  async run(scope, { name }: { readonly name: string }): Promise<SecurityConfiguration> {
    await authorize(scope);
    const found = await findSecurityConfiguration(scope.tx, scope.caller.accountId, name);
    if (found === undefined) throw noSuchConfiguration(name);
    return found;
  },
});

export const getSecurityConfigurations = defineRead({
  action: 'glue:GetSecurityConfigurations',

  async run(scope, command: PageRequest): Promise<Page<SecurityConfiguration>> {
    await authorize(scope);
    return pageByName(scope, ['GetSecurityConfigurations'], command, (after, limit) =>
      listSecurityConfigurationRows(scope.tx, scope.caller.accountId, after, limit),
    );
  },
});

/** @throws EntityNotFoundException */
export const deleteSecurityConfiguration = defineWrite({
  action: 'glue:DeleteSecurityConfiguration',

  async run(scope, { name }: { readonly name: string }): Promise<void> {
    await authorize(scope);
    const deleted = await deleteSecurityConfigurationRow(scope.tx, scope.caller.accountId, name);
    if (deleted === undefined) throw noSuchConfiguration(name);
    scope.changed(configurationChange(deleted));
  },
});
