import type { UpdateClassifier } from '@lakewarden/catalog';
import { z } from 'zod';

import { nameString, text } from './shapes.ts';

const classification = text(0, 255);
const grokPattern = text(1, 2048);
const customPatterns = text(0, 16_000).optional();
const symbol = text(1, 1).regex(/^[^\r\n]$/);

/** As in Glue's guide; a CSV column of any other type is not one that a crawler finds. */
const csvType = z.enum([
  'BINARY',
  'BOOLEAN',
  'DATE',
  'DECIMAL',
  'DOUBLE',
  'FLOAT',
  'INT',
  'LONG',
  'SHORT',
  'STRING',
  'TIMESTAMP',
]);

const csv = z.object({
  Name: nameString,
  Delimiter: symbol.optional(),
  QuoteSymbol: symbol.optional(),
  ContainsHeader: z.enum(['UNKNOWN', 'PRESENT', 'ABSENT']).optional(),
  Header: z.array(nameString).max(10_000).optional(),
  DisableValueTrimming: z.boolean().optional(),
  AllowSingleColumn: z.boolean().optional(),
  CustomDatatypeConfigured: z.boolean().optional(),
  CustomDatatypes: z.array(csvType).max(csvType.options.length).optional(),
  Serde: z.enum(['OpenCSVSerDe', 'LazySimpleSerDe', 'None']).optional(),
});

/** Create's; that exactly one is given is the use case's to say. */
export const newClassifier = z.object({
  GrokClassifier: z
    .object({
      Name: nameString,
      Classification: classification,
      GrokPattern: grokPattern,
      CustomPatterns: customPatterns,
    })
    .optional(),
  XMLClassifier: z
    .object({ Name: nameString, Classification: classification, RowTag: text(0, 255).optional() })
    .optional(),
  JsonClassifier: z.object({ Name: nameString, JsonPath: text(0, 2048) }).optional(),
  CsvClassifier: csv.optional(),
});

/** Update's: what is not given stays. `Version` is Lakewarden's own: a client that sends what it read is checked. */
const version = z.int().min(1).optional();
export const changedClassifier = z.object({
  GrokClassifier: z
    .object({
      Name: nameString,
      Classification: classification.optional(),
      GrokPattern: grokPattern.optional(),
      CustomPatterns: customPatterns,
      Version: version,
    })
    .optional(),
  XMLClassifier: z
    .object({
      Name: nameString,
      Classification: classification.optional(),
      RowTag: text(0, 255).optional(),
      Version: version,
    })
    .optional(),
  JsonClassifier: z
    .object({ Name: nameString, JsonPath: text(0, 2048).optional(), Version: version })
    .optional(),
  CsvClassifier: csv.extend({ Version: version }).optional(),
});

/** The members without the version that one of them may carry. */
export function splitVersion({
  GrokClassifier: grok,
  XMLClassifier: xml,
  JsonClassifier: json,
  CsvClassifier: csvMember,
}: z.output<typeof changedClassifier>): UpdateClassifier {
  return {
    classifier: {
      GrokClassifier: unversioned(grok),
      XMLClassifier: unversioned(xml),
      JsonClassifier: unversioned(json),
      CsvClassifier: unversioned(csvMember),
    },
    version: [grok, xml, json, csvMember].find((member) => member?.Version !== undefined)?.Version,
  };
}

function unversioned<T extends { readonly Version?: number | undefined }>(
  member: T | undefined,
): Omit<T, 'Version'> | undefined {
  if (member === undefined) return undefined;
  const { Version: _version, ...rest } = member;
  return rest;
}
