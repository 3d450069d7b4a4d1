import { validate } from '@lakewarden/aws-wire';
import {
  type Connection,
  createConnection,
  deleteConnection,
  getConnection,
  getConnections,
  testConnection,
  updateConnection,
} from '@lakewarden/catalog';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import type { ConnectionPorts } from '../aws/glue/connection.operations.ts';
import { connectionInput, connectionType, matchCriteria } from '../aws/glue/connection.shapes.ts';
import { catalogId, nameString } from '../aws/glue/shapes.ts';
import { given } from './catalog.shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { orNull } from './or-null.ts';

export const CONNECTIONS = Symbol('ConnectionPorts');

const MAX_PAGE = 1000;

interface NamedConnection {
  readonly name: string;
  readonly catalogId?: string | null;
}

interface ConnectionMembers extends NamedConnection {
  readonly type: string;
  readonly description?: string | null;
  readonly matchCriteria?: readonly string[] | null;
  readonly properties: Readonly<Record<string, string>>;
  readonly subnetId?: string | null;
  readonly securityGroupIds?: readonly string[] | null;
  readonly availabilityZone?: string | null;
}

const named = z.object({ name: nameString, catalogId: catalogId.nullable() });
const listing = z.object({
  type: connectionType.nullish(),
  matchCriteria: matchCriteria.nullish(),
  catalogId: catalogId.nullable(),
});

const refOf = (caller: Caller, input: NamedConnection) => {
  const { name, catalogId: asked } = validate(named, input);
  return { name, catalogId: asked ?? caller.accountId };
};

/** Glue's document, for its shape to check. */
const definitionOf = (input: ConnectionMembers) => {
  const place = given({
    SubnetId: input.subnetId,
    SecurityGroupIdList: input.securityGroupIds,
    AvailabilityZone: input.availabilityZone,
  });
  const { Name: _name, ...definition } = validate(
    connectionInput,
    given({
      Name: input.name,
      Description: input.description,
      ConnectionType: input.type,
      MatchCriteria: input.matchCriteria,
      ConnectionProperties: input.properties,
      PhysicalConnectionRequirements: Object.keys(place).length > 0 ? place : undefined,
    }),
    { hideValues: true },
  );
  return definition;
};

const toNode = ({ accountId, definition, ...found }: Connection) => ({
  ...found,
  catalogId: accountId,
  type: definition.ConnectionType,
  description: definition.Description,
  matchCriteria: definition.MatchCriteria ?? [],
  properties: definition.ConnectionProperties,
  subnetId: definition.PhysicalConnectionRequirements?.['SubnetId'],
  securityGroupIds: definition.PhysicalConnectionRequirements?.['SecurityGroupIdList'] ?? [],
  availabilityZone: definition.PhysicalConnectionRequirements?.['AvailabilityZone'],
  authenticationType: definition.AuthenticationConfiguration?.AuthenticationType,
});

@Resolver('Connection')
export class ConnectionResolver {
  readonly #useCases: UseCases;
  readonly #ports: ConnectionPorts;

  constructor(@Inject(USE_CASES) useCases: UseCases, @Inject(CONNECTIONS) ports: ConnectionPorts) {
    this.#useCases = useCases;
    this.#ports = ports;
  }

  @Query('connection')
  connection(@CurrentCaller() caller: Caller, @Args() args: NamedConnection) {
    return orNull(this.#shown(caller, args));
  }

  @Query('connections')
  async connections(@CurrentCaller() caller: Caller, @Args() args: PageArguments & object) {
    const { type, matchCriteria: criteria, catalogId: asked } = validate(listing, args);
    const page = await this.#useCases.run(caller, getConnections, {
      catalogId: asked ?? caller.accountId,
      filter: { type: type ?? undefined, matchCriteria: criteria ?? undefined },
      hidePassword: true,
      keys: this.#ports.keys,
      ...pageRequest(args, MAX_PAGE),
    });
    return toConnection(page, toNode);
  }

  @Mutation('createConnection')
  async createConnection(@CurrentCaller() caller: Caller, @Args('input') input: ConnectionMembers) {
    await this.#useCases.run(caller, createConnection, {
      connection: refOf(caller, input),
      definition: definitionOf(input),
      keys: this.#ports.keys,
    });
    return { connection: await this.#shown(caller, input) };
  }

  @Mutation('updateConnection')
  async updateConnection(@CurrentCaller() caller: Caller, @Args('input') input: ConnectionMembers) {
    const connection = refOf(caller, input);
    await this.#useCases.run(caller, updateConnection, {
      connection,
      inputName: connection.name,
      definition: definitionOf(input),
      keys: this.#ports.keys,
    });
    return { connection: await this.#shown(caller, input) };
  }

  @Mutation('deleteConnection')
  async deleteConnection(@CurrentCaller() caller: Caller, @Args('input') input: NamedConnection) {
    const ref = refOf(caller, input);
    await this.#useCases.run(caller, deleteConnection, ref);
    return { name: ref.name };
  }

  @Mutation('testConnection')
  async testConnection(@CurrentCaller() caller: Caller, @Args('input') input: NamedConnection) {
    const ref = refOf(caller, input);
    await this.#useCases.run(caller, testConnection, { ...ref, ...this.#ports });
    return { name: ref.name };
  }

  async #shown(caller: Caller, input: NamedConnection) {
    const command = { ...refOf(caller, input), hidePassword: true, keys: this.#ports.keys };
    return toNode(await this.#useCases.run(caller, getConnection, command));
  }
}
