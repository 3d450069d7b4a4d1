import { validate } from '@lakewarden/aws-wire';
import {
  createWebhook,
  deleteWebhook,
  listWebhooks,
  MAX_URL_LENGTH,
  reviveWebhook,
  type Webhook,
  webhookCursor,
} from '@lakewarden/feed';
import type { MasterKeys } from '@lakewarden/identity';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { cursorText, filterShape, toFilter } from '../events/feed-question.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';

export const WEBHOOKS = Symbol('WebhookPorts');

export interface WebhookPorts {
  /** Seal their secrets. */
  readonly keys: MasterKeys;
  readonly allowsPrivateNetworks: boolean;
}

const MAX_PAGE = 1000;

const definition = z.object({
  ...filterShape,
  url: z.string().min(1).max(MAX_URL_LENGTH),
  after: cursorText.nullish(),
});
const webhookId = z.string().min(1).max(64);
const identified = z.object({ id: webhookId });
const revival = z.object({ id: webhookId, after: cursorText.nullish() });

const toNode = (webhook: Webhook) => ({
  ...webhook,
  ...webhook.filter,
  cursor: webhookCursor(webhook),
});

@Resolver('Webhook')
export class WebhookResolver {
  readonly #useCases: UseCases;
  readonly #ports: WebhookPorts;

  constructor(@Inject(USE_CASES) useCases: UseCases, @Inject(WEBHOOKS) ports: WebhookPorts) {
    this.#useCases = useCases;
    this.#ports = ports;
  }

  @Query('webhooks')
  async webhooks(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    return toConnection(await this.#useCases.run(caller, listWebhooks, pageRequest(args, MAX_PAGE)), toNode);
  }

  @Mutation('createWebhook')
  async createWebhook(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { url, after, ...filter } = validate(definition, input);
    const command = { ...this.#ports, url, after: after ?? 'latest', filter: toFilter(filter) };
    const { webhook, secret } = await this.#useCases.run(caller, createWebhook, command);
    return { webhook: toNode(webhook), secret: secret.reveal() };
  }

  @Mutation('deleteWebhook')
  async deleteWebhook(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { id } = validate(identified, input);
    await this.#useCases.run(caller, deleteWebhook, id);
    return { id };
  }

  @Mutation('reviveWebhook')
  async reviveWebhook(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { id, after } = validate(revival, input);
    const command = { id, after: after ?? undefined };
    return { webhook: toNode(await this.#useCases.run(caller, reviveWebhook, command)) };
  }
}
