import { type Caller, LakewardenError, type UseCases } from '@lakewarden/kernel';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { GqlExecutionContext } from '@nestjs/graphql';

/** What a GraphQL request knows: who asks, or that nobody has said. */
export interface GraphqlContext {
  readonly requestId: string;
  readonly caller: Caller | undefined;
  /** Of performance.now(). */
  readonly startedAt: number;
  /** `query.table`, once the question is parsed. */
  readonly rootField?: string;
  /** Who the credential stands for at this moment; for what goes on longer than one answer. */
  readonly authenticate: () => Promise<Caller | undefined>;
  /** Logs what nobody is told. */
  readonly report: (unexpected: unknown) => void;
  /** Why the bearer token was refused; told by the first field that needs a caller. */
  readonly refusal?: Error;
}

export const USE_CASES = Symbol('UseCases');
export const IDENTITY = Symbol('IdentityPorts');
export type { UseCases };

export const noToken = (): LakewardenError =>
  new LakewardenError(
    'MissingAuthenticationTokenException',
    'Send a bearer token: `lakewarden token` prints one, the mutation `login` returns one.',
  );

/** @throws MissingAuthenticationTokenException no bearer token came */
function requireCaller(context: GraphqlContext): Caller {
  if (context.refusal !== undefined) throw context.refusal;
  if (context.caller === undefined) throw noToken();
  return context.caller;
}

/**
 * The caller as he stands now: a subscription goes on for longer than a token, a key or a user.
 * @throws MissingAuthenticationTokenException, UnrecognizedClientException, ExpiredTokenException
 */
export async function requireCallerNow(context: GraphqlContext): Promise<Caller> {
  const caller = await context.authenticate();
  if (caller === undefined) throw noToken();
  return caller;
}

export const CurrentCaller = createParamDecorator((_data: unknown, execution: ExecutionContext): Caller => {
  return requireCaller(GqlExecutionContext.create(execution).getContext<GraphqlContext>());
});
