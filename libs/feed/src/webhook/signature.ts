import { createHmac, randomBytes } from 'node:crypto';

import { Secret } from '@lakewarden/kernel';

const PREFIX = 'whsec_';
/** Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32;

/** Made here, told once, sealed in its row. */
export const newWebhookSecret = (): Secret<string> =>
  new Secret(PREFIX + randomBytes(SECRET_BYTES).toString('base64'));

export interface WebhookMessage {
  /** The same at every attempt. Without a full stop: it ends the id in what is signed. */
  readonly id: string;
  readonly body: string;
}

/** Standard Webhooks 1.0.0, symmetric (v1): HMAC-SHA256 over `id.timestamp.body`. @param at of this attempt */
export function webhookHeaders(
  secret: Secret<string>,
  { id, body }: WebhookMessage,
  at: Date,
): Readonly<Record<string, string>> {
  const timestamp = Math.floor(at.getTime() / 1000).toString();
  const key = Buffer.from(secret.reveal().slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
