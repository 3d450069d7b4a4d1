import {
  alreadyExists,
  defineRead,
  defineWrite,
  LakewardenError,
  notFound,
  type Page,
  type PageRequest,
  toPage,
} from '@lakewarden/kernel';

import {
  deleteMetadata,
  insertMetadata,
  listMetadata,
  type Metadata,
  type MetadataPair,
} from './metadata.repository.ts';
import { checkedText } from './parameters.ts';
import { MAX_METADATA_KEY, MAX_METADATA_VALUE, METADATA_PER_VERSION } from './quotas.ts';
import { type FoundVersion, requireVersion, type SchemaVersionRef } from './version-ref.ts';

/** The model writes `+-=`, which a regular expression reads as a range; the three characters are meant. */
const PATTERN = /^[a-zA-Z0-9+\-=._/@]+$/;
const KEY = { max: MAX_METADATA_KEY, pattern: PATTERN };
const VALUE = { max: MAX_METADATA_VALUE, pattern: PATTERN };

/** @throws InvalidInputException */
export const checkedMetadataKey = (key: string): string => checkedText('key', key, KEY);
/** @throws InvalidInputException */
export const checkedMetadataValue = (value: string): string => checkedText('value', value, VALUE);

export interface ChangeMetadata {
  readonly version: SchemaVersionRef;
  readonly pair: MetadataPair;
}

const words = (id: string, { key, value }: MetadataPair): string =>
  `schema version id: ${id}, metadata key: ${key}, metadata value: ${value}`;

/**
 * @throws AlreadyExistsException the pair is there
 * @throws ResourceNumberLimitExceededException the version has ten
 */
export const putSchemaVersionMetadata = defineWrite({
  action: 'glue:PutSchemaVersionMetadata',

  async run(scope, { version: ref, pair }: ChangeMetadata): Promise<FoundVersion> {
    const found = await requireVersion(scope, ref, 'held');
    const { id } = found.version;
    const known = await listMetadata(scope.tx, id);
    if (known.some(({ key, value }) => key === pair.key && value === pair.value)) {
      throw alreadyExists(`Resource already exist for ${words(id, pair)}`);
    }
    if (known.length >= METADATA_PER_VERSION) {
      throw new LakewardenError(
        'ResourceNumberLimitExceededException',
        'Your resource limits for Schema Version Metadata have been exceeded.',
      );
    }
    await insertMetadata(scope.tx, id, { ...pair, createdAt: scope.now });
    return found;
  },
});

/** @throws EntityNotFoundException the version, or the pair */
export const removeSchemaVersionMetadata = defineWrite({
  action: 'glue:RemoveSchemaVersionMetadata',

  async run(scope, { version: ref, pair }: ChangeMetadata): Promise<FoundVersion> {
    const found = await requireVersion(scope, ref, 'held');
    if (!(await deleteMetadata(scope.tx, found.version.id, pair))) {
      throw notFound(`Resource is not found for ${words(found.version.id, pair)}`);
    }
    return found;
  },
});

export interface QuerySchemaVersionMetadata extends PageRequest {
  readonly version: SchemaVersionRef;
  /** A pair counts that agrees with one of them, in what it names; none at all: every pair. */
  readonly wanted: readonly Partial<MetadataPair>[];
}

/** The values of one key, the newest first. */
export interface MetadataOfKey {
  readonly key: string;
  readonly values: readonly Metadata[];
}

export interface QueriedMetadata {
  readonly found: FoundVersion;
  readonly page: Page<MetadataOfKey>;
}

/** By key. @throws EntityNotFoundException the version */
export const querySchemaVersionMetadata = defineRead({
  action: 'glue:QuerySchemaVersionMetadata',

  async run(scope, command: QuerySchemaVersionMetadata): Promise<QueriedMetadata> {
    const found = await requireVersion(scope, command.version);
    const question = ['QueryMetadata', found.version.id, command.wanted, scope.caller.arn];
    const after = command.token === undefined ? '' : scope.tokens.open(question, command.token).toString();
    const all = (await listMetadata(scope.tx, found.version.id)).filter((each) =>
      isWanted(each, command.wanted),
    );
    const keys = [...new Set(all.map(({ key }) => key))].filter((key) => key > after);
    const rows = keys
      .slice(0, command.limit + 1)
      .map((key) => ({ key, values: all.filter((each) => each.key === key) }));
    const page = toPage(rows, command.limit, (last) => scope.tokens.issue(question, Buffer.from(last.key)));
    return { found, page };
  },
});

const isWanted = (pair: MetadataPair, wanted: readonly Partial<MetadataPair>[]): boolean =>
  wanted.length === 0 ||
  wanted.some(
    ({ key, value }) =>
      (key === undefined || key === pair.key) && (value === undefined || value === pair.value),
  );
