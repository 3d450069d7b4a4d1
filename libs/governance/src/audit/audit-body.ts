import { type AuditedRun, type CatalogEvent, databaseArn, tableArn, userArn } from '@lakewarden/kernel';

import { redacted } from './redacted.ts';

const MAX_NAMED = 50;
const MAX_TEXT = 2_048;
/** What has an index, whose entries PostgreSQL bounds at 2,704 bytes. */
const MAX_NAME = 600;
const MAX_CHANGES = 100;
/** A batch of 1,000 grants with long names, written out. */
const MAX_DETAILS = 512 * 1024;
/** Of these services a write is told whole: who was given what. Catalog objects have versions and the change feed. */
const TOLD_WHOLE =
  /^(lakeformation|iam|ram|sts|redshift|lakewarden):|^glue:(Put|Delete)ResourcePolicy$|^glue:(Unt|T)agResource$/;

/** What stands in an event, before it is text. */
export interface AuditBody {
  readonly [member: string]: unknown;
}

const cut = (text: string, max = MAX_TEXT): string => (text.length <= max ? text : `${text.slice(0, max)}…`);
const name = (text: string): string => cut(text, MAX_NAME);
const few = <T>(list: readonly T[], max = MAX_NAMED): readonly T[] | undefined =>
  list.length === 0 ? undefined : list.slice(0, max);

/** ARNs of what gate 2 was asked about. */
const governedArns = ({ governed, region }: AuditedRun): string[] =>
  governed.flatMap((on) => {
    const home = { region, accountId: on.catalogId };
    if (on.type === 'TABLE') return [tableArn(home, on.database, on.table)];
    return on.type === 'DATABASE' ? [databaseArn(home, on.database)] : [];
  });

const SAML_USER = /:saml-provider\/[^/]+:user\//;

/** The event's own name of a thing that no gate was asked about. */
function resourceOfLast({ outcome, caller, action, command }: AuditedRun): string {
  if (
    action === 'lakewarden:Login' &&
    typeof command === 'object' &&
    command !== null &&
    'userName' in command
  ) {
    return userArn(caller.accountId, '/', String(command.userName));
  }
  if (typeof command === 'object' && command !== null && 'roleArn' in command) return String(command.roleArn);
  const [first] = outcome.kind === 'written' ? outcome.changes : [];
  return first === undefined ? caller.arn : `${first.kind}/${first.subjectId}`;
}

const changedThing = (event: CatalogEvent | undefined) =>
  event && {
    type: event.type,
    database: event.database,
    table: event.table,
    version: event.versionId,
    partitions: event.partitions?.length,
    index: event.partitionIndex?.name,
  };

function outcomeOf({ outcome, missing }: AuditedRun, accountId: string): AuditBody {
  switch (outcome.kind) {
    case 'read':
      return {};
    case 'failed':
      return { code: outcome.code };
    case 'denied':
      return { code: outcome.code, message: cut(outcome.message), missing: few(missing) };
    case 'written': {
      const own = outcome.changes.filter((change) => change.accountId === accountId);
      const changes = own.map(({ kind, subjectId, event }) => ({
        kind,
        id: subjectId,
        ...changedThing(event),
      }));
      return {
        revision: outcome.revision,
        changes: few(changes, MAX_CHANGES),
        changesMore: changes.length > MAX_CHANGES ? changes.length - MAX_CHANGES : undefined,
      };
    }
  }
}

function becauseOf({ because, policies }: AuditedRun): readonly object[] | undefined {
  return few(
    [
      ...policies.map((policy) => ({ gate: 1, kind: 'policy', id: cut(policy) })),
      ...because.map(({ gate, kind, id, principal, resource, permission, grantOption, grantedBy, at }) => ({
        gate,
        kind,
        id,
        principal,
        resource: cut(resource),
        permission,
        grantOption: grantOption || undefined,
        grantedBy,
        at: at?.toISOString(),
      })),
    ],
    2 * MAX_NAMED,
  );
}

/** Whose trails hear of it: the caller's account and, of what was written, each account whose things it was. */
export function accountsOf({ caller, outcome }: AuditedRun): string[] {
  const owners = outcome.kind === 'written' ? outcome.changes.map(({ accountId }) => accountId) : [];
  return [...new Set([caller.accountId, ...owners])].filter((id) => id !== '');
}

/** The command, as far as it is told at all. */
function detailsOf(run: AuditedRun): unknown {
  const isTold =
    run.outcome.kind === 'written' || run.outcome.kind === 'denied' || run.action.startsWith('sts:');
  if (!isTold || !TOLD_WHOLE.test(run.action)) return undefined;
  return redacted(run.command, MAX_DETAILS);
}

/**
 * One event, without what identifies it in the chain.
 * @param count how many runs it stands for: the same caller, action and resource within one second
 */
export function auditBody(run: AuditedRun, accountId: string, count = 1): AuditBody {
  const { caller, action, at, asked, outcome, refused } = run;
  const isGrant = action.startsWith('lakeformation:');
  const gate1 = asked.map(({ arn }) => arn);
  const gate2 = governedArns(run);
  const named = [...new Set(isGrant ? [...gate2, ...gate1] : [...gate1, ...gate2])].map(name);
  const [resource = name(resourceOfLast(run)), ...others] = named;
  return {
    v: 1,
    at: at.toISOString(),
    kind: outcome.kind,
    principal: name(caller.arn),
    principalAccount: caller.accountId === accountId ? undefined : caller.accountId,
    role: caller.grantee,
    samlUser: caller.memberships?.find((arn) => SAML_USER.test(arn)),
    sourceIdentity: caller.session?.sourceIdentity,
    mfa: caller.session?.mfaAt === undefined ? undefined : true,
    action,
    resource,
    resources: few(others),
    allowed: outcome.kind !== 'denied',
    because: becauseOf(run),
    ...outcomeOf(run, accountId),
    details: detailsOf(run),
    count: count === 1 ? undefined : count,
    requestId: caller.request.id,
    sourceIp: caller.request.sourceIp,
    refused: few(refused, 1_000),
  };
}

/** A NUL or half a surrogate pair, as JSON escapes it: text to JavaScript, and none to PostgreSQL. */
const NO_TEXT = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/** As it is stored and hashed. */
export const bodyText = (body: AuditBody): string => JSON.stringify(body).replaceAll(NO_TEXT, '$1\\ufffd');
