import { defineTrial, invalid, type UseCase, type WriteScope } from '@lakewarden/kernel';

import { type GrantEntry, grantPermissions } from '../grant/grant-permissions.ts';
import { catalogIdOf } from '../grant/granted-resource.ts';
import { revokePermissions } from '../grant/revoke-permissions.ts';
import { type Explain, explain, type Explanation } from './explain.ts';
import { requireLakeSeen } from './who-can.ts';

export const MAX_CHANGES = 100;
export const MAX_QUESTIONS = 100;

export interface TriedChange {
  readonly kind: 'GRANT' | 'REVOKE';
  readonly entry: GrantEntry;
}

export interface WhatIf {
  readonly changes: readonly TriedChange[];
  readonly questions: readonly Explain[];
}

export interface WhatIfAnswer {
  readonly before: Explanation;
  readonly after: Explanation;
}

/** A step asks gate 1 for its own action, as it would if it were meant. */
const asItself = (scope: WriteScope, { action }: Pick<UseCase<never, never>, 'action'>): WriteScope => ({
  ...scope,
  authorize: (resource, asked = action) => scope.authorize(resource, asked),
});

async function answersOf(scope: WriteScope, questions: readonly Explain[]): Promise<Explanation[]> {
  const answers: Explanation[] = [];
  for (const question of questions) answers.push(await explain.run(scope, question));
  return answers;
}

/**
 * What would be allowed if grants were made or taken back, by the code that makes them and the code that decides: in a
 * transaction that is undone. The changes are refused as they would be if they were meant.
 *
 * @throws AccessDeniedException the caller does not administer the lake, or may not make a change
 * @throws InvalidInputException, EntityNotFoundException as GrantPermissions, RevokePermissions and explain
 */
export const whatIf = defineTrial({
  action: 'lakeformation:ListPermissions',

  async run(scope, { changes, questions }: WhatIf): Promise<readonly WhatIfAnswer[]> {
    if (changes.length > MAX_CHANGES)
      throw invalid(`At most ${String(MAX_CHANGES)} changes are tried at once.`);
    if (questions.length > MAX_QUESTIONS) {
      throw invalid(`At most ${String(MAX_QUESTIONS)} questions are answered at once.`);
    }
    await requireLakeSeen(scope, scope.caller.accountId);
    for (const { entry } of changes) await requireLakeSeen(scope, catalogIdOf(entry.resource));
    const before = await answersOf(scope, questions);
    for (const { kind, entry } of changes) {
      const useCase = kind === 'GRANT' ? grantPermissions : revokePermissions;
      await useCase.run(asItself(scope, useCase), entry);
    }
    const after = await answersOf(scope, questions);
    return before.flatMap((answer, i) => {
      const then = after[i];
      return then === undefined ? [] : [{ before: answer, after: then }];
    });
  },
});
