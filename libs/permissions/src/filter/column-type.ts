import { isCalendarDate } from '@lakewarden/kernel';

/** A table's column as row expressions see it: its name in lower case, and Hive's name of its type. */
export interface TypedColumn {
  readonly name: string;
  readonly type?: string | undefined;
}

/** What a value may be compared with. OTHER: nothing (maps, lists, structs, binaries, and types that nobody knows). */
export type TypeClass = 'TEXT' | 'NUMBER' | 'BOOLEAN' | 'DATE' | 'TIMESTAMP' | 'OTHER';

const CLASSES: ReadonlyMap<string, TypeClass> = new Map([
  ['string', 'TEXT'],
  ['varchar', 'TEXT'],
  ['char', 'TEXT'],
  ['tinyint', 'NUMBER'],
  ['smallint', 'NUMBER'],
  ['int', 'NUMBER'],
  ['integer', 'NUMBER'],
  ['bigint', 'NUMBER'],
  ['long', 'NUMBER'],
  ['float', 'NUMBER'],
  ['double', 'NUMBER'],
  ['decimal', 'NUMBER'],
  ['boolean', 'BOOLEAN'],
  ['date', 'DATE'],
  ['timestamp', 'TIMESTAMP'],
]);

/** `decimal(10,2)` is a decimal; a column without a type is nobody's. */
export function typeClass(type: string | undefined): TypeClass {
  const [, name = '', rest = ''] = /^\s*([a-z]+)\s*(.*)$/is.exec(type ?? '') ?? [];
  const isScalar = rest.trim() === '' || /^\(\s*\d+\s*(,\s*\d+\s*)?\)\s*$/.test(rest);
  return isScalar ? (CLASSES.get(name.toLowerCase()) ?? 'OTHER') : 'OTHER';
}

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?$/;

/** PostgreSQL has no year 0. */
const isDay = (text: string): boolean => isCalendarDate(text) && !text.startsWith('0000');

/** As every engine reads it; undefined: it is no day of the calendar. */
export const dateText = (text: string): string | undefined => (isDay(text) ? text : undefined);

/** With seconds, and a space between day and time; a day alone is its midnight. */
export function timestampText(text: string): string | undefined {
  if (isDay(text)) return `${text} 00:00:00`;
  const [, day = '', hours = '', minutes = '', seconds = '00', fraction = ''] = TIMESTAMP.exec(text) ?? [];
  const isTime = Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 60;
  return isDay(day) && isTime ? `${day} ${hours}:${minutes}:${seconds}${fraction}` : undefined;
}
