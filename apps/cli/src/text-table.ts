/** Columns as wide as their widest cell; numbers to the right. For people: machines get `--json`. */
export function textTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)),
  );
  const widths = head.map((name, i) => Math.max(name.length, ...cells.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[], numeric: (i: number) => boolean): string =>
    row
      .map((cell, i) => (numeric(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const isNumeric = (i: number): boolean =>
    rows.length > 0 && rows.every((row) => typeof row[i] === 'number');
  return [head, ...cells].map((row) => `${line(row, isNumeric)}\n`).join('');
}
