import { graphql } from './graphql.ts';
import type { Lake } from './lake.ts';

export interface AuditedEvent {
  readonly id: string;
  readonly seq: string;
  readonly kind: string;
  readonly principal: string;
  readonly role: string | null;
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  readonly because: readonly object[];
  readonly missing: readonly object[];
  readonly code: string | null;
  readonly revision: string | null;
  readonly details: unknown;
  readonly changes: readonly object[];
  readonly refused: readonly object[];
  readonly count: number;
  readonly requestId: string;
  readonly sourceIp: string | null;
}

const QUESTION = `query ($first: Int, $filter: AuditEventFilter) {
  auditEvents(first: $first, filter: $filter) { edges { node {
    id seq kind principal role action resource allowed code revision details changes count requestId sourceIp
    because { gate kind id principal permission grantedBy } missing { permission resource } refused { item message }
  } } }
}`;

/** One page of the trail, the newest first. */
export async function auditEvents(
  lake: Pick<Lake, 'url'>,
  bearer: string,
  filter: object,
  first = 100,
): Promise<AuditedEvent[]> {
  const { data, errors } = await graphql(lake, QUESTION, { first, filter }, bearer);
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join());
  const { edges } = data?.['auditEvents'] as { edges: { node: AuditedEvent }[] };
  return edges.map(({ node }) => node);
}
