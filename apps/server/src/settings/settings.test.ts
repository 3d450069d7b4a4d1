import { spawnSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { readSettings } from './settings.ts';

describe('settings', () => {
  it('given nothing, has a default for everything', () => {
    expect(readSettings({})).toMatchObject({
      LAKEWARDEN_HOST: '127.0.0.1',
      LAKEWARDEN_PORT: 8181,
      LAKEWARDEN_ACCOUNT_ID: '111122223333',
      LAKEWARDEN_REGION: 'us-east-1',
      publicUrl: 'http://127.0.0.1:8181',
    });
  });

  it.each([
    ['LAKEWARDEN_PORT', '70000'],
    ['LAKEWARDEN_ACCOUNT_ID', '12'],
    ['LAKEWARDEN_MASTER_KEY', 'c2hvcnQ='],
    ['DATABASE_URL', 'mysql://x'],
    ['LAKEWARDEN_LOG_LEVEL', 'loud'],
    ['LAKEWARDEN_REGION', 'Mars'],
    ['LAKEWARDEN_ADMIN_ACCESS_KEY_ID', 'AKIAEXAMPLE0000000AB'],
  ])('given %s=%s, names the variable', (variable, value) => {
    expect(() => readSettings({ [variable]: value })).toThrow(variable);
  });

  it('given a bad value, ends the start with exit code 78 and one line', () => {
    const { status, stderr } = spawnSync(process.execPath, ['apps/server/dist/main.js'], {
      env: { ...process.env, LAKEWARDEN_PORT: 'x' },
      encoding: 'utf8',
    });
    expect(status).toBe(78);
    expect(stderr).toMatch(/^LAKEWARDEN_PORT: .+\n$/);
  });
});
