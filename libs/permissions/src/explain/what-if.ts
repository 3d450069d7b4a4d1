import { defineTrial, invalid, LakewardenError, type ReadScope } from '@lakewarden/kernel';

import {
  type AdmittedQuestion,
  admitQuestion,
  answerQuestion,
  type Explain,
  type Explanation,
} from './explain.ts';
import { ownerOf, type TriedChange, tryChange } from './tried-change.ts';
import { requireLakeSeen } from './who-can.ts';

export const MAX_CHANGES = 100;
export const MAX_QUESTIONS = 100;

export interface WhatIf {
  readonly changes: readonly TriedChange[];
  readonly questions: readonly Explain[];
}

export interface WhatIfAnswer {
  readonly before: Explanation;
  readonly after: Explanation;
}

async function answersOf(scope: ReadScope, questions: readonly AdmittedQuestion[]): Promise<Explanation[]> {
  const answers: Explanation[] = [];
  for (const question of questions) answers.push(await answerQuestion(scope, question));
  return answers;
}

/** Whoever tries a hundred changes is told which of them it was. */
const placed = (error: unknown, index: number): unknown =>
  error instanceof LakewardenError
    ? new LakewardenError(error.code, `changes[${String(index)}]: ${error.message}`, { cause: error })
    : error;

/**
 * What would be allowed if grants, settings of the data lake, policies of principals, their boundaries or members of
 * groups were changed, by the code that changes them and the code that decides: in a transaction that is undone. The
 * changes are refused as they would be if they were meant, one after the other. Who may ask is decided before the first
 * of them: no change lets the caller hear what he may not hear now, and none keeps from him what it would do to himself.
 *
 * @throws AccessDeniedException the caller does not administer the lake, or may not make a change
 * @throws InvalidInputException, EntityNotFoundException and others as the changes and explain
 */
export const whatIf = defineTrial({
  action: 'lakeformation:ListPermissions',

  async run(scope, { changes, questions }: WhatIf): Promise<readonly WhatIfAnswer[]> {
    if (changes.length > MAX_CHANGES)
      throw invalid(`At most ${String(MAX_CHANGES)} changes are tried at once.`);
    if (questions.length > MAX_QUESTIONS) {
      throw invalid(`At most ${String(MAX_QUESTIONS)} questions are answered at once.`);
    }
    // Of another account's principals nothing is looked up: a name is one of the own account only where that is meant.
    const lakes = [scope.caller.accountId, ...changes.map(ownerOf)];
    for (const lake of new Set(lakes)) await requireLakeSeen(scope, lake);
    const admitted: AdmittedQuestion[] = [];
    for (const question of questions) admitted.push(await admitQuestion(scope, question));
    const before = await answersOf(scope, admitted);
    let changing = scope;
    for (const [index, change] of changes.entries()) {
      changing = await tryChange(changing, change).catch((error: unknown) => {
        throw placed(error, index);
      });
    }
    const after = await answersOf(changing, admitted);
    return before.flatMap((answer, i) => {
      const then = after[i];
      return then === undefined ? [] : [{ before: answer, after: then }];
    });
  },
});
