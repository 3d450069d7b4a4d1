import { encodeJson, validate } from '@lakewarden/aws-wire';
import type { Caller, UseCase, UseCases } from '@lakewarden/kernel';
import type { z } from 'zod';

/** One row of an operation table: shape in, command, use case, shape out. No `if`, no permission, no SQL. */
export interface Operation {
  /** The answer's shape; the door encodes it. */
  handle(useCases: UseCases, caller: Caller, input: unknown): Promise<object | undefined>;
  /** The answer as JSON. */
  handleAsJson(useCases: UseCases, caller: Caller, input: unknown): Promise<string>;
}

export interface OperationEntry<Schema extends z.ZodType, Command, Answer> {
  readonly input: Schema;
  readonly useCase: UseCase<Command, Answer>;
  command(input: z.output<Schema>, caller: Caller): Command;
  /** The input holds passwords: no refusal may repeat any of it. */
  readonly holdsSecrets?: boolean;
  /**
   * For reads that answer with the very object that is kept in memory: its JSON is kept beside it. What of the input the
   * shape hangs on; the rest of the shape hangs on the answer alone.
   */
  readonly variant?: (input: z.output<Schema>) => string;
  /** Undefined where the service answers without a result. */
  answer(answer: Answer, input: z.output<Schema>, caller: Caller): object | undefined;
}

/** Longer answers cost more to keep than to make. */
const MAX_KEPT_CHARS = 65_536;

/** The JSON of answers that are kept in memory, for as long as they are. */
const keptTexts = new WeakMap<object, { readonly variant: string; readonly text: string }>();

export function operation<Schema extends z.ZodType, Command, Answer>(
  entry: OperationEntry<Schema, Command, Answer>,
): Operation {
  const run = async (useCases: UseCases, caller: Caller, input: unknown) => {
    const valid = validate(entry.input, input, { hideValues: entry.holdsSecrets });
    return {
      valid,
      answer: await useCases.run(caller, entry.useCase, entry.command(valid, caller)),
    };
  };
  return {
    async handleAsJson(useCases, caller, input) {
      const { valid, answer } = await run(useCases, caller, input);
      const encode = () => encodeJson(entry.answer(answer, valid, caller) ?? {});
      if (entry.variant === undefined || typeof answer !== 'object' || answer === null) return encode();
      const variant = entry.variant(valid);
      const kept = keptTexts.get(answer);
      if (kept?.variant === variant) return kept.text;
      const text = encode();
      // One an answer: whoever spells a name in many ways fills no memory.
      if (text.length <= MAX_KEPT_CHARS) keptTexts.set(answer, { variant, text });
      return text;
    },
    async handle(useCases, caller, input) {
      const { valid, answer } = await run(useCases, caller, input);
      return entry.answer(answer, valid, caller);
    },
  };
}

export type OperationTable = Readonly<Record<string, Operation>>;
