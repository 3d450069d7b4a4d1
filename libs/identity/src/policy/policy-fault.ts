import { LakewardenError } from '@lakewarden/kernel';

/** @param place where in the document, as `Statement[0].Action[1]`; empty for the document itself */
export const malformedPolicy = (place: string, fault: string): LakewardenError =>
  new LakewardenError(
    'MalformedPolicyDocumentException',
    place === '' ? `The policy is malformed: ${fault}` : `The policy is malformed at ${place}: ${fault}`,
  );

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const MAX_SHOWN = 80;

/** A value for a message: short, and on one line. */
export function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** One text, or a list of them, with the place of each. @throws MalformedPolicyDocumentException */
export function textsAt(place: string, value: unknown): readonly { place: string; text: string }[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw malformedPolicy(place, 'a list here names at least one thing.');
  return list.map((text, i) => {
    const at = Array.isArray(value) ? `${place}[${String(i)}]` : place;
    if (typeof text !== 'string' || text === '') {
      throw malformedPolicy(at, `${shown(text)} is not a text, or is an empty one.`);
    }
    return { place: at, text };
  });
}

const VARIABLE = /\$\{([^{}]*)\}/g;

/** What stands in `${...}` must be closed and name something. @throws MalformedPolicyDocumentException */
export function refuseBrokenVariables(place: string, text: string): void {
  if (text.replaceAll(VARIABLE, (whole, name: string) => (name.trim() === '' ? whole : '')).includes('${')) {
    throw malformedPolicy(place, `${shown(text)} holds a policy variable that is empty or not closed.`);
  }
}

/** Whether a value is only known when somebody asks: nothing can be said of its form now. */
export const hasVariable = (text: string): boolean => text.includes('${');
