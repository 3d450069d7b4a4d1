import { validate } from '@lakewarden/aws-wire';
import { type FeedPage, readChanges } from '@lakewarden/feed';
import type { UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Context, Resolver, Subscription } from '@nestjs/graphql';
import { z } from 'zod';

import { cursorText, DEFAULT_LIMIT, filterShape, mayBeFed, toFilter } from '../events/feed-question.ts';
import { CHANGES, type Changes } from './changes.ts';
import { type GraphqlContext, requireCallerNow, USE_CASES } from './context.ts';
import { forSocket } from './errors.ts';

const question = z.object({ ...filterShape, after: cursorText.nullish() });

/** A consumer whose filter lets nothing through is given a newer cursor now and then: his own would expire. */
const SILENCE_MS = 60_000;

@Resolver()
export class ChangeResolver {
  readonly #useCases: UseCases;
  readonly #changes: Changes;

  constructor(@Inject(USE_CASES) useCases: UseCases, @Inject(CHANGES) changes: Changes) {
    this.#useCases = useCases;
    this.#changes = changes;
  }

  @Subscription('changes')
  async *changes(@Context() context: GraphqlContext, @Args() args: object) {
    try {
      yield* this.#follow(context, args);
    } catch (error) {
      throw forSocket(error, context.requestId, context.report);
    }
  }

  async *#follow(context: GraphqlContext, args: object): AsyncGenerator<{ changes: FeedPage }> {
    const { after: start, ...filter } = validate(question, args);
    const { accountId } = await requireCallerNow(context);
    // Listen first, then look: what happens in between is found by looking again.
    const changes = this.#changes.listen(mayBeFed(accountId));
    try {
      let toldAt = -Infinity;
      for (let after = start ?? 'latest'; ;) {
        const caller = await requireCallerNow(context);
        const command = { after, limit: DEFAULT_LIMIT, filter: toFilter(filter) };
        const page = await this.#useCases.run(caller, readChanges, command);
        if (page.events.length > 0 || performance.now() - toldAt > SILENCE_MS) {
          yield { changes: page };
          toldAt = performance.now();
        }
        after = page.cursor;
        if (!page.hasMore && (await changes.next()).done) return;
      }
    } finally {
      await changes.return();
    }
  }
}
