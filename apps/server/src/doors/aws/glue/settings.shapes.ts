import { z } from 'zod';

import { nameString } from './shapes.ts';

const kmsKeyArn = z
  .string()
  .max(2048)
  .regex(/^$|^arn:aws[a-z0-9-]*:kms:.*$/)
  .optional();

export const encryptionConfiguration = z.looseObject({
  S3Encryption: z
    .array(
      z.looseObject({
        S3EncryptionMode: z.enum(['DISABLED', 'SSE-KMS', 'SSE-S3']).optional(),
        KmsKeyArn: kmsKeyArn,
      }),
    )
    .max(100)
    .optional(),
  CloudWatchEncryption: z
    .looseObject({
      CloudWatchEncryptionMode: z.enum(['DISABLED', 'SSE-KMS']).optional(),
      KmsKeyArn: kmsKeyArn,
    })
    .optional(),
  JobBookmarksEncryption: z
    .looseObject({
      JobBookmarksEncryptionMode: z.enum(['DISABLED', 'CSE-KMS']).optional(),
      KmsKeyArn: kmsKeyArn,
    })
    .optional(),
  DataQualityEncryption: z
    .looseObject({
      DataQualityEncryptionMode: z.enum(['DISABLED', 'SSE-KMS']).optional(),
      KmsKeyArn: kmsKeyArn,
    })
    .optional(),
});

export const encryptionSettings = z.looseObject({
  EncryptionAtRest: z
    .looseObject({
      CatalogEncryptionMode: z.enum(['DISABLED', 'SSE-KMS', 'SSE-KMS-WITH-SERVICE-ROLE']),
      SseAwsKmsKeyId: nameString.optional(),
      CatalogEncryptionServiceRole: z
        .string()
        .max(2048)
        .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/)
        .optional(),
    })
    .optional(),
  ConnectionPasswordEncryption: z
    .looseObject({
      ReturnConnectionPasswordEncrypted: z.boolean(),
      AwsKmsKeyId: nameString.optional(),
    })
    .optional(),
});

/** How long a text may be at all; a policy's own size is the use case's to say. */
export const policyText = z.string().min(2).max(131_072);
export const hashString = nameString;
export const existsCondition = z.enum(['MUST_EXIST', 'NOT_EXIST', 'NONE']);
