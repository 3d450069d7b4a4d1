import { open } from 'node:fs/promises';

import type { ChainPlace } from '@lakewarden/governance';
import { Command, InvalidArgumentError } from 'commander';

import { connect } from '../graphql.ts';
import { startProgress } from '../progress.ts';
import { urlOption } from '../server.ts';
import { type ChainPart, printPart, readExport, readServer } from './chain-source.ts';
import { verifyChain } from './verify-chain.ts';

const HEAD = /^(\d{1,15}):([0-9a-f]{64})$/;

function readHead(text: string): ChainPlace {
  const [, seq, hash] = HEAD.exec(text) ?? [];
  if (seq === undefined || hash === undefined) {
    throw new InvalidArgumentError('It is SEQ:HASH, as the log line `audit head` and exports have it.');
  }
  return { seq: Number(seq), hash };
}

function readSeq(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It is the number of a row.');
  return Number(text);
}

/** A bar for what comes by. */
async function* watched(parts: AsyncGenerator<ChainPart>, label: string): AsyncGenerator<ChainPart> {
  const progress = startProgress(label);
  try {
    for await (const part of parts) {
      if (part.kind === 'row') progress.update(part.row.seq, Math.max(part.of, part.row.seq), 'rows');
      yield part;
    }
  } finally {
    progress.stop();
  }
}

interface VerifyOptions {
  readonly url: string;
  readonly file?: string;
  readonly head?: ChainPlace;
  readonly json?: boolean;
}

const verifyCommand = new Command('verify')
  .description(
    'check the audit trail, row by row: 0 only if nothing was changed, removed, inserted or reordered',
  )
  .addOption(urlOption())
  .option('--file <file>', 'an export instead of the server')
  .option('--head <seq:hash>', 'a head that was noted elsewhere: it must be part of the trail', readHead)
  .option('--json', 'for machines')
  .action(async ({ url, file, head, json }: VerifyOptions) => {
    const parts = file === undefined ? readServer(await connect(url), 0) : readExport(file);
    const { accountId, rows, last, anchor, fault } = await verifyChain(watched(parts, 'audit verify'), head);
    if (json === true) {
      process.stdout.write(
        `${JSON.stringify({ intact: fault === undefined, accountId, rows, anchor, last, fault })}\n`,
      );
    } else if (fault === undefined) {
      process.stdout.write(
        `The audit trail of ${accountId} is intact: ${rows.toLocaleString('en')} rows, the last ${String(last.seq)}:${last.hash}\n`,
      );
    }
    if (fault !== undefined) throw new Error(`the audit trail of ${accountId} is broken: ${fault.message}`);
  });

interface ExportOptions {
  readonly url: string;
  readonly output?: string;
  readonly after: number;
}

const exportCommand = new Command('export')
  .description('print the audit trail as JSON lines, oldest first; `verify --file` checks them')
  .addOption(urlOption())
  .option('-o, --output <file>', 'write it there')
  .option('--after <seq>', 'what comes behind this row alone', readSeq, 0)
  .action(async ({ url, output, after }: ExportOptions) => {
    const parts = watched(readServer(await connect(url), after), 'audit export');
    const file = output === undefined ? undefined : await open(output, 'w', 0o600);
    try {
      for await (const part of parts) {
        const text = `${printPart(part)}\n`;
        if (file === undefined) process.stdout.write(text);
        else await file.write(text);
      }
    } finally {
      await file?.close();
    }
  });

export const auditCommand = new Command('audit')
  .description('the audit trail: what was done in the account and what was refused')
  .addCommand(verifyCommand)
  .addCommand(exportCommand);
