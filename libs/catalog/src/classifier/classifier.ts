import { type Id, invalid } from '@lakewarden/kernel';

/** Glue's four members; a classifier is exactly one of them. */
export const CLASSIFIER_KINDS = [
  'GrokClassifier',
  'XMLClassifier',
  'JsonClassifier',
  'CsvClassifier',
] as const;

export type ClassifierKind = (typeof CLASSIFIER_KINDS)[number];

/** The member of its kind without Name, as it came (docs/decisions/0002). */
export type ClassifierDefinition = Readonly<Record<string, unknown>>;

export interface Classifier {
  readonly id: Id<'Classifier'>;
  readonly accountId: string;
  readonly name: string;
  readonly kind: ClassifierKind;
  readonly definition: ClassifierDefinition;
  /** 1, and one more with every update. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What Create and Update are given: of the four members, each with its Name. */
export type AskedClassifier = Readonly<
  Partial<Record<ClassifierKind, (ClassifierDefinition & { readonly Name: string }) | undefined>>
>;

export interface OneClassifier {
  readonly name: string;
  readonly kind: ClassifierKind;
  readonly definition: ClassifierDefinition;
}

/** @throws InvalidInputException none is given, or more than one */
export function oneClassifier(asked: AskedClassifier): OneClassifier {
  const [first, ...others] = CLASSIFIER_KINDS.flatMap((kind) => {
    const member = asked[kind];
    if (member === undefined) return [];
    const { Name: name, ...definition } = member;
    return [{ kind, name, definition }];
  });
  if (first === undefined || others.length > 0) {
    throw invalid(`Exactly one of ${CLASSIFIER_KINDS.join(', ')} has to be given.`);
  }
  return first;
}

/** What no crawler could read by. @throws InvalidInputException */
export function refuseUnusable({ name, kind, definition }: OneClassifier): void {
  if (kind !== 'CsvClassifier') return;
  const { Delimiter: delimiter, QuoteSymbol: quote } = definition;
  if (delimiter !== undefined && delimiter === quote) {
    throw invalid(`Classifier ${name}: Delimiter and QuoteSymbol are the same.`);
  }
}
