import type { WriteScope } from '@lakewarden/kernel';

/**
 * The scope of a batch that changes nothing before all of it is decided: what one entry has loaded, the next is told.
 * A write keeps nothing by itself, and would ask twenty times for the same settings and the same table.
 */
export function remembering(scope: WriteScope): WriteScope {
  const loaded = new Map<string, Promise<object>>();
  return {
    ...scope,
    cached: <T extends object>(key: string, load: Parameters<typeof scope.cached<T>>[1]): Promise<T> => {
      const known = loaded.get(key) ?? scope.cached(key, load);
      loaded.set(key, known);
      return known as Promise<T>; // a key names one loader, so one type
    },
  };
}

/** Answers for the same question what it answered before, also that it was refused. */
export function once<Question, Answer>(
  keyOf: (question: Question) => string,
  answer: (question: Question) => Promise<Answer>,
): (question: Question) => Promise<Answer> {
  const known = new Map<string, Promise<Answer>>();
  return (question) => {
    const key = keyOf(question);
    const answered = known.get(key) ?? answer(question);
    known.set(key, answered);
    return answered;
  };
}
