export type { FeedEvent, FeedFilter } from './event.ts';
export { type FeedPage, type FeedPosition, type ReadChanges, readChanges } from './read-changes.ts';
export { type TrimChanges, trimChanges, type TrimStep } from './trim-changes.ts';
export {
  type Delivery,
  listDueWebhooks,
  type NextDeliveries,
  nextDeliveries,
  recordDelivered,
  recordFailed,
} from './webhook/deliveries.ts';
export { isAllowedAddress, literalAddress, MAX_URL_LENGTH } from './webhook/destination.ts';
export { webhookHeaders, type WebhookMessage } from './webhook/signature.ts';
export type { Webhook, WebhookState } from './webhook/webhook.ts';
export {
  type CreateWebhook,
  createWebhook,
  deleteWebhook,
  listWebhooks,
  type ReviveWebhook,
  reviveWebhook,
  webhookCursor,
} from './webhook/webhooks.ts';
