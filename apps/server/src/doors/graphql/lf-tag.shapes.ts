import type { Caller } from '@lakewarden/kernel';
import { z } from 'zod';

import { MAX_ITEMS, tagKey, tagValues } from '../aws/lakeformation/tag-shapes.ts';

/** AND over keys, OR over the values of each. */
export const lfTagExpression = z.array(z.object({ key: tagKey, values: tagValues })).max(MAX_ITEMS);

/** Of the catalog that is named, or else of the caller's own. */
export const ofCatalog = <Given extends { readonly catalogId?: string | null | undefined }>(
  { accountId }: Caller,
  given: Given,
) => ({ ...given, catalogId: given.catalogId ?? accountId });
