import { createHash } from 'node:crypto';

import { GlueClient } from '@aws-sdk/client-glue';
import { Command, InvalidArgumentError, Option } from 'commander';

import { startProgress } from '../progress.ts';
import { keyPairOf, requireUrl, urlOption } from '../server.ts';
import { matcherOf } from './globs.ts';
import { glueSource } from './glue-source.ts';
import { hiveSource } from './hive/hive-source.ts';
import { openMetastore } from './hive/metastore-database.ts';
import { ImportReport, type Kind, KINDS } from './report.ts';
import { runImport } from './run-import.ts';
import type { CatalogSource } from './source.ts';
import { ImportState } from './state.ts';
import { ImportTarget } from './target.ts';

const MAX_ATTEMPTS = 8;

interface CommonOptions {
  readonly url: string;
  readonly database: readonly string[];
  readonly table: readonly string[];
  readonly skip: readonly Kind[];
  readonly update?: boolean;
  readonly parallel: number;
  readonly state?: string;
  readonly json?: boolean;
}

const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`Give a number from ${String(min)} to ${String(max)}.`);
    }
    return value;
  };

const skippable = KINDS.filter((kind) => kind !== 'databases' && kind !== 'tables' && kind !== 'versions');

const kinds = (text: string): Kind[] =>
  text.split(',').map((name) => {
    const kind = skippable.find((each) => each === name);
    if (kind === undefined) throw new InvalidArgumentError(`Choose among ${skippable.join(', ')}.`);
    return kind;
  });

const more = (text: string, before: readonly string[]): string[] => [...before, text];

const withCommonOptions = (command: Command): Command =>
  command
    .addOption(urlOption())
    .option('--database <glob>', 'only databases of this name; may be repeated', more, [])
    .option('--table <glob>', 'only tables of this name; may be repeated', more, [])
    .option('--skip <kinds>', `what to leave out: ${skippable.join(',')}`, kinds, [])
    .option('--update', 'overwrite what is there and differs')
    .option('--parallel <count>', 'tables at once', wholeNumber(1, 32), 4)
    .option('--state <file>', 'where it is kept how far the import has come')
    .option('--json', 'for machines');

/** The import itself, the same for every source. */
async function importFrom(
  source: CatalogSource,
  options: CommonOptions,
  withVersions: boolean,
): Promise<void> {
  const identity = JSON.stringify([source.name, options.url, options.database, options.table]);
  const suffix = createHash('sha256').update(identity).digest('hex').slice(0, 12);
  const state = new ImportState(options.state ?? `lakewarden-import-${suffix}.state`, identity);
  const target = new ImportTarget(targetClient(options.url), options.update === true);
  const report = new ImportReport();
  const progress = startProgress('import');
  const startedAt = performance.now();
  let isComplete = false;
  try {
    await runImport(
      { source, target, state, report, progress },
      {
        isDatabaseWanted: matcherOf(options.database),
        isTableWanted: matcherOf(options.table),
        skip: new Set(options.skip),
        withVersions,
        parallel: options.parallel,
      },
    );
    isComplete = report.failed === 0;
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Error(`${reason} (the same command goes on from ${state.path})`, { cause: error });
  } finally {
    progress.stop();
    state.close(isComplete);
    target.close();
    await source.close();
    const seconds = Math.round(performance.now() - startedAt) / 1000;
    process.stdout.write(
      options.json === true
        ? `${JSON.stringify({ source: source.name, target: options.url, seconds, isComplete, ...report.toJson() })}\n`
        : report.toText(),
    );
  }
  if (!isComplete) {
    throw new Error(`${String(report.failed)} failures; the same command tries them again (${state.path}).`);
  }
}

function targetClient(url: string): GlueClient {
  requireUrl('--url', url);
  return new GlueClient({
    endpoint: url,
    region: process.env['LAKEWARDEN_REGION'] ?? 'us-east-1',
    credentials: keyPairOf(process.env),
    maxAttempts: MAX_ATTEMPTS,
  });
}

interface GlueOptions extends CommonOptions {
  readonly fromEndpoint?: string;
  readonly fromRegion?: string;
  readonly fromProfile?: string;
  readonly catalogId?: string;
  readonly segments: number;
  readonly versions?: boolean;
}

const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

function fromGlue(options: GlueOptions): Promise<void> {
  const endpoint =
    options.fromEndpoint ??
    given(process.env['AWS_ENDPOINT_URL_GLUE']) ??
    given(process.env['AWS_ENDPOINT_URL']);
  if (endpoint !== undefined) requireUrl('--from-endpoint', endpoint);
  const targetKey = keyPairOf(process.env).accessKeyId;
  const isSameServer = endpoint !== undefined && new URL(endpoint).origin === new URL(options.url).origin;
  if (isSameServer && targetKey === process.env['AWS_ACCESS_KEY_ID']) {
    throw new Error(
      `source and target are the same server and account: name the source with --from-endpoint, the target with --url.`,
    );
  }
  const region =
    options.fromRegion ?? given(process.env['AWS_REGION']) ?? given(process.env['AWS_DEFAULT_REGION']);
  const client = new GlueClient({
    maxAttempts: MAX_ATTEMPTS,
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(options.fromProfile !== undefined && { profile: options.fromProfile }),
  });
  const where = endpoint ?? `AWS ${region ?? options.fromProfile ?? ''}`.trim();
  const source = glueSource({
    client,
    name: `glue ${where} ${options.catalogId ?? ''}`.trim(),
    catalogId: options.catalogId,
    segments: options.segments,
  });
  return importFrom(source, options, options.versions === true);
}

interface HiveOptions extends CommonOptions {
  readonly from?: string;
  readonly hiveCatalog: string;
}

function fromHive(options: HiveOptions): Promise<void> {
  const from = options.from ?? given(process.env['LAKEWARDEN_HIVE_URL']);
  if (from === undefined) {
    throw new Error('no metastore: name its database with --from or LAKEWARDEN_HIVE_URL.');
  }
  if (!URL.canParse(from)) {
    throw new Error('--from is no URL such as postgresql://user:password@host:5432/metastore.');
  }
  const { protocol, host, pathname } = new URL(from);
  // Without the password: it stands in the state file and in the report.
  const name = `hive ${protocol}//${host}${pathname} ${options.hiveCatalog}`;
  const source = hiveSource({ database: openMetastore(from), name, catalog: options.hiveCatalog });
  return importFrom(source, options, false);
}

export const importCommand = new Command('import')
  .description('copy a catalog into this one; what is there is compared, a run that was cut off goes on')
  .addCommand(
    withCommonOptions(
      new Command('glue').description(
        "from AWS Glue, or whatever speaks its protocol; the source's credentials are AWS's own chain, " +
          "the target's LAKEWARDEN_ACCESS_KEY_ID and LAKEWARDEN_SECRET_ACCESS_KEY (else AWS's variables)",
      ),
    )
      .option('--from-endpoint <url>', "the source's endpoint; AWS itself when absent")
      .option('--from-region <region>', "the source's region")
      .option('--from-profile <profile>', 'the AWS profile of the source')
      .option('--catalog-id <account>', "the source's catalog, when it is not the caller's own")
      .addOption(
        new Option('--segments <count>', "readers of one table's partitions")
          .argParser(wholeNumber(1, 10))
          .default(5),
      )
      .option('--versions', 'bring the versions of new tables along')
      .action(fromGlue),
  )
  .addCommand(
    withCommonOptions(
      new Command('hive').description(
        "from a Hive metastore's own database; it is only read, and the metastore may run meanwhile",
      ),
    )
      .option('--from <url>', 'postgresql://... or mysql://...; else LAKEWARDEN_HIVE_URL')
      .option('--hive-catalog <name>', 'the catalog in the metastore (Hive 3 and later)', 'hive')
      .action(fromHive),
  );
