import type { MasterKeys } from '@lakewarden/identity';
import {
  connectionArn,
  type Change,
  defineRead,
  defineWrite,
  invalid,
  type LakewardenError,
  notFound,
  type Page,
  type PageRequest,
  type ReadScope,
} from '@lakewarden/kernel';

import { encryptionSettingsOf } from '../encryption-settings/put-encryption-settings.ts';
import { pageByName } from '../name-page.ts';
import { tagNew, untagDeleted } from '../tag/tags.ts';
import type { Tags } from '../tag/tag.ts';
import {
  type Connection,
  type ConnectionDefinition,
  type ConnectionRef,
  schemaVersionOf,
} from './connection.ts';
import {
  type ConnectionFilter,
  deleteConnectionRows,
  findConnection,
  insertConnection,
  listConnectionRows,
  openSecrets,
  replaceConnection,
  type StoredConnection,
} from './connection.repository.ts';
import { decrypted, encryptedProperty, withSecretProperties } from './secrets.ts';

export const authorizeConnection = (scope: ReadScope, { catalogId, name }: ConnectionRef): Promise<void> =>
  scope.authorize({
    arn: connectionArn({ region: scope.home.region, accountId: catalogId }, name),
    accountId: catalogId,
  });

const connectionChange = (accountId: string, id: string): Change => ({
  accountId,
  kind: 'connection',
  subjectId: id,
});

const noSuchConnection = (name: string): LakewardenError => notFound(`Connection ${name} not found`);

/** How passwords are answered: not at all, or as the account's encryption settings say. */
interface Showing {
  readonly hidePassword: boolean;
  readonly keys: MasterKeys;
}

async function shower(
  scope: ReadScope,
  accountId: string,
  { hidePassword, keys }: Showing,
): Promise<(stored: StoredConnection) => Connection> {
  const settings = await encryptionSettingsOf(scope, accountId);
  const isEncrypted = settings.ConnectionPasswordEncryption?.ReturnConnectionPasswordEncrypted === true;
  return ({ secretsSealed, ...connection }) => {
    if (hidePassword) return connection;
    const secrets = openSecrets(keys, { ...connection, secretsSealed });
    const show = isEncrypted ? encryptedProperty(keys, connection.id) : undefined;
    return { ...connection, definition: withSecretProperties(connection.definition, secrets, show) };
  };
}

export interface CreateConnection {
  readonly connection: ConnectionRef;
  readonly definition: ConnectionDefinition;
  readonly tags?: Tags | undefined;
  /** Seal what is secret. */
  readonly keys: MasterKeys;
}

/** @throws AlreadyExistsException, InvalidInputException */
export const createConnection = defineWrite({
  action: 'glue:CreateConnection',

  async run(scope, { connection: ref, definition, tags, keys }: CreateConnection): Promise<void> {
    await authorizeConnection(scope, ref);
    const id = scope.newId<'Connection'>();
    await insertConnection(scope.tx, keys, {
      id,
      accountId: ref.catalogId,
      name: ref.name,
      definition: decrypted(definition, keys, id),
      schemaVersion: schemaVersionOf(definition),
      createdAt: scope.now,
      updatedAt: scope.now,
      updatedBy: scope.caller.arn,
    });
    await tagNew(scope, { kind: 'connection', id }, tags);
    scope.changed(connectionChange(ref.catalogId, id));
  },
});

export interface GetConnection extends ConnectionRef, Showing {}

/** @throws EntityNotFoundException */
export const getConnection = defineRead({
  action: 'glue:GetConnection',

  async run(scope, command: GetConnection): Promise<Connection> {
    await authorizeConnection(scope, command);
    const found = await findConnection(scope.tx, command.catalogId, command.name);
    if (found === undefined) throw noSuchConnection(command.name);
    return (await shower(scope, command.catalogId, command))(found);
  },
});

export interface GetConnections extends PageRequest, Showing {
  readonly catalogId: string;
  readonly filter: ConnectionFilter;
}

/** By name. */
export const getConnections = defineRead({
  action: 'glue:GetConnections',

  async run(scope, command: GetConnections): Promise<Page<Connection>> {
    const { catalogId, filter } = command;
    await authorizeConnection(scope, { catalogId, name: '*' });
    const show = await shower(scope, catalogId, command);
    const page = await pageByName(scope, ['GetConnections', catalogId, filter], command, (after, limit) =>
      listConnectionRows(scope.tx, catalogId, filter, after, limit),
    );
    return { ...page, items: page.items.map(show) };
  },
});

export interface UpdateConnection {
  readonly connection: ConnectionRef;
  /** The name in the new definition. */
  readonly inputName: string;
  readonly definition: ConnectionDefinition;
  readonly keys: MasterKeys;
}

/** Replaces all of it; an ENCRYPTED_PASSWORD that was read here means the password that it was. */
export const updateConnection = defineWrite({
  action: 'glue:UpdateConnection',

  async run(scope, command: UpdateConnection): Promise<void> {
    const { connection: ref, definition, keys } = command;
    await authorizeConnection(scope, ref);
    if (command.inputName !== ref.name) {
      throw invalid(`A connection keeps its name: ConnectionInput.Name has to be ${ref.name}.`);
    }
    const found = await findConnection(scope.tx, ref.catalogId, ref.name, true);
    if (found === undefined) throw noSuchConnection(ref.name);
    await replaceConnection(scope.tx, keys, {
      ...found,
      definition: decrypted(definition, keys, found.id),
      updatedAt: scope.now,
      updatedBy: scope.caller.arn,
    });
    scope.changed(connectionChange(ref.catalogId, found.id));
  },
});

/** @throws EntityNotFoundException */
export const deleteConnection = defineWrite({
  action: 'glue:DeleteConnection',

  async run(scope, ref: ConnectionRef): Promise<void> {
    await authorizeConnection(scope, ref);
    const id = (await deleteConnectionRows(scope.tx, ref.catalogId, [ref.name])).get(ref.name);
    if (id === undefined) throw noSuchConnection(ref.name);
    await untagDeleted(scope, 'connection', [id]);
    scope.changed(connectionChange(ref.catalogId, id));
  },
});

export interface BatchDeleteConnection {
  readonly catalogId: string;
  readonly names: readonly string[];
}

export interface DeletedConnections {
  readonly succeeded: readonly string[];
  readonly failures: readonly { readonly name: string; readonly error: LakewardenError }[];
}

/** Each for itself: what is not there is named, and the others are gone. */
export const batchDeleteConnection = defineWrite({
  action: 'glue:BatchDeleteConnection',

  async run(scope, { catalogId, names }: BatchDeleteConnection): Promise<DeletedConnections> {
    const asked = [...new Set(names)];
    await authorizeConnection(scope, { catalogId, name: '*' });
    for (const name of asked) await authorizeConnection(scope, { catalogId, name });
    const deleted = await deleteConnectionRows(scope.tx, catalogId, asked);
    await untagDeleted(scope, 'connection', [...deleted.values()]);
    for (const id of deleted.values()) scope.changed(connectionChange(catalogId, id));
    return {
      succeeded: asked.filter((name) => deleted.has(name)),
      failures: asked
        .filter((name) => !deleted.has(name))
        .map((name) => ({ name, error: noSuchConnection(name) })),
    };
  },
});
