import { isRetryable, RETRY_AFTER_SECONDS } from '@lakewarden/aws-wire';
import type { MercuriusDriverConfig } from '@nestjs/mercurius';
import type { FastifyRequest } from 'fastify';
import { type DocumentNode, Kind, validate } from 'graphql';

import { REVISION_HEADER } from '../aws/aws.door.ts';
import { type GraphqlContext, noToken } from './context.ts';
import { DocumentBudget } from './document-budget.ts';
import { codeOf, forSocket } from './errors.ts';
import { refuseCostly, refuseJsonDocument } from './limits.ts';

export interface HookPorts {
  /** One call a question, with how it went. */
  readonly observe: (operation: string, code: string, seconds: number) => void;
  /** Who asks: a request, with the credential it brings. */
  readonly contextOf: (request: FastifyRequest, authorization: string | undefined) => Promise<GraphqlContext>;
}

const MAX_ANONYMOUS_CHARACTERS = 4_096;

type Hooks = NonNullable<MercuriusDriverConfig['hooks']>;

/** Mercurius does not hand it to its hooks: by POST it is in the body, by GET in the query. */
function operationNameOf({ body, query }: FastifyRequest): string | undefined {
  for (const source of [body, query]) {
    if (typeof source !== 'object' || source === null || !('operationName' in source)) continue;
    if (typeof source.operationName === 'string') return source.operationName;
  }
  return undefined;
}

/** `query.table`: the first field that a valid question asks for, so one of the schema's own. */
function rootFieldOf({ definitions }: DocumentNode, operationName: string | undefined): string {
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    if (operationName !== undefined && definition.name?.value !== operationName) continue;
    const [field] = definition.selectionSet.selections;
    return `${definition.operation}.${field?.kind === Kind.FIELD ? field.name.value : 'fragment'}`;
  }
  return 'none';
}

/** A browser cannot set headers on a socket: its token comes in the first message (graphql-ws, `connectionParams`). */
function authorizationOf(connectionInit: unknown): string | undefined {
  if (typeof connectionInit !== 'object' || connectionInit === null) return undefined;
  for (const [name, value] of Object.entries(connectionInit)) {
    if (name.toLowerCase() === 'authorization' && typeof value === 'string') return value;
  }
  return undefined;
}

/** What is looked at before a question runs, and what is noted after it. */
export const graphqlHooks = (
  { observe, contextOf }: HookPorts,
  documents: DocumentBudget = new DocumentBudget(),
): Hooks => ({
  preParsing: (schema, source, context) => {
    const { caller, refusal } = context as typeof context & Partial<GraphqlContext>; // contextOf's
    // Enough to log in, with an old token as well; more is not parsed for nobody.
    if (caller === undefined && source.length > MAX_ANONYMOUS_CHARACTERS) throw refusal ?? noToken();
    refuseJsonDocument(source);
    documents.take(source, () => {
      context.app.graphql.replaceSchema(schema);
    });
  },
  preExecution: (schema, document, context, variables) => {
    const operationName = operationNameOf(context.reply.request);
    // Absent variables come as null, whatever the types say.
    refuseCostly(schema, document, variables as typeof variables | null, operationName);
    Object.assign(context, { rootField: rootFieldOf(document, operationName) });
    return {};
  },
  onResolution: (execution, context) => {
    const { caller, startedAt, rootField } = context as typeof context & Partial<GraphqlContext>; // contextOf's
    const revision = caller?.request.writtenRevision;
    if (revision !== undefined) void context.reply.header(REVISION_HEADER, revision);
    const [fault] = execution.errors ?? [];
    if (fault !== undefined && isRetryable(codeOf(fault))) {
      void context.reply.header('retry-after', RETRY_AFTER_SECONDS);
    }
    observe(
      rootField ?? 'none',
      fault === undefined ? 'OK' : codeOf(fault),
      (performance.now() - (startedAt ?? 0)) / 1000,
    );
  },
  preSubscriptionExecution: async (schema, document, context) => {
    // Put there by Mercurius's socket handler; its types do not say so.
    const { request, _connectionInit: init } = context as typeof context & {
      readonly request: FastifyRequest;
      readonly _connectionInit?: unknown;
    };
    const found = await contextOf(request, authorizationOf(init) ?? request.headers.authorization);
    // Mercurius runs a subscription without looking whether it fits the schema.
    const [fault] = validate(schema, document);
    if (fault !== undefined) throw forSocket(fault, found.requestId);
    Object.assign(context, found);
    observe(rootFieldOf(document, undefined), 'OK', (performance.now() - found.startedAt) / 1000);
  },
});
