import { z } from 'zod';

import { descriptionString, nameString, tagsMap, text } from './shapes.ts';

/** spec/catalog.md §14. */
export const rulesetText = text(1, 65_536);

const targetTable = z.object({
  TableName: nameString,
  DatabaseName: nameString,
  CatalogId: nameString.optional(),
});

const instant = z
  .union([
    z.number().min(-62_135_596_800).max(253_402_300_799),
    // Some old clients send ISO 8601 (spec/wire.md §2).
    z.iso.datetime({ offset: true }).transform((iso) => Date.parse(iso) / 1000),
  ])
  .transform((at) => new Date(at * 1000))
  .optional();

export const newRuleset = z.object({
  Name: nameString,
  Description: descriptionString.optional(),
  Ruleset: rulesetText,
  TargetTable: targetTable.optional(),
  DataQualitySecurityConfiguration: nameString.optional(),
  Tags: tagsMap.optional(),
  ClientToken: nameString.optional(),
});

export const rulesetFilter = z.object({
  Name: nameString.optional(),
  Description: descriptionString.optional(),
  CreatedBefore: instant,
  CreatedAfter: instant,
  LastModifiedBefore: instant,
  LastModifiedAfter: instant,
  TargetTable: targetTable.optional(),
});
