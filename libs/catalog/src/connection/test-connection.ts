import type { MasterKeys } from '@lakewarden/identity';
import { defineRead, invalid, LakewardenError, notFound, type ReadScope } from '@lakewarden/kernel';

import type { AuthenticationConfiguration, Properties } from './connection.ts';
import { findConnection, openSecrets } from './connection.repository.ts';
import { authorizeConnection } from './connections.ts';
import { type PostgresTarget, postgresTarget } from './postgres-target.ts';
import { withSecretProperties } from './secrets.ts';

/** Tries a connection. @returns why it does not work, in words that hold nothing of the server's own; else undefined */
export type ConnectionProbe = (target: PostgresTarget) => Promise<string | undefined>;

export interface TestedInput {
  readonly ConnectionType: string;
  readonly ConnectionProperties: Properties;
  readonly AuthenticationConfiguration?: AuthenticationConfiguration | undefined;
}

export interface TestConnection {
  readonly catalogId: string;
  /** One that is stored, or else one that is not: exactly one of the two. */
  readonly name?: string | undefined;
  readonly input?: TestedInput | undefined;
  readonly keys: MasterKeys;
  readonly probe: ConnectionProbe;
}

async function testedInput(scope: ReadScope, command: TestConnection): Promise<TestedInput> {
  const { name, input, catalogId, keys } = command;
  if ((name === undefined) === (input === undefined)) {
    throw invalid('Exactly one of ConnectionName and TestConnectionInput has to be given.');
  }
  if (input !== undefined) return input;
  const found = await findConnection(scope.tx, catalogId, name ?? '');
  if (found === undefined) throw notFound(`Connection ${name ?? ''} not found`);
  const secrets = openSecrets(keys, found);
  return {
    ...withSecretProperties(found.definition, secrets),
    AuthenticationConfiguration: secrets.AuthenticationConfiguration,
  };
}

/**
 * A read: it runs in no transaction, and holds no connection to this server's own database while it waits for another.
 * For account administrators: it makes this server speak to a host of the caller's choice.
 *
 * @throws InvalidInputException it does not work, and why; AccessDeniedException, EntityNotFoundException
 */
export const testConnection = defineRead({
  action: 'glue:TestConnection',

  async run(scope, command: TestConnection): Promise<void> {
    await authorizeConnection(scope, { catalogId: command.catalogId, name: command.name ?? '*' });
    if (!scope.caller.isAccountAdministrator) {
      throw new LakewardenError('AccessDeniedException', 'Only account administrators may test connections.');
    }
    const input = await testedInput(scope, command);
    const target = postgresTarget(
      input.ConnectionType,
      input.ConnectionProperties,
      input.AuthenticationConfiguration,
    );
    const fault = await command.probe(target);
    if (fault !== undefined) throw invalid(`The connection does not work: ${fault}`);
  },
});
