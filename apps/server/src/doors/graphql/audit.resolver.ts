import { validate } from '@lakewarden/aws-wire';
import { type EventFilter, listAuditEvents, readAuditChain, type SealedRow } from '@lakewarden/governance';
import { type ArnHome, type Caller, databaseArn, tableArn, type UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';

export const AUDIT = Symbol('AuditTrail');

/** What this process still holds in memory is written first: whoever looks sees his own last request. */
export interface Settled {
  readonly region: string;
  flush(): Promise<void>;
}

const MAX_PAGE = 1_000;
const text = z.string().min(1).max(2_048).nullish();
const filterShape = z
  .object({
    principal: text,
    action: text,
    resource: text,
    allowed: z.boolean().nullish(),
    from: z.coerce.date().nullish(),
    to: z.coerce.date().nullish(),
    requestId: text,
  })
  .nullish();
const chainShape = z.object({
  afterSeq: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  limit: z.number().int().min(1).max(MAX_PAGE),
});

/** A name stands for the ARN of the caller's own database or table. */
function toArn(home: ArnHome, resource: string): string {
  if (resource.startsWith('arn:') || !/^[^./:]+(\.[^./:]+)?$/.test(resource)) return resource;
  const [database = '', table] = resource.split('.');
  return table === undefined ? databaseArn(home, database) : tableArn(home, database, table);
}

function toFilter(given: z.output<typeof filterShape>, home: ArnHome): EventFilter {
  const { principal, action, resource, allowed, from, to, requestId } = given ?? {};
  return {
    principal: principal ?? undefined,
    action: action ?? undefined,
    resource: typeof resource === 'string' ? toArn(home, resource) : undefined,
    allowed: allowed ?? undefined,
    from: from ?? undefined,
    to: to ?? undefined,
    requestId: requestId ?? undefined,
  };
}

const reason = z.looseObject({ at: z.string().optional() });
/** What an event may leave out. */
const body = z.looseObject({
  at: z.string(),
  kind: z.string(),
  resources: z.array(z.string()).default([]),
  because: z.array(reason).default([]),
  missing: z.array(z.unknown()).default([]),
  changes: z.array(z.unknown()).default([]),
  refused: z.array(z.unknown()).default([]),
  count: z.number().default(1),
});

const toNode = ({ seq, id, event }: SealedRow) => {
  const is = body.parse(JSON.parse(event));
  return {
    ...is,
    seq,
    id,
    at: new Date(is.at),
    kind: is.kind.toUpperCase(),
    because: is.because.map((each) => ({
      ...each,
      at: each.at === undefined ? undefined : new Date(each.at),
    })),
  };
};

@Resolver()
export class AuditResolver {
  readonly #useCases: UseCases;
  readonly #trail: Settled;

  constructor(@Inject(USE_CASES) useCases: UseCases, @Inject(AUDIT) trail: Settled) {
    this.#useCases = useCases;
    this.#trail = trail;
  }

  @Query('auditEvents')
  async auditEvents(
    @CurrentCaller() caller: Caller,
    @Args() args: PageArguments & { readonly filter?: object },
  ) {
    const home = { region: this.#trail.region, accountId: caller.accountId };
    const filter = toFilter(validate(filterShape, args.filter), home);
    const page = pageRequest(args, MAX_PAGE);
    await this.#trail.flush();
    return toConnection(await this.#useCases.run(caller, listAuditEvents, { ...page, filter }), toNode);
  }

  @Query('auditChain')
  async auditChain(@CurrentCaller() caller: Caller, @Args() args: object) {
    const { afterSeq: after, limit } = validate(chainShape, args);
    await this.#trail.flush();
    return this.#useCases.run(caller, readAuditChain, { after, limit });
  }
}
