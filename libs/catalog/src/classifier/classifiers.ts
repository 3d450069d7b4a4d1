import {
  type Change,
  defineRead,
  defineWrite,
  invalid,
  LakewardenError,
  notFound,
  type Page,
  type PageRequest,
  type ReadScope,
} from '@lakewarden/kernel';

import { pageByName } from '../name-page.ts';
import { authorizeCatalog } from '../reference.ts';
import { type AskedClassifier, type Classifier, oneClassifier, refuseUnusable } from './classifier.ts';
import {
  deleteClassifierRow,
  findClassifier,
  insertClassifier,
  listClassifierRows,
  replaceClassifier,
} from './classifier.repository.ts';

/** Classifiers have no ARN and no CatalogId: they are the caller's account's (spec/catalog.md §9). */
const authorize = (scope: ReadScope): Promise<void> => authorizeCatalog(scope, scope.caller.accountId);

const classifierChange = ({ accountId, id }: Classifier): Change => ({
  accountId,
  kind: 'classifier',
  subjectId: id,
});

async function requireClassifier(scope: ReadScope, name: string, lock = false): Promise<Classifier> {
  const found = await findClassifier(scope.tx, scope.caller.accountId, name, lock);
  if (found === undefined) throw notFound(`Classifier ${name} not found.`);
  return found;
}

/** @throws AlreadyExistsException; InvalidInputException not exactly one kind is given */
export const createClassifier = defineWrite({
  action: 'glue:CreateClassifier',

  async run(scope, command: AskedClassifier): Promise<Classifier> {
    await authorize(scope);
    const asked = oneClassifier(command);
    refuseUnusable(asked);
    const made: Classifier = {
      id: scope.newId<'Classifier'>(),
      accountId: scope.caller.accountId,
      ...asked,
      version: 1,
      createdAt: scope.now,
      updatedAt: scope.now,
    };
    await insertClassifier(scope.tx, made);
    scope.changed(classifierChange(made));
    return made;
  },
});

/** @throws EntityNotFoundException */
export const getClassifier = defineRead({
  action: 'glue:GetClassifier',

  async run(scope, { name }: { readonly name: string }): Promise<Classifier> {
    await authorize(scope);
    return requireClassifier(scope, name);
  },
});

export const getClassifiers = defineRead({
  action: 'glue:GetClassifiers',

  async run(scope, command: PageRequest): Promise<Page<Classifier>> {
    await authorize(scope);
    return pageByName(scope, ['GetClassifiers'], command, (after, limit) =>
      listClassifierRows(scope.tx, scope.caller.accountId, after, limit),
    );
  },
});

export interface UpdateClassifier {
  readonly classifier: AskedClassifier;
  /** Refuses the update when the classifier is at another version by now. */
  readonly version?: number | undefined;
}

/**
 * Members that are not given stay as they are.
 * @throws EntityNotFoundException; VersionMismatchException; InvalidInputException it is of another kind
 */
export const updateClassifier = defineWrite({
  action: 'glue:UpdateClassifier',

  async run(scope, command: UpdateClassifier): Promise<Classifier> {
    await authorize(scope);
    const asked = oneClassifier(command.classifier);
    const current = await requireClassifier(scope, asked.name, true);
    if (current.kind !== asked.kind) {
      throw invalid(`Classifier ${current.name} is a ${current.kind} and stays one.`);
    }
    if (command.version !== undefined && command.version !== current.version) {
      throw new LakewardenError(
        'VersionMismatchException',
        `Classifier ${current.name} is at version ${String(current.version)}, not ${String(command.version)}.`,
      );
    }
    const changed: Classifier = {
      ...current,
      definition: { ...current.definition, ...asked.definition },
      version: current.version + 1,
      updatedAt: scope.now,
    };
    refuseUnusable(changed);
    await replaceClassifier(scope.tx, changed);
    scope.changed(classifierChange(changed));
    return changed;
  },
});

/** @throws EntityNotFoundException */
export const deleteClassifier = defineWrite({
  action: 'glue:DeleteClassifier',

  async run(scope, { name }: { readonly name: string }): Promise<void> {
    await authorize(scope);
    const found = await requireClassifier(scope, name, true);
    await deleteClassifierRow(scope.tx, found.id);
    scope.changed(classifierChange(found));
  },
});
