import { invalid, type LakewardenError } from '@lakewarden/kernel';

/** Below a second, whatever was written to be slow; a schema of 3,000 properties needs a tenth of them. */
const MAX_STEPS = 1_000_000;

const tooComplex = (): LakewardenError =>
  invalid('The schema definitions are too complex to compare. Simplify them, or use Compatibility NONE.');

/**
 * A proof over schemas that may name themselves. A claim met again while it is being proved is taken for true, as
 * every validator and decoder would: data is finite. What was built on a claim that then fell is proved again, until
 * nothing falls any more (a greatest fixed point). Rules must be monotone: none may ask whether a claim fails.
 */
export class Proof {
  readonly #refuted = new Set<string>();
  #claimed = new Set<string>();
  #reliedOn = new Set<string>();
  #steps = 0;

  /** Counts work, so that nobody's definition can keep the server busy. @throws InvalidInputException */
  step(weight = 1): void {
    this.#steps += weight;
    if (this.#steps > MAX_STEPS) throw tooComplex();
  }

  claim(key: string, rule: () => boolean): boolean {
    this.step();
    if (this.#refuted.has(key)) return false;
    if (this.#claimed.has(key)) {
      this.#reliedOn.add(key);
      return true;
    }
    this.#claimed.add(key);
    if (rule()) return true;
    this.#refuted.add(key);
    return false;
  }

  /** @param question asks by way of this proof */
  decide(question: () => boolean): boolean {
    for (;;) {
      this.#claimed = new Set();
      this.#reliedOn = new Set();
      const before = this.#refuted.size;
      if (!question()) return false;
      const fell = [...this.#refuted].slice(before);
      if (!fell.some((key) => this.#reliedOn.has(key))) return true;
    }
  }
}

/** A number for every object, so that a claim about objects has a key. */
export class Numbered {
  readonly #numbers = new WeakMap<object, number>();
  #last = 0;

  of(thing: object): string {
    const known = this.#numbers.get(thing);
    if (known !== undefined) return String(known);
    this.#last += 1;
    this.#numbers.set(thing, this.#last);
    return String(this.#last);
  }
}
