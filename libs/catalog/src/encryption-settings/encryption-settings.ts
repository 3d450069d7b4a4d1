/** Glue's DataCatalogEncryptionSettings, as they came (docs/decisions/0002). */
export interface EncryptionSettings {
  readonly EncryptionAtRest?:
    { readonly CatalogEncryptionMode: string; readonly [member: string]: unknown } | undefined;
  readonly ConnectionPasswordEncryption?:
    | {
        readonly ReturnConnectionPasswordEncrypted: boolean;
        readonly AwsKmsKeyId?: string | undefined;
        readonly [member: string]: unknown;
      }
    | undefined;
  readonly [member: string]: unknown;
}

/** What Glue answers before any were put (spec/catalog.md §12). */
export const NO_ENCRYPTION: EncryptionSettings = {
  EncryptionAtRest: { CatalogEncryptionMode: 'DISABLED' },
  ConnectionPasswordEncryption: { ReturnConnectionPasswordEncrypted: false },
};
