import { z } from 'zod';

import { keyPairOf, requireUrl } from './server.ts';
import { requestToken } from './token.ts';

/** An apply of ten thousand tables takes its time; the server's own statements end after a minute each. */
const TIMEOUT_MS = 600_000;

const answerShape = z.object({
  data: z.unknown(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }).optional() }))
    .optional(),
});

/** What the server refused, in its own words. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly reason: string;

  constructor(code: string, reason: string) {
    super(`${code}: ${reason}`);
    this.code = code;
    this.reason = reason;
  }
}

export type Ask = <T>(question: string, variables: object, shape: z.ZodType<T>) => Promise<T>;

/** Questions with one bearer token, got as `lakewarden token` gets it. */
export async function connect(url: string): Promise<Ask> {
  requireUrl('--url', url);
  const token = await requestToken(url, keyPairOf(process.env));
  return async (question, variables, shape) => {
    const response = await fetch(new URL('/graphql', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: question, variables }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { data, errors = [] } = answerShape.parse(await response.json());
    const [first] = errors;
    if (first !== undefined) throw new Refusal(first.extensions?.code ?? 'error', first.message);
    return shape.parse(data);
  };
}
