import {
  createSecurityConfiguration,
  deleteSecurityConfiguration,
  getEncryptionSettings,
  getSecurityConfiguration,
  getSecurityConfigurations,
  putEncryptionSettings,
  type SecurityConfiguration,
} from '@lakewarden/catalog';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { encryptionConfiguration, encryptionSettings } from './settings.shapes.ts';
import { catalogId, maxResults, nameString, pageToken, seconds } from './shapes.ts';

const PAGE = 100;
const MAX_PAGE = 1000;

const named = z.object({ Name: nameString });

/** `CreatedTimeStamp` is spelled so here, and `CreatedTimestamp` in Create's answer (spec/catalog.md §12). */
const toShape = (found: SecurityConfiguration) => ({
  Name: found.name,
  CreatedTimeStamp: seconds(found.createdAt),
  EncryptionConfiguration: found.configuration,
});

export const settingsOperations: OperationTable = {
  CreateSecurityConfiguration: operation({
    input: named.extend({ EncryptionConfiguration: encryptionConfiguration }),
    useCase: createSecurityConfiguration,
    command: (input) => ({ name: input.Name, configuration: input.EncryptionConfiguration }),
    answer: ({ name, createdAt }) => ({ Name: name, CreatedTimestamp: seconds(createdAt) }),
  }),
  GetSecurityConfiguration: operation({
    input: named,
    useCase: getSecurityConfiguration,
    command: (input) => ({ name: input.Name }),
    answer: (found) => ({ SecurityConfiguration: toShape(found) }),
  }),
  GetSecurityConfigurations: operation({
    input: z.object({ MaxResults: maxResults(MAX_PAGE), NextToken: pageToken }),
    useCase: getSecurityConfigurations,
    command: (input) => ({
      limit: input.MaxResults ?? PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ SecurityConfigurations: items.map(toShape), NextToken: next }),
  }),
  DeleteSecurityConfiguration: operation({
    input: named,
    useCase: deleteSecurityConfiguration,
    command: (input) => ({ name: input.Name }),
    answer: () => ({}),
  }),
  GetDataCatalogEncryptionSettings: operation({
    input: z.object({ CatalogId: catalogId }),
    useCase: getEncryptionSettings,
    command: (input, caller) => ({ catalogId: input.CatalogId ?? caller.accountId }),
    answer: (settings) => ({ DataCatalogEncryptionSettings: settings }),
  }),
  PutDataCatalogEncryptionSettings: operation({
    input: z.object({ CatalogId: catalogId, DataCatalogEncryptionSettings: encryptionSettings }),
    useCase: putEncryptionSettings,
    command: (input, caller) => ({
      catalogId: input.CatalogId ?? caller.accountId,
      settings: input.DataCatalogEncryptionSettings,
    }),
    answer: () => ({}),
  }),
};
