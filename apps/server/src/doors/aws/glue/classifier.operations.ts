import {
  type Classifier,
  createClassifier,
  deleteClassifier,
  getClassifier,
  getClassifiers,
  updateClassifier,
} from '@lakewarden/catalog';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { changedClassifier, newClassifier, splitVersion } from './classifier.shapes.ts';
import { maxResults, nameString, pageToken, seconds } from './shapes.ts';

const PAGE = 100;
const MAX_PAGE = 1000;

const named = z.object({ Name: nameString });

const toShape = ({ kind, name, definition, version, createdAt, updatedAt }: Classifier) => ({
  [kind]: {
    Name: name,
    ...definition,
    CreationTime: seconds(createdAt),
    LastUpdated: seconds(updatedAt),
    Version: version,
  },
});

export const classifierOperations: OperationTable = {
  CreateClassifier: operation({
    input: newClassifier,
    useCase: createClassifier,
    command: (input) => input,
    answer: () => ({}),
  }),
  GetClassifier: operation({
    input: named,
    useCase: getClassifier,
    command: (input) => ({ name: input.Name }),
    answer: (classifier) => ({ Classifier: toShape(classifier) }),
  }),
  GetClassifiers: operation({
    input: z.object({ MaxResults: maxResults(MAX_PAGE), NextToken: pageToken }),
    useCase: getClassifiers,
    command: (input) => ({
      limit: input.MaxResults ?? PAGE,
      ...(input.NextToken !== undefined && { token: input.NextToken }),
    }),
    answer: ({ items, next }) => ({ Classifiers: items.map(toShape), NextToken: next }),
  }),
  UpdateClassifier: operation({
    input: changedClassifier,
    useCase: updateClassifier,
    command: splitVersion,
    answer: () => ({}),
  }),
  DeleteClassifier: operation({
    input: named,
    useCase: deleteClassifier,
    command: (input) => ({ name: input.Name }),
    answer: () => ({}),
  }),
};
