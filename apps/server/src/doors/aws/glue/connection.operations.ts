import {
  batchDeleteConnection,
  type Connection,
  type ConnectionProbe,
  createConnection,
  deleteConnection,
  getConnection,
  getConnections,
  testConnection,
  updateConnection,
} from '@lakewarden/catalog';
import type { MasterKeys } from '@lakewarden/identity';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import {
  connectionInput,
  connectionType,
  matchCriteria,
  schemaVersion,
  testConnectionInput,
} from './connection.shapes.ts';
import { errorDetail } from './error-detail.ts';
import { catalogId, maxResults, nameString, pageToken, seconds, tagsMap } from './shapes.ts';

export interface ConnectionPorts {
  /** Seal the passwords. */
  readonly keys: MasterKeys;
  readonly probe: ConnectionProbe;
}

const PAGE = 100;
const MAX_PAGE = 1000;

const inCatalog = z.object({ CatalogId: catalogId });

const toShape = (found: Connection) => ({
  Name: found.name,
  ...found.definition,
  CreationTime: seconds(found.createdAt),
  LastUpdatedTime: seconds(found.updatedAt),
  LastUpdatedBy: found.updatedBy,
  Status: 'READY',
  ConnectionSchemaVersion: found.schemaVersion,
});

export const connectionOperations = ({ keys, probe }: ConnectionPorts): OperationTable => ({
  CreateConnection: operation({
    input: inCatalog.extend({ ConnectionInput: connectionInput, Tags: tagsMap.optional() }),
    holdsSecrets: true,
    useCase: createConnection,
    command: ({ CatalogId, ConnectionInput: { Name: name, ...definition }, Tags }, caller) => ({
      connection: { catalogId: CatalogId ?? caller.accountId, name },
      definition,
      tags: Tags,
      keys,
    }),
    answer: () => ({ CreateConnectionStatus: 'READY' }),
  }),
  GetConnection: operation({
    input: inCatalog.extend({ Name: nameString, HidePassword: z.boolean().default(false) }),
    useCase: getConnection,
    command: (input, caller) => ({
      catalogId: input.CatalogId ?? caller.accountId,
      name: input.Name,
      hidePassword: input.HidePassword,
      keys,
    }),
    answer: (found) => ({ Connection: toShape(found) }),
  }),
  GetConnections: operation({
    input: inCatalog.extend({
      Filter: z
        .object({
          MatchCriteria: matchCriteria.optional(),
          ConnectionType: connectionType.optional(),
          ConnectionSchemaVersion: schemaVersion.optional(),
        })
        .default({}),
      HidePassword: z.boolean().default(false),
      NextToken: pageToken,
      MaxResults: maxResults(MAX_PAGE),
    }),
    useCase: getConnections,
    command: (input, caller) => ({
      catalogId: input.CatalogId ?? caller.accountId,
      filter: {
        type: input.Filter.ConnectionType,
        matchCriteria: input.Filter.MatchCriteria,
        schemaVersion: input.Filter.ConnectionSchemaVersion,
      },
      hidePassword: input.HidePassword,
      keys,
      limit: input.MaxResults ?? PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ ConnectionList: items.map(toShape), NextToken: next }),
  }),
  UpdateConnection: operation({
    input: inCatalog.extend({ Name: nameString, ConnectionInput: connectionInput }),
    holdsSecrets: true,
    useCase: updateConnection,
    command: ({ CatalogId, Name, ConnectionInput: { Name: inputName, ...definition } }, caller) => ({
      connection: { catalogId: CatalogId ?? caller.accountId, name: Name },
      inputName,
      definition,
      keys,
    }),
    answer: () => ({}),
  }),
  DeleteConnection: operation({
    input: inCatalog.extend({ ConnectionName: nameString }),
    useCase: deleteConnection,
    command: (input, caller) => ({
      catalogId: input.CatalogId ?? caller.accountId,
      name: input.ConnectionName,
    }),
    answer: () => ({}),
  }),
  BatchDeleteConnection: operation({
    input: inCatalog.extend({ ConnectionNameList: z.array(nameString).max(25) }),
    useCase: batchDeleteConnection,
    command: (input, caller) => ({
      catalogId: input.CatalogId ?? caller.accountId,
      names: input.ConnectionNameList,
    }),
    answer: ({ succeeded, failures }) => ({
      Succeeded: succeeded,
      ...(failures.length > 0 && {
        Errors: Object.fromEntries(failures.map(({ name, error }) => [name, errorDetail(error)])),
      }),
    }),
  }),
  TestConnection: operation({
    input: inCatalog.extend({
      ConnectionName: nameString.optional(),
      TestConnectionInput: testConnectionInput.optional(),
    }),
    holdsSecrets: true,
    useCase: testConnection,
    command: (input, caller) => ({
      catalogId: input.CatalogId ?? caller.accountId,
      name: input.ConnectionName,
      input: input.TestConnectionInput,
      keys,
      probe,
    }),
    answer: () => ({}),
  }),
});
