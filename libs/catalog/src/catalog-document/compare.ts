import type { MemberChange } from './catalog-document.ts';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Members in one order at every depth, absent ones left out. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    isObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : member,
  );
}

/** What has to change for the one to become the other, member by member; lists of one length item by item. */
export function compareMembers(before: unknown, after: unknown, path = ''): MemberChange[] {
  const at = (member: string): string => (path === '' ? member : `${path}.${member}`);
  if (isObject(before) && isObject(after)) {
    const members = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return members.flatMap((member) => compareMembers(before[member], after[member], at(member)));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item: unknown, i) => compareMembers(item, after[i], at(String(i))));
  }
  if (before === undefined && after === undefined) return [];
  if (before !== undefined && after !== undefined && canonicalText(before) === canonicalText(after))
    return [];
  return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
}
