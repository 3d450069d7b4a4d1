import { readFile, writeFile } from 'node:fs/promises';

/** One measurement, beside its peer in the same run. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly peer?: string;
  readonly peerValue?: number;
  readonly ratio?: number;
  readonly aim?: string;
}

/** Prints the table and keeps it in the file, beside the other suites'. */
export async function report(
  suite: string,
  rows: readonly Row[],
  file = 'bench/results.json',
): Promise<void> {
  const number = (value: number | undefined): string =>
    value === undefined ? '' : value.toFixed(value < 100 ? 2 : 0);
  console.table(
    rows.map(({ what, value, unit, peer = '', peerValue, ratio, aim = '' }) => ({
      what,
      value: number(value),
      unit,
      peer,
      'peer value': number(peerValue),
      ratio: number(ratio),
      aim,
    })),
  );
  const known = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Record<string, readonly Row[]>;
  await writeFile(file, `${JSON.stringify({ ...known, [suite]: rows }, null, 2)}\n`);
}
