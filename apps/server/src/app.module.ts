import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import type { Caller, RequestFacts, UseCases } from '@lakewarden/kernel';
import { type DynamicModule, Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { FastifyRequest } from 'fastify';
import { type DocumentNode, Kind } from 'graphql';
import type { Logger } from 'pino';

import { REVISION_HEADER } from './doors/aws/aws.door.ts';
import { CHANGES, type Changes } from './doors/graphql/changes.ts';
import { type GraphqlContext, IDENTITY, USE_CASES } from './doors/graphql/context.ts';
import { DatabaseResolver } from './doors/graphql/database.resolver.ts';
import { codeOf, formatErrors } from './doors/graphql/errors.ts';
import { type IdentityPorts, IdentityResolver } from './doors/graphql/identity.resolver.ts';
import { MAX_DEPTH, refuseCostly } from './doors/graphql/limits.ts';
import { PartitionResolver } from './doors/graphql/partition.resolver.ts';
import { dateTimeScalar, jsonScalar, stringMapScalar } from './doors/graphql/scalars.ts';
import { PartitionConnectionResolver, TableResolver } from './doors/graphql/table.resolver.ts';

/** GraphQL documents that stay compiled; each is a caller's text. */
const JIT_AFTER_REQUESTS = 1;
const CACHED_DOCUMENTS = 500;

/** Mercurius does not hand it to its hooks: by POST it is in the body, by GET in the query. */
function operationNameOf({ body, query }: FastifyRequest): string | undefined {
  for (const source of [body, query]) {
    if (typeof source !== 'object' || source === null || !('operationName' in source)) continue;
    if (typeof source.operationName === 'string') return source.operationName;
  }
  return undefined;
}

export interface ModulePorts {
  readonly useCases: UseCases;
  readonly changes: Changes;
  readonly identity: IdentityPorts;
  readonly log: Logger;
  /** One call a question, with how it went. */
  observe(operation: string, code: string, seconds: number): void;
  /** Who an Authorization header is; undefined where there is none. */
  authenticate(authorization: string | undefined, facts: RequestFacts): Promise<Caller | undefined>;
}

/** `Query.table`: the first field that a valid question asks for, so one of the schema's own. */
function rootFieldOf({ definitions }: DocumentNode): string {
  for (const definition of definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const [field] = definition.selectionSet.selections;
    return `${definition.operation}.${field?.kind === Kind.FIELD ? field.name.value : 'fragment'}`;
  }
  return 'none';
}

/** Composition: what stands behind each of the resolvers' tokens. */
@Module({})
export class AppModule {
  static with(ports: ModulePorts): DynamicModule {
    const contextOf = async (request: FastifyRequest): Promise<GraphqlContext> => {
      const requestId = randomUUID();
      const startedAt = performance.now();
      try {
        const revision = request.headers[REVISION_HEADER]?.toString();
        const caller = await ports.authenticate(request.headers.authorization, {
          id: requestId,
          sourceIp: request.ip,
          ...(revision !== undefined && { revision }),
        });
        return { requestId, caller, startedAt };
      } catch (refusal) {
        // Thrown here it would be answered by Fastify, in another form than every other error of this door.
        return {
          requestId,
          caller: undefined,
          startedAt,
          refusal: refusal instanceof Error ? refusal : new Error(String(refusal)),
        };
      }
    };
    return {
      module: AppModule,
      imports: [
        GraphQLModule.forRoot<MercuriusDriverConfig>({
          driver: MercuriusDriver,
          typePaths: [join(import.meta.dirname, 'doors/graphql/schema/*.graphql')],
          resolvers: { DateTime: dateTimeScalar, StringMap: stringMapScalar, JSON: jsonScalar },
          path: '/graphql',
          graphiql: false,
          allowBatchedQueries: false,
          jit: JIT_AFTER_REQUESTS,
          cache: CACHED_DOCUMENTS,
          queryDepth: MAX_DEPTH,
          hooks: {
            preExecution: (schema, document, context, variables) => {
              // Absent variables come as null, whatever the types say.
              refuseCostly(
                schema,
                document,
                variables as typeof variables | null,
                operationNameOf(context.reply.request),
              );
              Object.assign(context, { rootField: rootFieldOf(document) });
              return {};
            },
            onResolution: (execution, context) => {
              const { caller, startedAt, rootField } = context as typeof context & Partial<GraphqlContext>; // contextOf's
              const revision = caller?.request.writtenRevision;
              if (revision !== undefined) void context.reply.header(REVISION_HEADER, revision);
              const [fault] = execution.errors ?? [];
              ports.observe(
                rootField ?? 'none',
                fault === undefined ? 'OK' : codeOf(fault),
                (performance.now() - (startedAt ?? 0)) / 1000,
              );
            },
          },
          context: contextOf,
          subscription: {
            context: (_connection: unknown, request: FastifyRequest) => contextOf(request),
          },
          errorFormatter: (execution, context) => {
            const requestId =
              'requestId' in context && typeof context.requestId === 'string'
                ? context.requestId
                : randomUUID();
            const { statusCode, response, unexpected } = formatErrors(execution, requestId);
            for (const err of unexpected) ports.log.error({ err, requestId }, 'unexpected');
            return { statusCode, response };
          },
        }),
      ],
      providers: [
        { provide: USE_CASES, useValue: ports.useCases },
        { provide: CHANGES, useValue: ports.changes },
        { provide: IDENTITY, useValue: ports.identity },
        DatabaseResolver,
        TableResolver,
        PartitionConnectionResolver,
        PartitionResolver,
        IdentityResolver,
      ],
    };
  }
}
