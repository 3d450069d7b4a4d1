/**
 * SQL: of the grants that are there, those that count: the condition holds, and it is their time (`InForce`).
 * @param conditions, now places of the two values
 * @param of the grants' alias, with its point
 */
export const isInForce = (conditions: number, now: number, of = ''): string =>
  `(${of}condition = '' OR ${of}condition = ANY ($${String(conditions)}))
   AND (${of}valid_from IS NULL OR ${of}valid_from <= $${String(now)})
   AND (${of}valid_until IS NULL OR ${of}valid_until > $${String(now)})`;
