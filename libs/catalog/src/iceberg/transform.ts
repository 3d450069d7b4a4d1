import { invalid } from '@lakewarden/kernel';

import type { SchemaEntry } from './iceberg-type.ts';

const DATES = ['date', 'timestamp', 'timestamptz'];
const TIMES = ['timestamp', 'timestamptz'];

/** Iceberg table spec, "Partition Transforms": what each can be applied to. Absent: any primitive. */
const SOURCES: Readonly<Record<string, readonly string[] | undefined>> = {
  identity: undefined,
  void: undefined,
  bucket: [
    'int',
    'long',
    'decimal',
    'date',
    'time',
    'timestamp',
    'timestamptz',
    'string',
    'uuid',
    'fixed',
    'binary',
  ],
  truncate: ['int', 'long', 'decimal', 'string', 'binary'],
  year: DATES,
  month: DATES,
  day: DATES,
  hour: TIMES,
};

const TRANSFORM = /^(?:(identity|void|year|month|day|hour)|(bucket|truncate)\[[1-9]\d{0,8}\])$/;

/**
 * @param use what the transform is for, as a message says it
 * @throws InvalidInputException the source is not there, is no single primitive value, or does not go with the transform
 */
export function refuseUnfitTransform(
  use: string,
  transform: string,
  sourceId: number,
  schema: ReadonlyMap<number, SchemaEntry>,
): void {
  const source = schema.get(sourceId);
  if (source === undefined) throw invalid(`${use}: the schema has no field ${String(sourceId)}.`);
  if (typeof source.type !== 'string' || source.isRepeated) {
    throw invalid(`${use}: ${source.path} is not a single primitive value.`);
  }
  const match = TRANSFORM.exec(transform);
  const name = match?.[1] ?? match?.[2];
  if (name === undefined) {
    throw invalid(
      `${use}: ${transform} is none of identity, bucket[N], truncate[N], year, month, day, hour, void.`,
    );
  }
  const fit = SOURCES[name];
  const kind = source.type.replace(/[[(].*$/, '');
  if (fit !== undefined && !fit.includes(kind)) {
    throw invalid(`${use}: ${transform} cannot be applied to ${source.path}, a ${source.type}.`);
  }
}
