import type { Lake } from './lake.ts';

export interface FeedEvent {
  readonly id: string;
  readonly revision: string;
  readonly kind: string;
  readonly type: string;
  readonly database: string;
  readonly previousName?: string;
  readonly table?: string;
  readonly tableId?: string;
  readonly versionId?: string;
  readonly partitions?: readonly (readonly string[])[];
  readonly previousPartitions?: readonly (readonly string[])[];
  readonly partitionIndex?: { readonly name: string; readonly status: string };
  readonly principal: string;
  readonly action: string;
  readonly requestId: string;
  readonly time: string;
  readonly catalogId: string;
}

export interface EventsAnswer {
  readonly status: number;
  readonly events: readonly FeedEvent[];
  readonly cursor: string;
  readonly hasMore: boolean;
  /** `Code: message` of a refusal. */
  readonly refusal?: string;
}

/** GET /events. */
export async function readEvents(
  lake: Pick<Lake, 'url'>,
  bearer: string | undefined,
  question: Readonly<Record<string, string>> = {},
): Promise<EventsAnswer> {
  const answer = await fetch(`${lake.url}/events?${new URLSearchParams(question).toString()}`, {
    headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
  });
  const body = (await answer.json()) as EventsAnswer & {
    __type?: string;
    Message?: string;
    message?: string;
  };
  const { __type: code, Message, message } = body;
  return {
    ...body,
    status: answer.status,
    ...(code !== undefined && { refusal: `${code}: ${Message ?? message ?? ''}` }),
  };
}

/** `TABLE CREATED db.t` */
export const inWords = ({ kind, type, database, table, partitions, partitionIndex }: FeedEvent): string =>
  [
    kind,
    type,
    [database, table].filter((name) => name !== undefined).join('.'),
    ...(partitions ?? []).map((values) => values.join('/')),
    ...(partitionIndex === undefined ? [] : [`${partitionIndex.name}=${partitionIndex.status}`]),
  ].join(' ');
