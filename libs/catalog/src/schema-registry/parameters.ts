import {
  type Caller,
  type GlueArn,
  invalid,
  LakewardenError,
  notFound,
  parseGlueArn,
} from '@lakewarden/kernel';

import { isStorableText } from '../documents.ts';
import { MAX_TAGS, type Tags } from '../tag/tag.ts';
import { MAX_ARN, MAX_DESCRIPTION, MAX_NAME } from './quotas.ts';

/**
 * What a caller says, checked with the registry's own words: it answers InvalidInputException where the rest of Glue
 * answers ValidationException (spec/catalog.md §15).
 */

export const badLength = (parameter: string): LakewardenError =>
  invalid(`The resource name contains too many or too few characters. Parameter Name: ${parameter}`);

export const badCharacters = (parameter: string): LakewardenError =>
  invalid(
    `The parameter value contains one or more characters that are not valid. Parameter Name: ${parameter}`,
  );

export interface TextBounds {
  readonly max: number;
  readonly pattern: RegExp;
}

/** @throws InvalidInputException */
export function checkedText(parameter: string, text: string, { max, pattern }: TextBounds): string {
  if (text.length < 1 || text.length > max) throw badLength(parameter);
  if (!pattern.test(text)) throw badCharacters(parameter);
  return text;
}

const NAME: TextBounds = { max: MAX_NAME, pattern: /^[a-zA-Z0-9\-_$#.]+$/ };
const DESCRIPTION = /^[\u0020-\uD7FF\uE000-\uFFFD\uD800-\uDFFF\r\n\t]*$/;

export const checkedRegistryName = (name: string): string => checkedText('registryName', name, NAME);
export const checkedSchemaName = (name: string): string => checkedText('schemaName', name, NAME);

export function checkedDescription(description: string | undefined): string | undefined {
  if (description === undefined) return undefined;
  if (description.length > MAX_DESCRIPTION) throw badLength('description');
  if (!DESCRIPTION.test(description) || !isStorableText(description)) throw badCharacters('description');
  return description;
}

/** Of a new registry or schema. @throws InvalidInputException */
export function checkedNewTags(tags: Tags | undefined): Tags | undefined {
  if (tags !== undefined && Object.keys(tags).length > MAX_TAGS) {
    throw invalid('New Tags cannot be empty or more than 50');
  }
  return tags;
}

/** A registry, as a caller says it. */
export interface SchemaRegistryRef {
  readonly catalogId: string;
  readonly name: string;
  /** Of the ARN, where one was given. */
  readonly region?: string;
  /** The caller's own words, for the answer that it is not there. */
  readonly asked: string;
}

/** A schema, as a caller says it. */
export interface RegistrySchemaRef {
  readonly catalogId: string;
  readonly registry: string;
  readonly name: string;
  readonly region?: string;
  /** The ARN that was given instead of the names. */
  readonly arn?: string;
}

export const DEFAULT_REGISTRY = 'default-registry';

export interface AskedRegistry {
  readonly RegistryName?: string | undefined;
  readonly RegistryArn?: string | undefined;
}

export interface AskedSchema {
  readonly SchemaArn?: string | undefined;
  readonly SchemaName?: string | undefined;
  readonly RegistryName?: string | undefined;
}

function parsedArn(parameter: string, kind: 'registry' | 'schema', arn: string): GlueArn {
  if (arn.length < 1 || arn.length > MAX_ARN) throw badLength(parameter);
  try {
    const parsed = parseGlueArn(arn);
    if (parsed.kind === kind && parsed.names.every((name) => NAME.pattern.test(name))) return parsed;
  } catch (error) {
    if (!(error instanceof LakewardenError)) throw error;
  }
  throw badCharacters(parameter); // the registry's own words, whatever is wrong with the ARN
}

/** Nothing named is the default registry. @throws InvalidInputException */
export function schemaRegistryRef(
  caller: Caller,
  { RegistryName: name, RegistryArn: arn }: AskedRegistry,
  catalogId: string = caller.accountId,
): SchemaRegistryRef {
  if (name !== undefined && arn !== undefined) {
    throw invalid('One of registryName or registryArn has to be provided, both cannot be provided.');
  }
  if (arn === undefined) {
    const checked = checkedRegistryName(name ?? DEFAULT_REGISTRY);
    return { catalogId, name: checked, asked: `RegistryName: ${checked}` };
  }
  const { region, accountId, names } = parsedArn('registryArn', 'registry', arn);
  return { catalogId: accountId, name: names[0] ?? '', region, asked: `RegistryArn: ${arn}` };
}

/** @throws InvalidInputException */
export function registrySchemaRef(
  caller: Caller,
  { SchemaArn: arn, SchemaName: name, RegistryName: registry }: AskedSchema,
  catalogId: string = caller.accountId,
): RegistrySchemaRef {
  if (arn !== undefined) {
    if (name !== undefined || registry !== undefined) {
      throw invalid(
        'One of (registryName and schemaName) or schemaArn has to be provided, both cannot be provided.',
      );
    }
    const { region, accountId, names } = parsedArn('schemaArn', 'schema', arn);
    return { catalogId: accountId, registry: names[0] ?? '', name: names[1] ?? '', region, arn };
  }
  if (name === undefined || registry === undefined) throw noSchemaNamed();
  return { catalogId, registry: checkedRegistryName(registry), name: checkedSchemaName(name) };
}

export const noSchemaNamed = (): LakewardenError =>
  invalid('At least one of (registryName and schemaName) or schemaArn has to be provided.');

export const noSuchRegistry = ({ asked }: SchemaRegistryRef): LakewardenError =>
  notFound(`Registry is not found. ${asked}`);

/** `RegistryName: r, SchemaName: s, SchemaArn: null`: the absent one as null (spec/catalog.md §15). */
export const schemaWords = ({ registry, name, arn }: RegistrySchemaRef): string =>
  `RegistryName: ${registry}, SchemaName: ${name}, SchemaArn: ${arn ?? 'null'}`;

export const noSuchSchema = (ref: RegistrySchemaRef): LakewardenError =>
  notFound(`Schema is not found. ${schemaWords(ref)}`);
