import {
  createDataQualityRuleset,
  type DataQualityRuleset,
  deleteDataQualityRuleset,
  getDataQualityRuleset,
  listDataQualityRulesets,
  updateDataQualityRuleset,
} from '@lakewarden/governance';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { newRuleset, rulesetFilter, rulesetText } from './data-quality.shapes.ts';
import { descriptionString, maxResults, nameString, pageToken, seconds, tagsMap } from './shapes.ts';

const PAGE = 100;
const MAX_PAGE = 1000;

const named = z.object({ Name: nameString });

const listed = (found: DataQualityRuleset) => ({
  Name: found.name,
  ...(found.description !== undefined && { Description: found.description }),
  CreatedOn: seconds(found.createdAt),
  LastModifiedOn: seconds(found.updatedAt),
  ...(found.targetTable !== undefined && { TargetTable: found.targetTable }),
});

export const dataQualityOperations: OperationTable = {
  CreateDataQualityRuleset: operation({
    input: newRuleset,
    useCase: createDataQualityRuleset,
    command: (input) => ({
      name: input.Name,
      description: input.Description,
      ruleset: input.Ruleset,
      targetTable: input.TargetTable,
      securityConfiguration: input.DataQualitySecurityConfiguration,
      tags: input.Tags,
      clientToken: input.ClientToken,
    }),
    answer: (name) => ({ Name: name }),
  }),
  GetDataQualityRuleset: operation({
    input: named,
    useCase: getDataQualityRuleset,
    command: (input) => ({ name: input.Name }),
    answer: (found) => ({
      ...listed(found),
      Ruleset: found.ruleset,
      ...(found.securityConfiguration !== undefined && {
        DataQualitySecurityConfiguration: found.securityConfiguration,
      }),
    }),
  }),
  ListDataQualityRulesets: operation({
    input: z.object({
      Filter: rulesetFilter.default({}),
      Tags: tagsMap.optional(),
      MaxResults: maxResults(MAX_PAGE),
      NextToken: pageToken,
    }),
    useCase: listDataQualityRulesets,
    command: ({ Filter: filter, Tags, MaxResults, NextToken }) => ({
      filter: {
        name: filter.Name,
        description: filter.Description,
        createdBefore: filter.CreatedBefore,
        createdAfter: filter.CreatedAfter,
        modifiedBefore: filter.LastModifiedBefore,
        modifiedAfter: filter.LastModifiedAfter,
        targetTable: filter.TargetTable,
        tags: Tags,
      },
      limit: MaxResults ?? PAGE,
      ...(NextToken !== undefined && { token: NextToken }),
    }),
    answer: ({ items, next }) => ({
      Rulesets: items.map((found) => ({ ...listed(found), RuleCount: found.ruleCount })),
      NextToken: next,
    }),
  }),
  UpdateDataQualityRuleset: operation({
    input: named.extend({ Description: descriptionString.optional(), Ruleset: rulesetText.optional() }),
    useCase: updateDataQualityRuleset,
    command: (input) => ({ name: input.Name, description: input.Description, ruleset: input.Ruleset }),
    answer: ({ name, description, ruleset }) => ({
      Name: name,
      ...(description !== undefined && { Description: description }),
      Ruleset: ruleset,
    }),
  }),
  DeleteDataQualityRuleset: operation({
    input: named,
    useCase: deleteDataQualityRuleset,
    command: (input) => ({ name: input.Name }),
    answer: () => ({}),
  }),
};
