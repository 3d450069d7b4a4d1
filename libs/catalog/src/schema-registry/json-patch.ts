import { canonicalJson, isJsonObject, type Json } from './json-text.ts';

/** RFC 6902. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly value?: Json;
}

const escaped = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1');

/** What turns the one into the other; members and elements that are the same on both sides are not mentioned. */
export function jsonPatch(before: Json, after: Json, path = ''): PatchOperation[] {
  if (canonicalJson(before) === canonicalJson(after)) return [];
  if (Array.isArray(before) && Array.isArray(after))
    return ofLists(before as readonly Json[], after as readonly Json[], path);
  if (!isJsonObject(before) || !isJsonObject(after)) return [{ op: 'replace', path, value: after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name): PatchOperation[] => {
    const at = `${path}/${escaped(name)}`;
    const [from, to] = [before, after].map((each) => (Object.hasOwn(each, name) ? each[name] : undefined));
    if (to === undefined) return [{ op: 'remove', path: at }];
    return from === undefined ? [{ op: 'add', path: at, value: to }] : jsonPatch(from, to, at);
  });
}

/** Place by place; what is left of the longer one is added at the end, or removed from the end. */
function ofLists(before: readonly Json[], after: readonly Json[], path: string): PatchOperation[] {
  const changed = before.flatMap((from, i) => {
    const to = after[i];
    return to === undefined ? [] : jsonPatch(from, to, `${path}/${String(i)}`);
  });
  const added = after
    .slice(before.length)
    .map((value, i): PatchOperation => ({ op: 'add', path: `${path}/${String(before.length + i)}`, value }));
  const removed = before
    .slice(after.length)
    .map((_, i): PatchOperation => ({ op: 'remove', path: `${path}/${String(before.length - 1 - i)}` }));
  return [...changed, ...added, ...removed];
}
