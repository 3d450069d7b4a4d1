import { validate } from '@lakewarden/aws-wire';
import type { Caller, UseCase, UseCases } from '@lakewarden/kernel';
import type { z } from 'zod';

/** One row of an operation table: shape in, command, use case, shape out. No `if`, no permission, no SQL. */
export interface Operation {
  handle(useCases: UseCases, caller: Caller, input: unknown): Promise<object | undefined>;
}

export interface OperationEntry<Schema extends z.ZodType, Command, Answer> {
  readonly input: Schema;
  readonly useCase: UseCase<Command, Answer>;
  command(input: z.output<Schema>, caller: Caller): Command;
  /** Undefined where the service answers without a result. */
  answer(answer: Answer, input: z.output<Schema>, caller: Caller): object | undefined;
}

export function operation<Schema extends z.ZodType, Command, Answer>(
  entry: OperationEntry<Schema, Command, Answer>,
): Operation {
  return {
    async handle(useCases, caller, input) {
      const valid = validate(entry.input, input);
      return entry.answer(
        await useCases.run(caller, entry.useCase, entry.command(valid, caller)),
        valid,
        caller,
      );
    },
  };
}

export type OperationTable = Readonly<Record<string, Operation>>;
