/** A text is no schema of its format. The message is for its author; it names no file and no line of ours. */
export class DefinitionFault extends Error {
  override readonly name = 'DefinitionFault';
}

const MAX_MESSAGE = 1_000;

/**
 * Runs a parser of a library on a caller's text: whatever it throws is the text's fault, a stack that overflows on
 * deep nesting included.
 */
export function faultsOf<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DefinitionFault) throw error;
    const message = error instanceof RangeError ? 'it is nested too deep' : (error as Error).message;
    throw new DefinitionFault(message.slice(0, MAX_MESSAGE), { cause: error });
  }
}
