import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { catalogArn, databaseArn, functionArn, parseGlueArn, tableArn } from './arn.ts';

const home = { region: 'eu-central-1', accountId: '111122223333' };
const name = fc.string({ minLength: 1 }).filter((text) => !text.includes('/'));

describe('parseGlueArn', () => {
  it('reads back what is printed', () => {
    fc.assert(
      fc.property(name, fc.string({ minLength: 1 }), (database, last) => {
        expect(parseGlueArn(catalogArn(home))).toEqual({ ...home, kind: 'catalog', names: [] });
        expect(parseGlueArn(databaseArn(home, last))).toEqual({ ...home, kind: 'database', names: [last] });
        const names = [database, last];
        expect(parseGlueArn(tableArn(home, database, last))).toEqual({ ...home, kind: 'table', names });
        expect(parseGlueArn(functionArn(home, database, last))).toEqual({
          ...home,
          kind: 'userDefinedFunction',
          names,
        });
      }),
    );
  });

  it.each([
    '',
    'arn:aws:glue:us-east-1:111122223333',
    'arn:aws:glue:us-east-1:1111:catalog',
    'arn:aws:s3:us-east-1:111122223333:catalog',
    'arn:aws:glue:us-east-1:111122223333:catalog/x',
    'arn:aws:glue:us-east-1:111122223333:database',
    'arn:aws:glue:us-east-1:111122223333:table/db',
    'arn:aws:glue:us-east-1:111122223333:table//t',
    'arn:aws:glue:us-east-1:111122223333:constructor/x',
  ])('given %j, refuses', (text) => {
    expect(() => parseGlueArn(text)).toThrow(
      expect.objectContaining({ code: 'InvalidInputException' }) as Error,
    );
  });
});
