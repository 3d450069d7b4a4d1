/** How many parameters a rule type takes, and whether it needs an expression. */
interface RuleShape {
  readonly parameters: readonly [least: number, most: number];
  readonly condition: 'required' | 'optional' | 'none';
}

const MANY = 100;

const shape = (least: number, most: number, condition: RuleShape['condition'] = 'required'): RuleShape => ({
  parameters: [least, most],
  condition,
});

/** Every rule type of spec/catalog.md §14, by the DQDL reference; names are compared with case. */
export const RULE_TYPES: Readonly<Record<string, RuleShape>> = {
  AggregateMatch: shape(2, 2),
  ColumnCorrelation: shape(2, 2),
  ColumnCount: shape(0, 0),
  ColumnDataType: shape(1, 1),
  ColumnExists: shape(1, 1, 'none'),
  ColumnLength: shape(1, 1),
  ColumnNamesMatchPattern: shape(1, 1, 'none'),
  ColumnValues: shape(1, 1),
  Completeness: shape(1, 1),
  CustomSql: shape(1, 1, 'optional'),
  DataFreshness: shape(1, 1),
  DatasetMatch: shape(2, 3),
  DetectAnomalies: shape(1, MANY, 'none'),
  DistinctValuesCount: shape(1, 1),
  Entropy: shape(1, 1),
  FileFreshness: shape(0, 1),
  FileMatch: shape(0, 2, 'optional'),
  FileSize: shape(0, 1),
  FileUniqueness: shape(0, 1),
  IsComplete: shape(1, 1, 'none'),
  IsPrimaryKey: shape(1, MANY, 'none'),
  IsUnique: shape(1, MANY, 'none'),
  Mean: shape(1, 1),
  ReferentialIntegrity: shape(2, 2),
  RowCount: shape(0, 0),
  RowCountMatch: shape(1, 1),
  SchemaMatch: shape(1, 1),
  StandardDeviation: shape(1, 1),
  Sum: shape(1, 1),
  UniqueValueRatio: shape(1, 1),
  Uniqueness: shape(1, MANY),
  Variance: shape(1, 1),
};

/** What only an analyzer may be. */
const ANALYZER_TYPES: Readonly<Record<string, RuleShape>> = { AllStatistics: shape(0, MANY, 'none') };

const known = (table: Readonly<Record<string, RuleShape>>, type: string): RuleShape | undefined =>
  Object.hasOwn(table, type) ? table[type] : undefined;

const counted = (count: number): string => `${String(count)} parameter${count === 1 ? '' : 's'}`;

function countFault(type: string, [least, most]: RuleShape['parameters'], count: number): string | undefined {
  if (count >= least && count <= most) return undefined;
  const wanted = least === most ? counted(least) : `${String(least)} to ${counted(most)}`;
  return `${type} takes ${wanted}, not ${String(count)}.`;
}

/** @returns what is wrong with a rule, in words; undefined when nothing is */
export function ruleFault(type: string, parameters: number, hasCondition: boolean): string | undefined {
  const wanted = known(RULE_TYPES, type);
  if (wanted === undefined) return `there is no rule type ${type}.`;
  const count = countFault(type, wanted.parameters, parameters);
  if (count !== undefined) return count;
  if (wanted.condition === 'required' && !hasCondition) return `${type} needs an expression, such as > 0.`;
  if (wanted.condition === 'none' && hasCondition) return `${type} takes no expression.`;
  return undefined;
}

export function analyzerFault(type: string, parameters: number): string | undefined {
  const wanted = known(RULE_TYPES, type) ?? known(ANALYZER_TYPES, type);
  if (wanted === undefined) return `there is no analyzer ${type}.`;
  return countFault(type, wanted.parameters, parameters);
}
