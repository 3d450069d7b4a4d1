import { xmlList } from '@lakewarden/aws-wire';
import {
  CONTEXT_KEY_TYPES,
  contextKeysForCustomPolicy,
  contextKeysForPrincipalPolicy,
  type Evaluation,
  type EvaluationDecision,
  type MatchedStatement,
  simulateCustomPolicy,
  simulatePrincipalPolicy,
} from '@lakewarden/identity';
import type { Page } from '@lakewarden/kernel';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import { listing, pageOf, pageShape, policyDocument } from './shapes.ts';

/** A list that is there and empty comes as an empty text in a Query form. */
const listOf = <Item extends z.ZodType>(item: Item, most: number) =>
  z.preprocess((value) => (value === '' ? [] : value), z.array(item).max(most));

const resourceName = z.string().min(1).max(2048);
/** As many as can be attached to one principal. */
const policyList = listOf(policyDocument, 10);
const actionList = z.array(z.string().min(3).max(128)).min(1).max(100);
const resourceList = listOf(resourceName, 100)
  .default([])
  .transform((arns) => (arns.length === 0 ? ['*'] : arns));
const contextList = listOf(
  z.object({
    ContextKeyName: z.string().min(5).max(256),
    ContextKeyValues: listOf(z.string().max(2048), 100).default([]),
    ContextKeyType: z.enum(CONTEXT_KEY_TYPES).optional(),
  }),
  100,
).default([]);

const simulation = listing.extend({
  PolicyInputList: policyList.default([]),
  PermissionsBoundaryPolicyInputList: policyList.default([]),
  ActionNames: actionList,
  ResourceArns: resourceList,
  ResourcePolicy: policyDocument.optional(),
  ResourceOwner: resourceName.optional(),
  CallerArn: resourceName.optional(),
  ContextEntries: contextList,
  // Which resources EC2 needs together; there is no EC2 here.
  ResourceHandlingOption: z.string().min(1).max(64).optional(),
});
const source = { PolicySourceArn: z.string().min(20).max(2048) };

const commandOf = (input: z.output<typeof simulation>) => ({
  policies: input.PolicyInputList,
  boundaries: input.PermissionsBoundaryPolicyInputList,
  actions: input.ActionNames,
  resources: input.ResourceArns,
  resourcePolicy: input.ResourcePolicy,
  resourceOwner: input.ResourceOwner,
  callerArn: input.CallerArn,
  context: input.ContextEntries.map((entry) => ({
    key: entry.ContextKeyName,
    values: entry.ContextKeyValues,
    type: entry.ContextKeyType,
  })),
  ...pageOf(input),
});

const toMatchedShape = ({ policyId, policyType, start, end }: MatchedStatement) => ({
  SourcePolicyId: policyId,
  SourcePolicyType: policyType,
  StartPosition: { Line: start.line, Column: start.column },
  EndPosition: { Line: end.line, Column: end.column },
});

const mapShape = (entries: Readonly<Record<string, EvaluationDecision>>) =>
  xmlList(
    'entry',
    Object.entries(entries).map(([key, value]) => ({ key, value })),
  );

/** A resource that was named has a result of its own, which says what is missing; `*` has none (IAM API Reference). */
function toEvaluationShape(evaluation: Evaluation) {
  const { action, resource, decision, matched, missing, allowedByBoundary, sides } = evaluation;
  const isNamed = resource !== '*';
  const found = {
    MatchedStatements: matched.map(toMatchedShape),
    MissingContextValues: missing,
    PermissionsBoundaryDecisionDetail:
      allowedByBoundary === undefined ? undefined : { AllowedByPermissionsBoundary: allowedByBoundary },
    EvalDecisionDetails:
      isNamed || sides !== undefined
        ? mapShape(
            sides === undefined ? {} : { 'IAM Policy': sides.identity, 'Resource Policy': sides.resource },
          )
        : undefined,
  };
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: decision,
    ...found,
    ...(isNamed && {
      MissingContextValues: [],
      ResourceSpecificResults: [{ EvalResourceName: resource, EvalResourceDecision: decision, ...found }],
    }),
  };
}

const toSimulationShape = (page: Page<Evaluation>) => ({
  EvaluationResults: page.items.map(toEvaluationShape),
  ...pageShape(page),
});

export const simulationOperations: OperationTable = {
  SimulateCustomPolicy: operation({
    input: simulation.extend({ PolicyInputList: policyList }),
    useCase: simulateCustomPolicy,
    command: commandOf,
    answer: toSimulationShape,
  }),
  SimulatePrincipalPolicy: operation({
    input: simulation.extend(source),
    useCase: simulatePrincipalPolicy,
    command: (input) => ({ sourceArn: input.PolicySourceArn, ...commandOf(input) }),
    answer: toSimulationShape,
  }),
  GetContextKeysForCustomPolicy: operation({
    input: z.object({ PolicyInputList: policyList }),
    useCase: contextKeysForCustomPolicy,
    command: (input) => ({ policies: input.PolicyInputList }),
    answer: (names) => ({ ContextKeyNames: names }),
  }),
  GetContextKeysForPrincipalPolicy: operation({
    input: z.object({ ...source, PolicyInputList: policyList.default([]) }),
    useCase: contextKeysForPrincipalPolicy,
    command: (input) => ({ sourceArn: input.PolicySourceArn, policies: input.PolicyInputList }),
    answer: (names) => ({ ContextKeyNames: names }),
  }),
};
