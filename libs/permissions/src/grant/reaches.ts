import { type ColumnScope, type Decision, showsColumn, unionOf } from '@lakewarden/kernel';

/**
 * Whether the columns that are not reached stand in a list that the holder has been granted. What LF-tags hide does not:
 * he would learn the names by which lists are refused and which are not.
 */
const isExcludedByName = ({ columns, because }: Decision): boolean =>
  columns.some(({ kind }, i) => kind === 'exclude' && because[i]?.kind !== 'tag');

/** Whether what the holder may pass on reaches at least as far as what he wants to pass on (spec/permissions.md §9). */
export function reaches(held: Decision, wanted: ColumnScope): boolean {
  if (!held.allowed) return false;
  const reach = unionOf(held.columns);
  switch (wanted.kind) {
    case 'all':
      return reach.kind === 'all';
    case 'include':
      return wanted.names.every((name) => showsColumn([reach], name));
    case 'exclude':
      // A list of names does not reach the columns of tomorrow.
      return (
        reach.kind === 'all' ||
        (reach.kind === 'exclude' &&
          isExcludedByName(held) &&
          reach.names.every((name) => wanted.names.includes(name)))
      );
  }
}
