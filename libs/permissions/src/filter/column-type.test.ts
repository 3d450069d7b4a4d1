import { describe, expect, it } from 'vitest';

import { dateText, timestampText, typeClass } from './column-type.ts';

describe('typeClass', () => {
  it.each([
    ['string', 'TEXT'],
    ['varchar(20)', 'TEXT'],
    ['char(1)', 'TEXT'],
    ['tinyint', 'NUMBER'],
    ['smallint', 'NUMBER'],
    ['int', 'NUMBER'],
    ['integer', 'NUMBER'],
    ['bigint', 'NUMBER'],
    ['long', 'NUMBER'],
    ['float', 'NUMBER'],
    ['double', 'NUMBER'],
    ['decimal', 'NUMBER'],
    ['decimal(10,2)', 'NUMBER'],
    [' DECIMAL ( 10 , 12 ) ', 'NUMBER'],
    ['boolean', 'BOOLEAN'],
    ['date', 'DATE'],
    ['timestamp', 'TIMESTAMP'],
    ['int\n', 'NUMBER'],
    [undefined, 'OTHER'],
    ['', 'OTHER'],
    ['array<int>', 'OTHER'],
    ['int array', 'OTHER'],
    ['map<string,int>', 'OTHER'],
    ['binary', 'OTHER'],
    ['uniontype<int>', 'OTHER'],
    ['1int', 'OTHER'],
    ['int)', 'OTHER'],
    ['decimal(10,2', 'OTHER'],
    ['decimal(10,2)x', 'OTHER'],
    ['decimal x(10,2)', 'OTHER'],
    ['decimal(10,)', 'OTHER'],
    ['decimal(a)', 'OTHER'],
    ['timestamp with time zone', 'OTHER'],
  ])('of %j is %s', (type, answer) => {
    expect(typeClass(type)).toBe(answer);
  });
});

describe('dateText', () => {
  it('is the day as it is written, and nothing for what is none', () => {
    expect(dateText('2024-02-29')).toBe('2024-02-29');
    expect(dateText('0001-01-01')).toBe('0001-01-01');
    // PostgreSQL has no year 0.
    for (const text of ['0000-01-01', '2026-02-29', '2026-01-00', '2026-2-1', '']) {
      expect(dateText(text)).toBeUndefined();
    }
  });
});

describe('timestampText', () => {
  it.each([
    ['2026-01-31', '2026-01-31 00:00:00'],
    ['2026-01-31 10:20', '2026-01-31 10:20:00'],
    ['2026-01-31T10:20:30', '2026-01-31 10:20:30'],
    ['2026-01-31 23:59:59.123456789', '2026-01-31 23:59:59.123456789'],
    ['2026-01-31 00:00:00', '2026-01-31 00:00:00'],
  ])('of %j is %j', (text, answer) => {
    expect(timestampText(text)).toBe(answer);
  });

  it.each([
    '2026-01-31 24:00:00',
    '2026-01-31 10:60:00',
    '2026-01-31 10:20:60',
    '2026-01-32 10:20:30',
    '0000-01-31 10:20:30',
    '2026-01-31 10',
    '2026-01-31 10:20:30.',
    '2026-01-31 10:20:30.1234567890',
    '2026-01-31 10:20:30Z',
    ' 2026-01-31 10:20:30',
    'x2026-01-31 10:20:30',
    'soon',
    '',
  ])('of %j is nothing', (text) => {
    expect(timestampText(text)).toBeUndefined();
  });
});
