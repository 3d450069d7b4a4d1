import type { Id, Permission, TagResource } from '@lakewarden/kernel';
import { describe, expect, it } from 'vitest';

import type { Grant } from '../grant/grant.ts';
import type { AssignedTag, TagExpression } from './expression.ts';
import { coversOf, describeTagResource, isTagResource, reachesPolicy } from './tag-grant.ts';
import { plainLine, policyLines } from './tag-lines.ts';

const catalogId = '111122223333';
const EXPRESSION: TagExpression = [
  { key: 'env', values: ['prod', 'test'] },
  { key: 'class', values: ['open'] },
];
const at = new Date('2026-06-01T12:00:00Z');
const grantOf = (type: Grant['type'], permission: Permission, more: Partial<Grant> = {}): Grant => ({
  id: 'g' as Id<'Grant'>, // made up; nothing checks its form
  catalogId,
  type,
  principal: 'ann',
  permission,
  columns: ['e'],
  grantOption: true,
  grantedBy: 'liz',
  grantedAt: at,
  condition: 'context.mfa',
  validFrom: at,
  validUntil: at,
  ...more,
});
const on = (level: AssignedTag['level'], column: string, key: string, value: string): AssignedTag => ({
  level,
  column,
  key,
  value,
});
const lines = (type: Grant['type'], permission: Permission, ...assigned: AssignedTag[]) =>
  policyLines(grantOf(type, permission), { onId: 't', expression: EXPRESSION, assigned });

const prod = on('database', '', 'env', 'prod');
const open = on('table', '', 'class', 'open');

describe('what a policy gives', () => {
  it('on a database, hangs on the database’s own tags', () => {
    const both = [prod, on('database', '', 'class', 'open')];
    expect(lines('LF_TAG_POLICY_DATABASE', 'ALTER', ...both)).toEqual([
      {
        type: 'TAGGED_DATABASE',
        resource: 't',
        permission: 'ALTER',
        grantOption: true,
        columns: { kind: 'all' },
        reason: {
          gate: 2,
          kind: 'tag',
          id: 'g',
          principal: 'ann',
          resource: 'databases tagged class=open AND env=prod|test',
          permission: 'ALTER',
          grantOption: true,
          grantedBy: 'liz',
          at,
          condition: 'context.mfa',
          validFrom: at,
          validUntil: at,
          tags: {
            expression: 'class=open AND env=prod|test',
            matching: ['env=prod', 'class=open'],
          },
        },
      },
    ]);
    expect(lines('LF_TAG_POLICY_DATABASE', 'ALTER', prod, open)).toEqual([]);
    expect(lines('LF_TAG_POLICY_DATABASE', 'ALTER')).toEqual([]);
  });

  it('on a table that matches, is all of it but the columns that do not', () => {
    expect(lines('LF_TAG_POLICY_TABLE', 'ALTER', prod, open)).toMatchObject([
      {
        type: 'TAGGED_TABLE',
        columns: { kind: 'all' },
        reason: { resource: expect.stringMatching(/^tables /) as string },
      },
    ]);
    expect(
      lines('LF_TAG_POLICY_TABLE', 'SELECT', prod, open, on('table', 'mail', 'class', 'pii')),
    ).toMatchObject([{ type: 'TAGGED_TABLE', columns: { kind: 'exclude', names: ['mail'] } }]);
    expect(lines('LF_TAG_POLICY_TABLE', 'ALTER', prod)).toEqual([]);
  });

  it('where columns alone match, is SELECT of them', () => {
    const mail = on('table', 'mail', 'class', 'open');
    for (const permission of ['SELECT', 'ALL'] as const)
      expect(lines('LF_TAG_POLICY_TABLE', permission, prod, mail)).toMatchObject([
        { type: 'TAGGED_COLUMNS', permission, columns: { kind: 'include', names: ['mail'] } },
      ]);
    for (const permission of ['DESCRIBE', 'ALTER', 'DROP', 'INSERT', 'DELETE'] as const)
      expect(lines('LF_TAG_POLICY_TABLE', permission, prod, mail)).toEqual([]);
  });

  it('names the tags that match: not those of other keys or values, nor what is overridden', () => {
    const matching = (...assigned: AssignedTag[]) =>
      lines('LF_TAG_POLICY_TABLE', 'SELECT', ...assigned).map(({ reason }) => reason.tags?.matching);
    expect(matching(prod, open, on('table', '', 'team', 'open'))).toEqual([['env=prod', 'class=open']]);
    expect(matching(prod, open, on('table', '', 'env', 'test'))).toEqual([['class=open', 'env=test']]);
    expect(matching(prod, open, on('table', 'mail', 'env', 'test'))).toEqual([
      ['env=prod', 'class=open', 'mail: env=test'],
    ]);
    expect(matching(prod, open, on('table', 'mail', 'class', 'pii'))).toEqual([['env=prod', 'class=open']]);
  });
});

const tagged: TagResource = { type: 'LF_TAG', catalogId, tagId: 'k', key: 'env', value: 'prod' };
const saved: TagResource = { type: 'LF_TAG_EXPRESSION', catalogId, expressionId: 'e', name: 'mine' };
const policy = {
  type: 'LF_TAG_POLICY',
  catalogId,
  of: 'TABLE',
  expressionId: 'e',
  expression: EXPRESSION,
  isSaved: false,
} as const satisfies TagResource;

describe('a grant on an LF-tag, a saved expression or a policy', () => {
  it('is a line about the thing itself, named as people name it', () => {
    expect(plainLine(grantOf('LF_TAG', 'ASSOCIATE'), 'k prod', tagged)).toEqual({
      type: 'LF_TAG',
      resource: 'k prod',
      permission: 'ASSOCIATE',
      grantOption: true,
      columns: { kind: 'all' },
      reason: {
        gate: 2,
        kind: 'grant',
        id: 'g',
        principal: 'ann',
        resource: 'LF-tag env=prod',
        permission: 'ASSOCIATE',
        grantOption: true,
        grantedBy: 'liz',
        at,
        condition: 'context.mfa',
        validFrom: at,
        validUntil: at,
      },
    });
    expect(describeTagResource(saved)).toBe('LF-tag expression mine');
    expect(describeTagResource(policy)).toBe('tables tagged class=open AND env=prod|test');
    expect(describeTagResource({ ...policy, of: 'DATABASE' })).toMatch(/^databases tagged /);
  });

  it('covers that thing alone; on every value of a key, each', () => {
    expect(coversOf(tagged)).toEqual(['k prod', 'k *']);
    expect(coversOf(saved)).toEqual(['e']);
    expect(coversOf(policy)).toEqual(['e']);
    expect([tagged, saved, policy].every(isTagResource)).toBe(true);
    expect(isTagResource({ type: 'CATALOG', catalogId })).toBe(false);
  });

  it('on a policy reaches a narrower one that is written out, and the same saved one', () => {
    const held = { expressionId: 'other', expression: EXPRESSION };
    const narrower = [...EXPRESSION, { key: 'team', values: ['blue'] }];
    const wider = EXPRESSION.slice(0, 1);
    expect(reachesPolicy(held, policy)).toBe(true);
    expect(reachesPolicy(held, { ...policy, expression: narrower })).toBe(true);
    expect(reachesPolicy(held, { ...policy, expression: wider })).toBe(false);
    expect(reachesPolicy(held, { ...policy, expression: narrower, isSaved: true })).toBe(false);
    expect(
      reachesPolicy({ ...held, expressionId: 'e' }, { ...policy, expression: wider, isSaved: true }),
    ).toBe(true);
    // A name says nothing of what it stood for when it was granted.
    expect(reachesPolicy({ ...held, expression: [] }, policy)).toBe(false);
  });
});
