import type { IcebergInput } from '@lakewarden/catalog';
import { z } from 'zod';

import { text } from './shapes.ts';

/** Glue's bounds; what the numbers and transforms mean is the catalog's to judge. */
const integer = z.int().min(-2_147_483_648).max(2_147_483_647);
const fieldName = text(1, 1024);
const MAX_FIELDS = 10_000;

const icebergSchema = z.object({
  SchemaId: integer.optional(),
  IdentifierFieldIds: z.array(integer).max(MAX_FIELDS).optional(),
  Type: z.literal('struct').optional(),
  Fields: z
    .array(
      z.object({
        Id: integer.min(1),
        Name: fieldName,
        Type: z.unknown(),
        Required: z.boolean(),
        Doc: text(0, 255).optional(),
        InitialDefault: z.unknown().optional(),
        WriteDefault: z.unknown().optional(),
      }),
    )
    .max(MAX_FIELDS),
});

const partitionSpec = z.object({
  SpecId: integer.optional(),
  Fields: z
    .array(
      z.object({
        SourceId: integer,
        Transform: text(1, 255),
        Name: fieldName,
        FieldId: integer.min(1).optional(),
      }),
    )
    .max(MAX_FIELDS),
});

const sortOrder = z.object({
  OrderId: integer.optional(),
  Fields: z
    .array(
      z.object({
        SourceId: integer,
        Transform: text(1, 255),
        Direction: z.enum(['asc', 'desc']),
        NullOrder: z.enum(['nulls-first', 'nulls-last']),
      }),
    )
    .max(MAX_FIELDS),
});

export const icebergInput: z.ZodType<IcebergInput> = z.object({
  MetadataOperation: z.literal('CREATE'),
  Version: text(1, 255).optional(),
  CreateIcebergTableInput: z
    .object({
      Location: text(0, 2056),
      Schema: icebergSchema,
      PartitionSpec: partitionSpec.optional(),
      WriteOrder: sortOrder.optional(),
      Properties: z.record(text(0, 255), text(0, 512_000)).optional(),
    })
    .optional(),
});

export const openTableFormatInput = z.object({ IcebergInput: icebergInput.optional() }).optional();
