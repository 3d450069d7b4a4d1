import type { Id } from '@lakewarden/kernel';

/** Glue's EncryptionConfiguration, as it came (docs/decisions/0002). */
export interface EncryptionConfiguration {
  readonly S3Encryption?:
    | readonly { readonly S3EncryptionMode?: string | undefined; readonly KmsKeyArn?: string | undefined }[]
    | undefined;
  readonly CloudWatchEncryption?:
    | { readonly CloudWatchEncryptionMode?: string | undefined; readonly KmsKeyArn?: string | undefined }
    | undefined;
  readonly JobBookmarksEncryption?:
    | { readonly JobBookmarksEncryptionMode?: string | undefined; readonly KmsKeyArn?: string | undefined }
    | undefined;
  readonly DataQualityEncryption?:
    | { readonly DataQualityEncryptionMode?: string | undefined; readonly KmsKeyArn?: string | undefined }
    | undefined;
  readonly [member: string]: unknown;
}

/** How crawlers and jobs that name it encrypt what they write. It is replaced by another, never changed. */
export interface SecurityConfiguration {
  readonly id: Id<'SecurityConfiguration'>;
  readonly accountId: string;
  readonly name: string;
  readonly configuration: EncryptionConfiguration;
  readonly createdAt: Date;
}
