import { getTags, tagResource, untagResource } from '@lakewarden/catalog';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { glueArn, tagKey, tagsMap } from './shapes.ts';

export const tagOperations: OperationTable = {
  TagResource: operation({
    input: z.object({ ResourceArn: glueArn, TagsToAdd: tagsMap }),
    useCase: tagResource,
    command: (input) => ({ resourceArn: input.ResourceArn, tags: input.TagsToAdd }),
    answer: () => ({}),
  }),
  UntagResource: operation({
    input: z.object({ ResourceArn: glueArn, TagsToRemove: z.array(tagKey).max(50) }),
    useCase: untagResource,
    command: (input) => ({ resourceArn: input.ResourceArn, keys: input.TagsToRemove }),
    answer: () => ({}),
  }),
  GetTags: operation({
    input: z.object({ ResourceArn: glueArn }),
    useCase: getTags,
    command: (input) => input.ResourceArn,
    answer: (tags) => ({ Tags: tags }),
  }),
};
