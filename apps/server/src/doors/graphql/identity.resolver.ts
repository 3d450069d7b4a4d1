import { createAccount, login, type MasterKeys, type TokenService } from '@lakewarden/identity';
import { type Caller, Secret, type UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Context, Mutation, Query, Resolver } from '@nestjs/graphql';
import { validate } from '@lakewarden/aws-wire';
import { z } from 'zod';

import { nameString } from '../aws/glue/shapes.ts';
import { userName } from '../aws/iam/shapes.ts';
import { CurrentCaller, type GraphqlContext, IDENTITY, USE_CASES } from './context.ts';

export interface IdentityPorts {
  readonly tokens: TokenService;
  readonly keys: MasterKeys;
}

const loginInput = z.object({
  accountId: z.string().regex(/^\d{12}$/),
  userName,
  password: z.string().min(1).max(1024),
});
const accountInput = z.object({ name: nameString });

@Resolver()
export class IdentityResolver {
  readonly #useCases: UseCases;
  readonly #identity: IdentityPorts;

  constructor(@Inject(USE_CASES) useCases: UseCases, @Inject(IDENTITY) identity: IdentityPorts) {
    this.#useCases = useCases;
    this.#identity = identity;
  }

  @Query('viewer')
  viewer(@CurrentCaller() { accountId, arn, isAccountAdministrator }: Caller) {
    return { accountId, arn, isAccountAdministrator };
  }

  @Mutation('login')
  async login(@Context() context: GraphqlContext, @Args('input') input: z.output<typeof loginInput>) {
    const { accountId, userName, password } = validate(loginInput, input);
    const anonymous: Caller = {
      accountId,
      arn: 'anonymous',
      principalId: 'anonymous',
      isAccountAdministrator: false,
      request: { id: context.requestId },
    };
    const subject = await this.#useCases.run(anonymous, login, {
      accountId,
      userName,
      password: new Secret(password),
    });
    return this.#identity.tokens.issue(subject);
  }

  @Mutation('createAccount')
  async createAccount(
    @CurrentCaller() caller: Caller,
    @Args('input')
    input: { readonly id: string; readonly name: string; readonly organization?: boolean | null },
  ) {
    const { name } = validate(accountInput, { name: input.name });
    const { account, accessKey } = await this.#useCases.run(caller, createAccount, {
      id: input.id,
      name,
      organization: input.organization ?? false,
      keys: this.#identity.keys,
    });
    return {
      account,
      accessKey: {
        accessKeyId: accessKey.accessKeyId,
        secretAccessKey: accessKey.secretAccessKey.reveal(),
      },
    };
  }
}
