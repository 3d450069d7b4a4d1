import { Command } from 'commander';
import { describe, expect, it } from 'vitest';

import { resourceInput, withResourceOptions } from './asked-resource.ts';

const read = (flags: string[]): object => {
  const command = withResourceOptions(new Command('explain'));
  return resourceInput(command.parse(flags, { from: 'user' }).opts());
};

describe('flags that name what is asked about', () => {
  it.each([
    [[], {}],
    [['--resource', 'sales'], { database: 'sales' }],
    [['--resource', 'sales.orders'], { database: 'sales', table: 'orders' }],
    [['--resource', 'sales', '--all-tables'], { database: 'sales', allTables: true }],
    [
      ['--resource', 'sales.orders', '--column', 'id', '--column', 'mail'],
      { database: 'sales', table: 'orders', columns: ['id', 'mail'] },
    ],
    [
      ['--resource', 'sales.orders', '--filter', 'mine'],
      { database: 'sales', table: 'orders', dataCellsFilter: 'mine' },
    ],
    [['--location', 'arn:aws:s3:::lake/sales'], { dataLocation: 'arn:aws:s3:::lake/sales' }],
    [['--lf-tag', 'class=open, pii'], { lfTag: { key: 'class', values: ['open', 'pii'] } }],
    [['--lf-tag', 'class=*'], { lfTag: { key: 'class', values: ['*'] } }],
    [['--lf-tag', 'class=a=b'], { lfTag: { key: 'class', values: ['a=b'] } }],
    [['--lf-tag-expression', 'open'], { lfTagExpression: 'open' }],
  ])('given %j, is %j', (flags, input) => {
    expect(read(flags)).toEqual(input);
  });

  it.each([
    [['--resource', 'a.b.c'], '--resource a.b.c is neither a database nor database.table.'],
    [['--resource', '.t'], '--resource .t is neither a database nor database.table.'],
    [
      ['--resource', 'sales', '--location', 'arn:aws:s3:::lake'],
      '--resource and --location do not go together: name one thing.',
    ],
    [
      ['--lf-tag', 'class=open', '--lf-tag-expression', 'open'],
      '--lf-tag and --lf-tag-expression do not go together: name one thing.',
    ],
    [
      ['--resource', 'sales.orders', '--column', 'id', '--filter', 'mine'],
      '--column and --filter do not go together: name one of them.',
    ],
    [['--column', 'id'], '--column takes --resource database.table.'],
    [['--resource', 'sales', '--filter', 'mine'], '--filter takes --resource database.table.'],
    [['--location', 'arn:aws:s3:::lake', '--filter', 'mine'], '--filter takes --resource database.table.'],
    [['--all-tables'], '--all-tables takes --resource with a database alone.'],
    [['--resource', 'sales.orders', '--all-tables'], '--all-tables takes --resource with a database alone.'],
    [['--lf-tag', 'class'], '--lf-tag class is not KEY=VALUE or KEY=VALUE,VALUE.'],
    [['--lf-tag', '=open'], '--lf-tag =open is not KEY=VALUE or KEY=VALUE,VALUE.'],
    [['--lf-tag', 'class=open,'], '--lf-tag class=open, is not KEY=VALUE or KEY=VALUE,VALUE.'],
  ])('given %j, says: %s', (flags, fault) => {
    expect(() => read(flags)).toThrow(new Error(fault));
  });
});
