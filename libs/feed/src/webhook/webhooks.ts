import type { MasterKeys } from '@lakewarden/identity';
import {
  type Change,
  defineRead,
  defineWrite,
  LakewardenError,
  notFound,
  type Page,
  type PageRequest,
  type ReadScope,
  type Secret,
  toPage,
} from '@lakewarden/kernel';

import { printCursor } from '../cursor.ts';
import type { FeedFilter } from '../event.ts';
import { type FeedPosition, startOf } from '../read-changes.ts';
import { authorizeFeed } from '../visible-writes.ts';
import { requireDestination } from './destination.ts';
import { newWebhookSecret } from './signature.ts';
import { MAX_WEBHOOKS_OF_AN_ACCOUNT, type Webhook } from './webhook.ts';
import {
  countWebhooksLocked,
  deleteWebhookRow,
  insertWebhook,
  listWebhookRows,
  reviveWebhookRow,
} from './webhook.repository.ts';

const noSuchWebhook = (id: string): LakewardenError => notFound(`Webhook ${id} not found`);

/**
 * A webhook is told of everything: that takes one who sees all of the data lake, an administrator of it or a read-only
 * one (spec/permissions.md §4). Its maker is asked again before every delivery.
 * @throws AccessDeniedException
 */
export async function authorizeWebhooks(
  scope: ReadScope,
  accountId: string,
  action?: 'lakewarden:CreateWebhook',
): Promise<void> {
  await authorizeFeed(scope, accountId, action);
  if ((await scope.permissions.visibleDatabases(scope, accountId, '', 1)) === 'all') return;
  throw new LakewardenError(
    'AccessDeniedException',
    'Webhooks are told of every change: they take a data lake administrator, or a read-only one.',
  );
}

const webhookChange = (accountId: string, id: string): Change => ({
  accountId,
  kind: 'webhook',
  subjectId: id,
});

/** The cursor of what a webhook has been told; `GET /events` goes on behind it too. */
export const webhookCursor = ({ accountId, position }: Webhook): string =>
  printCursor({ accountId, position });

export interface CreateWebhook {
  readonly url: string;
  readonly filter: FeedFilter;
  /** Where it begins. */
  readonly after: FeedPosition;
  readonly allowsPrivateNetworks: boolean;
  /** Seal its secret. */
  readonly keys: MasterKeys;
}

/**
 * @returns its secret too, which is not told again
 * @throws AccessDeniedException
 * @throws InvalidInputException the URL leads where webhooks are not sent; the cursor is none of the account
 * @throws ResourceNumberLimitExceededException
 */
export const createWebhook = defineWrite({
  action: 'lakewarden:CreateWebhook',

  async run(
    scope,
    { url, filter, after, allowsPrivateNetworks, keys }: CreateWebhook,
  ): Promise<{ readonly webhook: Webhook; readonly secret: Secret<string> }> {
    const { accountId, principalId } = scope.caller;
    await authorizeWebhooks(scope, accountId);
    const destination = requireDestination(url, allowsPrivateNetworks);
    if ((await countWebhooksLocked(scope.tx, accountId)) >= MAX_WEBHOOKS_OF_AN_ACCOUNT) {
      throw new LakewardenError(
        'ResourceNumberLimitExceededException',
        `An account has at most ${String(MAX_WEBHOOKS_OF_AN_ACCOUNT)} webhooks.`,
      );
    }
    const webhook: Webhook = {
      id: scope.newId<'Webhook'>(),
      accountId,
      maker: principalId,
      url: destination,
      filter,
      position: await startOf(scope, after),
      state: 'ACTIVE',
      failures: 0,
      createdAt: scope.now,
    };
    const secret = newWebhookSecret();
    await insertWebhook(scope.tx, keys, secret, webhook);
    scope.changed(webhookChange(accountId, webhook.id));
    return { webhook, secret };
  },
});

/** The oldest first. @throws AccessDeniedException */
export const listWebhooks = defineRead({
  action: 'lakewarden:ListWebhooks',

  async run(scope, { limit, token }: PageRequest): Promise<Page<Webhook>> {
    const { accountId, arn } = scope.caller;
    await authorizeWebhooks(scope, accountId);
    const question = ['ListWebhooks', accountId, arn];
    const after = token === undefined ? '' : scope.tokens.open(question, token).toString();
    const found = await listWebhookRows(scope.tx, accountId, after, limit + 1);
    return toPage(found, limit, ({ id }) => scope.tokens.issue(question, Buffer.from(id)));
  },
});

/** What is on its way may still arrive. @throws AccessDeniedException, EntityNotFoundException */
export const deleteWebhook = defineWrite({
  action: 'lakewarden:DeleteWebhook',

  async run(scope, id: string): Promise<void> {
    const { accountId } = scope.caller;
    await authorizeWebhooks(scope, accountId);
    if (!(await deleteWebhookRow(scope.tx, accountId, id))) throw noSuchWebhook(id);
    scope.changed(webhookChange(accountId, id));
  },
});

export interface ReviveWebhook {
  readonly id: string;
  /** Absent: where it was. */
  readonly after?: FeedPosition | undefined;
}

/**
 * A dead one goes on; one that lives stays as it is.
 * @throws AccessDeniedException, EntityNotFoundException, InvalidInputException
 */
export const reviveWebhook = defineWrite({
  action: 'lakewarden:ReviveWebhook',

  async run(scope, { id, after }: ReviveWebhook): Promise<Webhook> {
    const { accountId } = scope.caller;
    await authorizeWebhooks(scope, accountId);
    const position = after === undefined ? undefined : await startOf(scope, after);
    const revived = await reviveWebhookRow(scope.tx, accountId, id, scope.caller.principalId, position);
    if (revived === undefined) throw noSuchWebhook(id);
    scope.changed(webhookChange(accountId, id));
    return revived;
  },
});
