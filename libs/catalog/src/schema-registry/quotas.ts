/** Of the original (spec/catalog.md §2, §13). One place to change them. */
export const REGISTRIES_PER_ACCOUNT = 100;
export const SCHEMAS_PER_REGISTRY = 10_000;
export const VERSIONS_PER_SCHEMA = 10_000;
export const METADATA_PER_VERSION = 10;

/** In characters. */
export const MAX_NAME = 255;
export const MAX_DESCRIPTION = 2_048;
export const MAX_ARN = 10_240;
export const MAX_DEFINITION = 170_000;
export const MAX_METADATA_KEY = 128;
export const MAX_METADATA_VALUE = 256;
export const MAX_VERSION_NUMBER = 100_000;
