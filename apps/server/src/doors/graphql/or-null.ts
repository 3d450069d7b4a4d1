import { LakewardenError } from '@lakewarden/kernel';

/** A single thing that is not there is null in GraphQL; every other refusal stays an error. */
export async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof LakewardenError && error.code === 'EntityNotFoundException') return null;
    throw error;
  }
}
