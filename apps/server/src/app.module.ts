import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import type { Caller, RequestFacts, UseCases } from '@lakewarden/kernel';
import { type DynamicModule, Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

import { REVISION_HEADER } from './doors/aws/aws.door.ts';
import { AccountCatalogResolver } from './doors/graphql/account-catalog.resolver.ts';
import { AUDIT, AuditResolver, type Settled } from './doors/graphql/audit.resolver.ts';
import {
  CarriedLfTags,
  ColumnLfTagsResolver,
  DatabaseLfTagsResolver,
  TableLfTagsResolver,
} from './doors/graphql/carried-lf-tags.resolver.ts';
import { CatalogDocumentResolver } from './doors/graphql/catalog-document.resolver.ts';
import { ClassifierResolver } from './doors/graphql/classifier.resolver.ts';
import { ChangeResolver } from './doors/graphql/change.resolver.ts';
import type { ConnectionPorts } from './doors/aws/glue/connection.operations.ts';
import { CONNECTIONS, ConnectionResolver } from './doors/graphql/connections.resolver.ts';
import { CHANGES, type Changes } from './doors/graphql/changes.ts';
import { type GraphqlContext, IDENTITY, USE_CASES } from './doors/graphql/context.ts';
import { DataCellsFilterResolver } from './doors/graphql/data-cells-filter.resolver.ts';
import { DataLocationResolver } from './doors/graphql/data-location.resolver.ts';
import { DataLakeSettingsResolver } from './doors/graphql/data-lake-settings.resolver.ts';
import { DataQualityResolver } from './doors/graphql/data-quality.resolver.ts';
import { DatabaseResolver } from './doors/graphql/database.resolver.ts';
import { codeOf, formatErrors } from './doors/graphql/errors.ts';
import { FunctionResolver } from './doors/graphql/function.resolver.ts';
import { ExplainResolver } from './doors/graphql/explain.resolver.ts';
import { graphqlHooks, type HookPorts } from './doors/graphql/hooks.ts';
import { GrantResolver } from './doors/graphql/grant.resolver.ts';
import { type IdentityPorts, IdentityResolver } from './doors/graphql/identity.resolver.ts';
import {
  GroupPoliciesResolver,
  RolePoliciesResolver,
  UserPoliciesResolver,
} from './doors/graphql/held-policies.resolver.ts';
import { HeldPolicies } from './doors/graphql/held-policies.ts';
import { GroupMembersResolver, IamResolver, UserGroupsResolver } from './doors/graphql/iam.resolver.ts';
import { OptInResolver } from './doors/graphql/opt-in.resolver.ts';
import { PolicyResolver } from './doors/graphql/policy.resolver.ts';
import { LfTagResolver } from './doors/graphql/lf-tag.resolver.ts';
import { LfTaggingResolver } from './doors/graphql/lf-tagging.resolver.ts';
import { MAX_DEPTH, MAX_TOKENS } from './doors/graphql/limits.ts';
import {
  DatabasePermissionsResolver,
  PermissionResolver,
  TablePermissionsResolver,
} from './doors/graphql/permission.resolver.ts';
import { PartitionResolver } from './doors/graphql/partition.resolver.ts';
import {
  dateTimeScalar,
  doubleScalar,
  jsonScalar,
  longScalar,
  stringMapScalar,
} from './doors/graphql/scalars.ts';
import { SearchResolver } from './doors/graphql/search.resolver.ts';
import { StatisticsResolver } from './doors/graphql/statistics.resolver.ts';
import { SettingsResolver } from './doors/graphql/settings.resolver.ts';
import { RegistrySchemaResolver } from './doors/graphql/registry-schema.resolver.ts';
import { SchemaRegistryResolver } from './doors/graphql/schema-registry.resolver.ts';
import { SchemaVersionResolver } from './doors/graphql/schema-version.resolver.ts';
import { PartitionConnectionResolver, TableResolver } from './doors/graphql/table.resolver.ts';
import { TagResolver } from './doors/graphql/tag.resolver.ts';
import { WhatIfResolver } from './doors/graphql/what-if.resolver.ts';
import { type WebhookPorts, WebhookResolver, WEBHOOKS } from './doors/graphql/webhook.resolver.ts';

/** GraphQL documents that stay compiled; each is a caller's text. */
const JIT_AFTER_REQUESTS = 1;
const CACHED_DOCUMENTS = 200;

export interface ModulePorts {
  readonly useCases: UseCases;
  readonly audit: Settled;
  readonly changes: Changes;
  readonly identity: IdentityPorts;
  readonly connections: ConnectionPorts;
  readonly webhooks: WebhookPorts;
  readonly log: Logger;
  readonly observe: HookPorts['observe'];
  /** Who an Authorization header is; undefined where there is none. */
  authenticate(authorization: string | undefined, facts: RequestFacts): Promise<Caller | undefined>;
}

/** Composition: what stands behind each of the resolvers' tokens. */
@Module({})
export class AppModule {
  static with(ports: ModulePorts): DynamicModule {
    const contextOf: HookPorts['contextOf'] = async (request, authorization) => {
      const requestId = randomUUID();
      const revision = request.headers[REVISION_HEADER]?.toString();
      const base = {
        requestId,
        startedAt: performance.now(),
        report: (err: unknown) => {
          ports.log.error({ err, requestId }, 'unexpected');
        },
        authenticate: () =>
          ports.authenticate(authorization, {
            id: requestId,
            sourceIp: request.ip,
            ...(revision !== undefined && { revision }),
          }),
      };
      try {
        return { ...base, caller: await base.authenticate() };
      } catch (refusal) {
        // Thrown here it would be answered by Fastify, in another form than every other error of this door.
        return {
          ...base,
          caller: undefined,
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
          resolvers: {
            DateTime: dateTimeScalar,
            StringMap: stringMapScalar,
            JSON: jsonScalar,
            Long: longScalar,
            Double: doubleScalar,
          },
          path: '/graphql',
          graphiql: false,
          allowBatchedQueries: false,
          jit: JIT_AFTER_REQUESTS,
          cache: CACHED_DOCUMENTS,
          queryDepth: MAX_DEPTH,
          graphql: { parseOptions: { maxLexicalTokens: MAX_TOKENS } },
          hooks: graphqlHooks({ observe: ports.observe, contextOf }),
          context: (request: FastifyRequest) => contextOf(request, request.headers.authorization),
          subscription: true, // each asks contextOf for itself: see graphqlHooks
          errorFormatter: (execution, context) => {
            const {
              requestId = randomUUID(),
              startedAt = performance.now(),
              rootField,
            } = context as typeof context & Partial<GraphqlContext>; // contextOf's
            const { statusCode, response, unexpected } = formatErrors(execution, requestId);
            for (const err of unexpected) ports.log.error({ err, requestId }, 'unexpected');
            // Refused before it ran: onResolution has not seen it.
            if (rootField === undefined) {
              ports.observe('none', codeOf(execution.errors[0]), (performance.now() - startedAt) / 1000);
            }
            return { statusCode, response };
          },
        }),
      ],
      providers: [
        { provide: USE_CASES, useValue: ports.useCases },
        { provide: AUDIT, useValue: ports.audit },
        { provide: CHANGES, useValue: ports.changes },
        { provide: CONNECTIONS, useValue: ports.connections },
        { provide: WEBHOOKS, useValue: ports.webhooks },
        { provide: IDENTITY, useValue: ports.identity },
        DatabaseResolver,
        CatalogDocumentResolver,
        TableResolver,
        PartitionConnectionResolver,
        PartitionResolver,
        SearchResolver,
        StatisticsResolver,
        FunctionResolver,
        TagResolver,
        AccountCatalogResolver,
        ClassifierResolver,
        ConnectionResolver,
        DataQualityResolver,
        DataCellsFilterResolver,
        DataLocationResolver,
        IamResolver,
        UserGroupsResolver,
        GroupMembersResolver,
        HeldPolicies,
        UserPoliciesResolver,
        GroupPoliciesResolver,
        RolePoliciesResolver,
        PolicyResolver,
        OptInResolver,
        LfTagResolver,
        LfTaggingResolver,
        CarriedLfTags,
        DatabaseLfTagsResolver,
        TableLfTagsResolver,
        ColumnLfTagsResolver,
        SettingsResolver,
        ChangeResolver,
        WebhookResolver,
        IdentityResolver,
        ExplainResolver,
        AuditResolver,
        GrantResolver,
        PermissionResolver,
        DatabasePermissionsResolver,
        TablePermissionsResolver,
        WhatIfResolver,
        DataLakeSettingsResolver,
        SchemaRegistryResolver,
        RegistrySchemaResolver,
        SchemaVersionResolver,
      ],
    };
  }
}
