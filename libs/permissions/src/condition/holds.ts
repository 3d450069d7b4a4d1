import { BlockList, isIP } from 'node:net';

import type { Caller } from '@lakewarden/kernel';

import type { Condition } from './condition.ts';

/** What a request says of its session. What is absent makes every comparison with it undecided, and the grant not hold. */
export interface Facts {
  readonly hasMfa: boolean;
  readonly sourceIp: string | undefined;
  readonly nowMs: number;
  readonly tags: Readonly<Record<string, string>>;
}

export const factsOf = ({ session, request }: Caller, now: Date): Facts => ({
  hasMfa: session?.mfaAt !== undefined,
  sourceIp: request.sourceIp,
  nowMs: now.getTime(),
  tags: session?.tags ?? {},
});

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** BlockList takes IPv4 as a dual-stack socket tells it (`::ffff:10.0.0.1`) for what it stands for. */
function isIn(address: string, network: string): boolean {
  const [base = '', bits] = network.split('/');
  const list = new BlockList();
  if (bits === undefined) list.addAddress(base, familyOf(base));
  else list.addSubnet(base, Number(bits), familyOf(base));
  return list.check(address, familyOf(address));
}

/** Undefined: it hangs on what is not known. */
function verdict(condition: Condition, facts: Facts): boolean | undefined {
  switch (condition.kind) {
    case 'and':
    case 'or': {
      const isOr = condition.kind === 'or';
      const verdicts = condition.parts.map((part) => verdict(part, facts));
      if (verdicts.includes(isOr)) return isOr;
      return verdicts.includes(undefined) ? undefined : !isOr;
    }
    case 'not': {
      const inner = verdict(condition.part, facts);
      return inner === undefined ? undefined : !inner;
    }
    case 'mfa':
      return facts.hasMfa === condition.wanted;
    case 'sourceIp': {
      const address = facts.sourceIp ?? '';
      return isIP(address) === 0 ? undefined : condition.networks.some((network) => isIn(address, network));
    }
    case 'time':
      switch (condition.operator) {
        case '<':
          return facts.nowMs < condition.atMs;
        case '<=':
          return facts.nowMs <= condition.atMs;
        case '>':
          return facts.nowMs > condition.atMs;
        case '>=':
          return facts.nowMs >= condition.atMs;
      }
    // falls through: every operator has answered
    case 'tag': {
      const value = Object.hasOwn(facts.tags, condition.key) ? facts.tags[condition.key] : undefined;
      return value === undefined ? undefined : condition.values.includes(value);
    }
  }
}

export const holds = (condition: Condition, facts: Facts): boolean => verdict(condition, facts) === true;
