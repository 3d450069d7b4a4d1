/** mulberry32: small, and the same everywhere for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FAULTS_SEED repeats a run. Printed by whoever uses it. */
export function newSeed(): number {
  const given = process.env['FAULTS_SEED'];
  const seed = given === undefined ? Date.now() % 2 ** 31 : Number(given);
  process.stdout.write(`FAULTS_SEED=${String(seed)}\n`);
  return seed;
}
