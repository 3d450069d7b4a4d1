import type { Column, LinkTarget, StorageDescriptor, TableDefinition } from '@lakewarden/catalog';
import { isStorableText, MAX_TAGS } from '@lakewarden/catalog';
import { PERMISSIONS } from '@lakewarden/kernel';
import { z } from 'zod';

/**
 * Glue's bounds (spec/catalog.md §2). Shapes check what they name and let the rest of a document through as it is:
 * a member that a newer client knows comes back as it was sent.
 */
const storable = (text: string): boolean => isStorableText(text);
const STORABLE = 'Member must not contain U+0000 or half a surrogate pair';

export const text = (min: number, max: number) => z.string().min(min).max(max).refine(storable, STORABLE);

const SINGLE_LINE = /^[\u0020-\uD7FF\uE000-\uFFFD\t\uD800-\uDFFF]*$/;

export const nameString = text(1, 255).regex(SINGLE_LINE);
export const requiredCatalogId = text(1, 255);
export const catalogId = requiredCatalogId.optional();
export const descriptionString = text(0, 2048);
export const pageToken = z.string().max(8192).optional();
export const parametersMap = z.record(text(1, 255), text(0, 512_000));
export const epochSeconds = z.union([
  z.number().min(-62_135_596_800).max(253_402_300_799),
  // Some old clients send ISO 8601 (spec/wire.md §2).
  z.iso.datetime({ offset: true }).transform((iso) => Date.parse(iso) / 1000),
]);

/** A page size: outside its bounds it is refused, not clamped (spec/catalog.md §2). */
export const maxResults = (max: number) => z.int().min(1).max(max).optional();

export const column = z.looseObject({
  Name: nameString,
  Type: text(0, 131_072).optional(),
  Comment: text(0, 255).optional(),
  Parameters: parametersMap.optional(),
}) satisfies z.ZodType<Column>;

export const storageDescriptor: z.ZodType<StorageDescriptor> = z.looseObject({
  Columns: z.array(column).max(100_000).optional(),
  Location: text(0, 2056).optional(),
  AdditionalLocations: z.array(text(0, 2056)).optional(),
  InputFormat: text(0, 128).optional(),
  OutputFormat: text(0, 128).optional(),
  Compressed: z.boolean().optional(),
  NumberOfBuckets: z.int().optional(),
  SerdeInfo: z
    .looseObject({
      Name: text(1, 255).optional(),
      SerializationLibrary: text(1, 255).optional(),
      Parameters: parametersMap.optional(),
    })
    .optional(),
  BucketColumns: z.array(nameString).optional(),
  SortColumns: z.array(z.looseObject({ Column: nameString, SortOrder: z.int().min(0).max(1) })).optional(),
  Parameters: parametersMap.optional(),
  StoredAsSubDirectories: z.boolean().optional(),
});

const linkTarget = z.looseObject({
  CatalogId: catalogId,
  DatabaseName: nameString,
  Name: nameString.optional(),
  Region: text(1, 255).optional(),
}) satisfies z.ZodType<LinkTarget>;

/** What each new table of a database is granted by itself. What is no permission would be found out at the first of them. */
export const principalPermissions = z.looseObject({
  Principal: z.looseObject({ DataLakePrincipalIdentifier: text(1, 255).optional() }).optional(),
  Permissions: z.array(z.enum(PERMISSIONS)).optional(),
});

export const databaseInput = z.looseObject({
  Name: nameString,
  Description: descriptionString.optional(),
  LocationUri: text(1, 1024).optional(),
  Parameters: parametersMap.optional(),
  CreateTableDefaultPermissions: z.array(principalPermissions).optional(),
  TargetDatabase: linkTarget.optional(),
});

/** What the server, here or elsewhere, alone says of a table: a client that sends a `Table` back as `TableInput` may send it along. */
const SERVER_MEMBERS = [
  'DatabaseName',
  'CreateTime',
  'UpdateTime',
  'CreatedBy',
  'IsRegisteredWithLakeFormation',
  'CatalogId',
  'VersionId',
  'IsMultiDialectView',
  'IsMaterializedView',
  'Status',
] as const;

export const tableInput = z
  .looseObject({
    Name: nameString,
    Description: descriptionString.optional(),
    Owner: nameString.optional(),
    LastAccessTime: epochSeconds.optional(),
    LastAnalyzedTime: epochSeconds.optional(),
    Retention: z.int().min(0).optional(),
    StorageDescriptor: storageDescriptor.optional(),
    PartitionKeys: z.array(column).max(1000).optional(),
    ViewOriginalText: text(0, 409_600).optional(),
    ViewExpandedText: text(0, 409_600).optional(),
    TableType: text(0, 255).optional(),
    Parameters: parametersMap.optional(),
    TargetTable: linkTarget.optional(),
  })
  .transform(({ Name: name, PartitionKeys: partitionKeys, TargetTable: target, ...members }) => {
    const definition: TableDefinition = Object.fromEntries(
      Object.entries(members).filter(([member]) => !SERVER_MEMBERS.some((each) => each === member)),
    );
    return { name, definition, partitionKeys, linkTarget: target };
  });

const partitionValue = text(0, 1024);
export const valueList = z.array(partitionValue).max(100);

export const partitionInput = z
  .object({
    Values: valueList.default([]),
    StorageDescriptor: storageDescriptor.optional(),
    Parameters: parametersMap.optional(),
    LastAccessTime: epochSeconds.optional(),
    LastAnalyzedTime: epochSeconds.optional(),
  })
  .transform((input) => ({
    values: input.Values,
    storageDescriptor: input.StorageDescriptor,
    parameters: input.Parameters,
    lastAccessTime: toDate(input.LastAccessTime),
    lastAnalyzedTime: toDate(input.LastAnalyzedTime),
  }));

/** To the millisecond: 1.005 s is a little less as a double, and a Date cuts. */
export const dateOf = (seconds: number): Date => new Date(Math.round(seconds * 1000));

const toDate = (seconds: number | undefined): Date | undefined =>
  seconds === undefined ? undefined : dateOf(seconds);

export const seconds = (date: Date): number => date.getTime() / 1000;

export const tableNames = z.object({ CatalogId: catalogId, DatabaseName: nameString, TableName: nameString });

export const tagKey = text(1, 128);
export const tagsMap = z
  .record(tagKey, text(0, 256))
  .refine(
    (tags) => Object.keys(tags).length <= MAX_TAGS,
    `Member must have length less than or equal to ${String(MAX_TAGS)}`,
  );
/** What of an ARN can be wrong beyond its length is InvalidInputException's (spec/catalog.md §12). */
export const glueArn = text(1, 10_240);

export const functionType = z.enum(['REGULAR_FUNCTION', 'AGGREGATE_FUNCTION', 'STORED_PROCEDURE']);
export const functionInput = z.looseObject({
  FunctionName: nameString.optional(),
  ClassName: nameString.optional(),
  OwnerName: nameString.optional(),
  OwnerType: z.enum(['USER', 'ROLE', 'GROUP']).optional(),
  FunctionType: functionType.optional(),
  ResourceUris: z
    .array(
      z.looseObject({
        ResourceType: z.enum(['JAR', 'FILE', 'ARCHIVE']).optional(),
        Uri: text(1, 1024).optional(),
      }),
    )
    .max(1000)
    .optional(),
});
