import { existsSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

const DOCUMENT = 'docs/security/permissions.md';
const PROOF = /^- `(test\/[\w/.-]+)`: (.+)$/gm;

const proofs = [...readFileSync(DOCUMENT, 'utf8').matchAll(PROOF)].map(
  ([, file = '', title = '']) => [file, title] as const,
);

describe('the threat model of permissions', () => {
  it('names proofs', () => {
    expect(proofs.length).toBeGreaterThan(20);
  });

  it.each(proofs)('%s has a test of that title: %s', (file, title) => {
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain(title);
  });
});
