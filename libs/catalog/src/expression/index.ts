export { compileExpression, SHAPES } from './compile-sql.ts';
export { comparesTypedKeys, evaluate } from './evaluate.ts';
export { parseExpression } from './parse.ts';
export { type KeyBound, type KeyConstraint, keyConstraints } from './ranges.ts';
export {
  type Expression,
  type ExpressionKey,
  keyFamily,
  type PartitionKeyType,
  type TypedLiteral,
} from './tree.ts';
export { HIVE_NULL, parseTyped } from './typed-value.ts';
