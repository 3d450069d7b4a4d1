import { join } from 'node:path';

import { isAccountId } from '@lakewarden/kernel';
import { DEFAULT_CONNECTIONS, DEFAULT_STATEMENT_TIMEOUT_MS, DEFAULT_WAITING } from '@lakewarden/storage';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().min(1).max(1_000_000);
const mebibytes = z.coerce.number().int().min(16).max(65_536);
const seconds = z.coerce.number().int().min(1).max(3_600);
const days = z.coerce.number().int().min(1).max(3_650);
const base64Key = z
  .string()
  .refine(
    (text) => Buffer.from(text, 'base64').length === 32,
    'must be 32 bytes in base64 (openssl rand -base64 32)',
  );

/** One schema for the whole environment (contract.md §2). Nothing else reads it. */
const environment = z.object({
  LAKEWARDEN_HOST: z.string().min(1).default('127.0.0.1').describe('where it listens'),
  LAKEWARDEN_PORT: port.default(8181).describe('where it listens'),
  LAKEWARDEN_PUBLIC_URL: z.url().optional().describe('the URL that clients see'),
  DATABASE_URL: z
    .string()
    .regex(/^(postgres(ql)?:\/\/|memory:\/\/)/, 'must begin with postgresql:// or be memory://')
    .optional()
    .describe('PostgreSQL 15 or newer; absent, the embedded database; `memory://` is gone at exit'),
  LAKEWARDEN_DATA_DIR: z
    .string()
    .min(1)
    .default('./data')
    .describe('embedded database, local keys, generated credentials'),
  LAKEWARDEN_ADMIN_ACCESS_KEY_ID: z
    .string()
    .regex(/^\w{16,128}$/, 'must be 16 to 128 letters and digits')
    .optional()
    .describe("the first administrator's access key, taken at the first start"),
  LAKEWARDEN_ADMIN_SECRET_ACCESS_KEY: z.string().min(1).max(128).optional().describe('its secret, likewise'),
  LAKEWARDEN_ADMIN_PASSWORD: z
    .string()
    .min(8)
    .optional()
    .describe("the first administrator's console password"),
  LAKEWARDEN_ACCOUNT_ID: z
    .string()
    .refine(isAccountId, 'must be twelve digits')
    .default('111122223333')
    .describe('the first account, likewise'),
  LAKEWARDEN_REGION: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as us-east-1')
    .default('us-east-1')
    .describe('the region in ARNs'),
  LAKEWARDEN_MASTER_KEY: base64Key.optional().describe('32 bytes, base64: wraps every secret at rest'),
  LAKEWARDEN_LOCAL_ROOTS: z
    .string()
    .refine(
      (text) => text.split(':').every((folder) => folder !== ''),
      'must be folders separated by :, none of them empty',
    )
    .optional()
    .describe('folders, separated by `:`, inside which file:// locations may lie; absent, `DATA_DIR/lake`'),
  LAKEWARDEN_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('JSON logs on stdout'),
  LAKEWARDEN_MAX_CONNECTIONS: count
    .default(10_000)
    .describe('open client connections; more are closed at once'),
  LAKEWARDEN_MAX_IN_FLIGHT: count
    .default(500)
    .describe('requests worked on at once; more are answered ThrottlingException'),
  LAKEWARDEN_MAX_BODIES_MIB: mebibytes
    .default(256)
    .describe('memory for large request bodies; beyond it they are answered ThrottlingException'),
  LAKEWARDEN_MAX_ANSWERS_MIB: mebibytes
    .default(256)
    .describe('memory for large answers that clients have not read yet, likewise'),
  LAKEWARDEN_REQUEST_TIMEOUT_SECONDS: seconds
    .default(60)
    .describe('in which a request must have arrived; its headers within a third of that'),
  LAKEWARDEN_ANSWER_TIMEOUT_SECONDS: seconds
    .default(60)
    .describe('in which a client must have read its answer'),
  LAKEWARDEN_DATABASE_CONNECTIONS: count
    .default(DEFAULT_CONNECTIONS)
    .describe('connections to PostgreSQL; the embedded database has one'),
  LAKEWARDEN_DATABASE_WAITING: count
    .default(DEFAULT_WAITING)
    .describe('how many may wait for one of them; more are answered ThrottlingException'),
  LAKEWARDEN_STATEMENT_TIMEOUT_SECONDS: seconds
    .default(DEFAULT_STATEMENT_TIMEOUT_MS / 1000)
    .describe('after which PostgreSQL cuts a statement off (OperationTimeoutException)'),
  LAKEWARDEN_RETAIN_CHANGES_DAYS: days
    .default(7)
    .describe('how long the change feed is kept: a consumer may be away for so long'),
  LAKEWARDEN_RETAIN_TABLE_VERSIONS: count
    .default(100_000)
    .describe('versions kept of a table; the current one is one of them and always stays'),
  LAKEWARDEN_RETAIN_JOBS_DAYS: days.default(1).describe('how long finished background jobs are kept'),
  LAKEWARDEN_UPKEEP_SECONDS: seconds
    .default(300)
    .describe('how often one of the servers deletes what is kept no longer'),
  LAKEWARDEN_AUDIT_SAME_READS: count
    .default(20)
    .describe(
      'how many equal allowed reads of one caller within a second have an audit event each; the rest is counted',
    ),
  LAKEWARDEN_WEBHOOK_PRIVATE_NETWORKS: z
    .enum(['true', 'false'])
    .default('false')
    .describe('`true`: webhooks may go to loopback and private addresses; link-local ones stay refused'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional().describe('traces, when set'),
});

export interface SettingDescription {
  readonly variable: string;
  /** Absent where there is none, or where the first start makes one. */
  readonly default?: string;
  readonly meaning: string;
}

/** For docs/reference/settings.md. */
export const describeSettings = (): SettingDescription[] =>
  Object.entries(environment.shape).map(([variable, schema]) => {
    const { success, data } = schema.safeParse(undefined);
    return {
      variable,
      ...(success && data !== undefined && { default: String(data) }),
      meaning: schema.description ?? '',
    };
  });

export type Environment = z.output<typeof environment>;

export interface Settings extends Readonly<Environment> {
  readonly publicUrl: string;
}

/** contract.md §2: nothing else on the disk is ever read or written for a table. */
export const localRoots = (settings: Settings): string[] =>
  settings.LAKEWARDEN_LOCAL_ROOTS?.split(':') ?? [join(settings.LAKEWARDEN_DATA_DIR, 'lake')];

/** A setting that cannot be: the start ends with exit code 78 and this one line. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** @throws SettingsError naming the variable, its fault and the mend */
export function readSettings(source: Readonly<Record<string, string | undefined>>): Settings {
  // An empty variable counts as unset: compose files and shells write them.
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const result = environment.safeParse(given);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new SettingsError(`${issue?.path.join('.') ?? 'settings'}: ${issue?.message ?? 'invalid'}`);
  }
  const settings = result.data;
  if (
    (settings.LAKEWARDEN_ADMIN_ACCESS_KEY_ID === undefined) !==
    (settings.LAKEWARDEN_ADMIN_SECRET_ACCESS_KEY === undefined)
  ) {
    throw new SettingsError(
      'LAKEWARDEN_ADMIN_ACCESS_KEY_ID and LAKEWARDEN_ADMIN_SECRET_ACCESS_KEY go together: set both or neither',
    );
  }
  const publicUrl =
    settings.LAKEWARDEN_PUBLIC_URL ??
    `http://${settings.LAKEWARDEN_HOST}:${String(settings.LAKEWARDEN_PORT)}`;
  return Object.freeze({ ...settings, publicUrl });
}
