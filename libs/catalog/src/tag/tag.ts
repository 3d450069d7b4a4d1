import { type GlueResourceKind, invalid } from '@lakewarden/kernel';

/** Key → value. */
export type Tags = Readonly<Record<string, string>>;

/** A thing that carries tags, by what does not change about it. */
export interface TaggedResource {
  readonly kind: GlueResourceKind;
  /** The thing's own id; a catalog's is its account's. */
  readonly id: string;
}

/** spec/catalog.md §2. */
export const MAX_TAGS = 50;

/** The prefix that AWS keeps for itself, in any case. */
const RESERVED = /^aws:/i;

/** @throws InvalidInputException a reserved key */
export function refuseReserved(keys: readonly string[]): void {
  const reserved = keys.find((key) => RESERVED.test(key));
  if (reserved !== undefined) throw invalid(`Tag key ${reserved} begins with aws:, which is reserved.`);
}

/**
 * What the resource carries when the new ones are put over the old.
 * @throws InvalidInputException more than 50, or a reserved key
 */
export function mergedTags(current: Tags, added: Tags): Tags {
  refuseReserved(Object.keys(added));
  const merged = { ...current, ...added };
  const count = Object.keys(merged).length;
  if (count > MAX_TAGS) {
    throw invalid(
      `A resource carries at most ${String(MAX_TAGS)} tags, and would have ${String(count)}: remove some first.`,
    );
  }
  return merged;
}
