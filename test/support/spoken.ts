const TOKEN = /^(?:NextToken|endCursor|startCursor|cursor)$/;
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Seconds or milliseconds since 1970; what is counted stays below. */
const INSTANT = 1_000_000_000;

/**
 * What an answer says, as text in which a name or a value is looked for that must not be told: without tokens, ids and
 * instants, in which any few characters come up by chance.
 */
export const spoken = (answer: unknown): string =>
  JSON.stringify(answer, (name, value: unknown) => {
    const isRandom =
      TOKEN.test(name) ||
      (typeof value === 'string' && ID.test(value)) ||
      (typeof value === 'number' && value > INSTANT);
    return isRandom ? null : value;
  });
