/**
 * A partition's location mostly repeats its values: `s3://lake/trips/year=2021/month=04`. Kept as
 * `s3://lake/trips/year=<0>/month=<1>` it is the same for every partition of the table and is stored once, in the
 * shared descriptor. <n> stands for U+0001, the key's number, U+0001; a location with U+0001 of its own is left alone.
 */
const MARK = '\u0001';

/** @returns undefined where nothing can be replaced exactly */
export function toTemplate(
  location: string,
  keys: readonly string[],
  values: readonly string[],
): string | undefined {
  if (location.includes(MARK)) return undefined;
  let next = 0;
  const segments = location.split('/').map((segment) => {
    const key = keys[next];
    const value = values[next];
    if (key === undefined || value === undefined) return segment;
    if (segment === `${key}=${value}`) return `${key}=${mark(next++)}`;
    return segment === value ? mark(next++) : segment;
  });
  return next === values.length ? segments.join('/') : undefined;
}

const mark = (position: number): string => MARK + String(position) + MARK;

export const fromTemplate = (template: string, values: readonly string[]): string =>
  template.includes(MARK)
    ? template
        .split(MARK)
        .map((part, i) => (i % 2 === 0 ? part : (values[Number(part)] ?? '')))
        .join('')
    : template;
