import { malformed } from '@lakewarden/kernel';
import { type DefinitionNode, type DocumentNode, type GraphQLSchema, Kind } from 'graphql';
import { type ComplexityEstimator, getComplexity, simpleEstimator } from 'graphql-query-complexity';
import { LRUCache } from 'lru-cache';

export const MAX_DEPTH = 12;
/** Names, braces and literals of one document; 100 partitions written out are about 5,000. */
export const MAX_TOKENS = 20_000;
/** About how many fields an answer may hold: a full page of 1,000 partitions with a dozen fields each. */
export const MAX_COST = 50_000;
const DEFAULT_FIRST = 100;
const REMEMBERED_QUESTIONS = 1_000;

/** A connection costs its page size times what it asks of each item. */
const pageEstimator: ComplexityEstimator = ({ args, childComplexity, field }) => {
  if (!field.args.some(({ name }) => name === 'first')) return undefined;
  const first: unknown = args['first'];
  return 1 + childComplexity * (typeof first === 'number' ? Math.max(first, 1) : DEFAULT_FIRST);
};

const estimators = [pageEstimator, simpleEstimator({ defaultComplexity: 1 })];

/** Documents stay the same object while Mercurius keeps them compiled; the cost hangs on the variables as well. */
const known = new WeakMap<DocumentNode, LRUCache<string, number>>();

const isNamed = (definition: DefinitionNode, name: string): boolean =>
  definition.kind === Kind.OPERATION_DEFINITION && definition.name?.value === name;

/** @throws ValidationException the question may cost more than the limit */
export function refuseCostly(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>> | null,
  operationName: string | undefined,
): void {
  // The estimator takes every operation for a named one; where none has the name, none will run.
  if (operationName !== undefined && !document.definitions.some((each) => isNamed(each, operationName)))
    return;
  const costs = known.get(document) ?? new LRUCache<string, number>({ max: REMEMBERED_QUESTIONS });
  known.set(document, costs);
  // Page sizes are the only variables that count, and they are numbers.
  const numbers = Object.entries(variables ?? {}).filter(([, value]) => typeof value === 'number');
  const key = JSON.stringify([operationName, numbers]);
  const cost =
    costs.get(key) ??
    getComplexity({
      schema,
      query: document,
      variables: { ...variables },
      ...(operationName !== undefined && { operationName }),
      estimators,
    });
  costs.set(key, cost);
  if (cost > MAX_COST) {
    throw malformed(
      `The question costs ${String(cost)} and may cost ${String(MAX_COST)}: ask for fewer fields or smaller pages.`,
    );
  }
}

/** No GraphQL document begins so; every JSON text does. */
const BEGINS_AS_JSON = /^\s*(?:\{\s*["}]|[["\d-]|(?:true|false|null)\s*$)/;

/**
 * Mercurius would take a syntax tree in JSON for a question, past the limit of tokens and whatever its nodes are.
 * @throws ValidationException
 */
export function refuseJsonDocument(source: string): void {
  if (BEGINS_AS_JSON.test(source)) throw malformed('The question is no GraphQL document.');
}
