/** The families in which partition values compare (spec/catalog.md §6). */
export type PartitionKeyType = 'string' | 'integer' | 'decimal' | 'date' | 'timestamp';

export interface ExpressionKey {
  /** Lower case. */
  readonly name: string;
  /** Hive type text as declared, such as `decimal(10,2)`. */
  readonly type: string;
}

/** Text; an integer; a decimal's, date's or timestamp's canonical text. */
export type TypedLiteral = string | bigint;

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A parsed and type-checked expression. `key` is a position among the table's partition keys. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | {
      readonly kind: 'compare';
      readonly key: number;
      readonly family: PartitionKeyType;
      readonly comparator: Comparator;
      readonly value: TypedLiteral;
    }
  | {
      readonly kind: 'in';
      readonly key: number;
      readonly family: PartitionKeyType;
      readonly values: readonly TypedLiteral[];
      readonly negated: boolean;
    }
  | {
      readonly kind: 'between';
      readonly key: number;
      readonly family: PartitionKeyType;
      readonly low: TypedLiteral;
      readonly high: TypedLiteral;
      readonly negated: boolean;
    }
  | { readonly kind: 'like'; readonly key: number; readonly pattern: string; readonly negated: boolean }
  | { readonly kind: 'isNull'; readonly key: number; readonly negated: boolean };

const FAMILIES: Readonly<Record<string, PartitionKeyType>> = {
  string: 'string',
  char: 'string',
  varchar: 'string',
  tinyint: 'integer',
  smallint: 'integer',
  int: 'integer',
  integer: 'integer',
  bigint: 'integer',
  long: 'integer',
  decimal: 'decimal',
  date: 'date',
  timestamp: 'timestamp',
};

/** Undefined for a type that expressions cannot compare (float, boolean, struct …). */
export function keyFamily(type: string): PartitionKeyType | undefined {
  const name = (type.split(/[(<]/, 1)[0] ?? '').trim().toLowerCase();
  return Object.hasOwn(FAMILIES, name) ? FAMILIES[name] : undefined;
}
