import { invalid } from '@lakewarden/kernel';

import { type Definition, reads } from './definition.ts';
import { COMPATIBILITIES, type Compatibility } from './schema-registry.ts';

/** @throws InvalidInputException */
export function checkedCompatibility(text: string): Compatibility {
  const known = COMPATIBILITIES.find((each) => each === text);
  if (known === undefined) throw invalid('Compatibility is not valid.');
  return known;
}

/** Which of a schema's versions a new one is compared with. */
export type Predecessors = 'none' | 'last' | 'all';

const PREDECESSORS: Readonly<Record<Compatibility, Predecessors>> = {
  NONE: 'none',
  DISABLED: 'none',
  BACKWARD: 'last',
  FORWARD: 'last',
  FULL: 'last',
  BACKWARD_ALL: 'all',
  FORWARD_ALL: 'all',
  FULL_ALL: 'all',
};

export const predecessorsOf = (compatibility: Compatibility): Predecessors => PREDECESSORS[compatibility];

/**
 * BACKWARD: readers of the later version read what was written by the earlier one; FORWARD: the other way round.
 * @throws InvalidInputException they are too complex to compare
 */
export function isCompatible(compatibility: Compatibility, earlier: Definition, later: Definition): boolean {
  const isBackward = /^(BACKWARD|FULL)/.test(compatibility);
  const isForward = /^(FORWARD|FULL)/.test(compatibility);
  return (!isBackward || reads(later, earlier)) && (!isForward || reads(earlier, later));
}
