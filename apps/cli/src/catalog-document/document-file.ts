import { readFile } from 'node:fs/promises';

import { type Document, isNode, LineCounter, parseDocument } from 'yaml';

/** A document as it was written: what it says, and where it says it. */
export interface DocumentFile {
  readonly content: unknown;
  /** The server's `at /databases/sales: ...` with the line and column that it speaks of. */
  located(message: string): string;
}

/** An alias may stand for something, and something more: no bomb of them is unrolled. */
const MAX_ALIASES = 1_000;

/** @throws Error naming line and column of what is no YAML */
export async function readDocumentFile(file: string): Promise<DocumentFile> {
  const lines = new LineCounter();
  const document = parseDocument(await readFile(file, 'utf8'), { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${String(line)}:${String(col)}`;
  };
  const [fault] = document.errors;
  if (fault !== undefined) throw new Error(`${at(fault.pos[0])}: ${fault.message}`);
  const [doubt] = document.warnings;
  if (doubt !== undefined) throw new Error(`${at(doubt.pos[0])}: ${doubt.message}`);
  const content: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
  if (content === null || content === undefined) throw new Error(`${file} holds nothing.`);
  return {
    content,
    located: (message) =>
      message
        .split('\n')
        .map((line) => {
          const path = /^at (\/\S*): /.exec(line)?.[1];
          const offset = path === undefined ? undefined : offsetOf(document, path);
          return offset === undefined ? line : `${at(offset)}: ${line}`;
        })
        .join('\n'),
  };
}

/** Where the deepest part of the path stands that is in the file: what is missing stands nowhere. */
function offsetOf(document: Document, path: string): number | undefined {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const node = document.getIn(parts.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return undefined;
}
