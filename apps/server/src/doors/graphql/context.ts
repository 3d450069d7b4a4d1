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
  /** Why the bearer token was refused; told by the first field that needs a caller. */
  readonly refusal?: Error;
}

export const USE_CASES = Symbol('UseCases');
export const IDENTITY = Symbol('IdentityPorts');
export type { UseCases };

/** @throws MissingAuthenticationTokenException no bearer token came */
export function requireCaller(context: GraphqlContext): Caller {
  if (context.refusal !== undefined) throw context.refusal;
  if (context.caller === undefined) {
    throw new LakewardenError(
      'MissingAuthenticationTokenException',
      'Send a bearer token: `lakewarden token` prints one, the mutation `login` returns one.',
    );
  }
  return context.caller;
}

export const CurrentCaller = createParamDecorator((_data: unknown, execution: ExecutionContext): Caller => {
  return requireCaller(GqlExecutionContext.create(execution).getContext<GraphqlContext>());
});
