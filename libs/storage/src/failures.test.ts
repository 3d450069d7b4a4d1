import { LakewardenError } from '@lakewarden/kernel';
import { describe, expect, it } from 'vitest';

import { explainFailure } from './failures.ts';

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });
/** As Prisma 7 wraps what its adapter for pg throws. */
const byPrisma = (code: string, cause: object) =>
  Object.assign(new Error('prisma'), {
    code,
    meta: { driverAdapterError: { name: 'DriverAdapterError', cause } },
  });
const told = (error: unknown, aftermath?: 'unknown') => {
  const explained = explainFailure(error, aftermath);
  return explained instanceof LakewardenError ? `${explained.code}: ${explained.message}` : explained;
};

describe('explainFailure', () => {
  it.each([
    ['a serialization failure', withCode('40001'), 'ConcurrentModificationException'],
    [
      'a deadlock, through Prisma',
      byPrisma('P2034', { originalCode: '40P01' }),
      'ConcurrentModificationException',
    ],
    ['a text with U+0000', withCode('22021'), 'InvalidInputException'],
    ['a statement that was cut off', withCode('57014'), 'OperationTimeoutException'],
    [
      'a pool that nobody leaves',
      new Error('timeout exceeded when trying to connect'),
      'ThrottlingException',
    ],
    ['no server', withCode('ECONNREFUSED'), 'ServiceUnavailableException'],
    ['a reset, through Prisma', { cause: { kind: 'ConnectionClosed' } }, 'ServiceUnavailableException'],
    ['a server that is stopped', withCode('57P01'), 'ServiceUnavailableException'],
    ['a full disk', withCode('53100'), 'ServiceUnavailableException'],
    [
      'a full disk, through Prisma',
      byPrisma('P2010', { originalCode: '53100' }),
      'ServiceUnavailableException',
    ],
    ['a cut connection', new Error('Connection terminated unexpectedly'), 'ServiceUnavailableException'],
    ['a standby', withCode('25006'), 'ServiceUnavailableException'],
  ])('given %s, names it', (_what, error, code) => {
    expect(told(error)).toMatch(new RegExp(`^${code}: `));
  });

  it.each([
    ['a fault of ours', withCode('42P01')],
    ['a unique violation', withCode('23505')],
    ['any other error', new Error('x')],
    ['a text', 'x'],
  ])('given %s, leaves it as it is', (_what, error) => {
    expect(explainFailure(error)).toBe(error);
  });

  it('says that nothing was changed only where that is certain', () => {
    for (const lost of [withCode('EPIPE'), withCode('57P01'), new Error('Connection terminated')]) {
      expect(told(lost)).toMatch(/Nothing was changed/);
      expect(told(lost, 'unknown')).toMatch(/while the change was being made final/);
    }
    // The server's own word on the COMMIT.
    expect(told(withCode('53100'), 'unknown')).toMatch(/Nothing was changed/);
  });

  it('keeps an error that is named already, and the cause of every other', () => {
    const named = new LakewardenError('EntityNotFoundException', 'x');
    expect(explainFailure(named)).toBe(named);
    const cause = withCode('ECONNREFUSED');
    expect(explainFailure(cause)).toMatchObject({ cause });
  });
});
