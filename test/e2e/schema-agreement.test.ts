import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Database, migrate } from '@lakewarden/storage';
import { get_dmmf } from '@prisma/prisma-schema-wasm';
import { describe, expect, it } from 'vitest';

import { DATABASES } from '../support/lake.ts';
import { startPostgres } from '../support/postgres.ts';

type Default =
  string | number | boolean | readonly [] | { readonly name: string; readonly args: readonly string[] };

interface Field {
  readonly name: string;
  readonly dbName?: string;
  readonly kind: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly type: string;
  readonly nativeType: readonly [string, readonly string[]] | null;
  readonly default?: Default;
  readonly relationFromFields?: readonly string[];
  readonly relationOnDelete?: string;
}

interface Schema {
  readonly models: readonly {
    readonly name: string;
    readonly dbName: string;
    readonly fields: readonly Field[];
  }[];
  readonly indexes: readonly {
    readonly model: string;
    readonly type: 'id' | 'unique' | 'normal';
    readonly fields: readonly { readonly name: string }[];
  }[];
}

/** What Prisma's types are in PostgreSQL when the schema says nothing more. */
const TYPES: Readonly<Record<string, string>> = {
  String: 'text',
  Boolean: 'boolean',
  Int: 'integer',
  BigInt: 'bigint',
  Bytes: 'bytea',
  Json: 'jsonb',
};
const NATIVE_TYPES: Readonly<Record<string, string>> = {
  Uuid: 'uuid',
  Timestamptz: 'timestamp(6) with time zone',
  Json: 'json',
  SmallInt: 'smallint',
};

function columnType({ type, nativeType, isList }: Field): string {
  const plain = nativeType === null ? TYPES[type] : NATIVE_TYPES[nativeType[0]];
  if (plain === undefined) throw new Error(`teach this test the type ${type} ${String(nativeType?.[0])}`);
  return isList ? `${plain}[]` : plain;
}

/** As PostgreSQL prints it. */
function columnDefault(field: Field): string {
  const { default: value } = field;
  if (value === undefined) return '';
  if (Array.isArray(value)) return ` DEFAULT ARRAY[]::${columnType(field)}`;
  if (typeof value === 'string') {
    // Prisma has a BigInt's default as text.
    return field.type === 'BigInt' ? ` DEFAULT ${value}` : ` DEFAULT '${value}'::${columnType(field)}`;
  }
  if (typeof value !== 'object') return ` DEFAULT ${String(value)}`;
  const { name, args } = value as { name: string; args: readonly string[] };
  if (name === 'autoincrement') return ' IDENTITY';
  if (name === 'dbgenerated') return ` DEFAULT ${args.join()}`;
  throw new Error(`teach this test the default ${name}()`);
}

const columnName = ({ dbName, name }: Field): string => dbName ?? name;

/** One line a fact, sorted. */
function factsOf({ models, indexes }: Schema): string[] {
  return models
    .flatMap((model) => {
      const columnOf = (name: string): string => {
        const field = model.fields.find((each) => each.name === name);
        if (field === undefined) throw new Error(`${model.name} has no ${name}`);
        return columnName(field);
      };
      return [
        ...model.fields
          .filter(({ kind }) => kind === 'scalar')
          .map(
            (field) =>
              `${model.dbName}.${columnName(field)} ${columnType(field)} ${field.isRequired ? 'NOT NULL' : 'NULL'}${columnDefault(field)}`,
          ),
        ...model.fields
          .filter(
            ({ relationFromFields }) => relationFromFields !== undefined && relationFromFields.length > 0,
          )
          .map(
            (field) =>
              `${model.dbName} (${(field.relationFromFields ?? []).map(columnOf).join()}) -> ` +
              `${models.find(({ name }) => name === field.type)?.dbName ?? ''} ${field.relationOnDelete ?? 'NoAction'}`,
          ),
        ...indexes
          .filter((index) => index.model === model.name)
          .map(
            ({ type, fields }) =>
              `${model.dbName} ${type} (${fields.map(({ name }) => columnOf(name)).join()})`,
          ),
      ];
    })
    .sort();
}

/** The same lines, from PostgreSQL's own catalog. */
const FACTS = `
  WITH ours AS (
    SELECT c.oid, c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
    AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> '_prisma_migrations')
  SELECT relname || '.' || attname || ' ' || format_type(atttypid, atttypmod)
         -- Prisma has no lists that may be null.
         || CASE WHEN attnotnull THEN ' NOT NULL' ELSE ' NULL' END
         || CASE WHEN attidentity <> '' THEN ' IDENTITY' ELSE coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid), '') END
         AS fact
  FROM ours JOIN pg_attribute a ON a.attrelid = ours.oid AND attnum > 0 AND NOT attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  UNION ALL
  SELECT relname || CASE WHEN indisprimary THEN ' id' WHEN indisunique THEN ' unique' ELSE ' normal' END || ' ('
         || (SELECT string_agg(btrim(pg_get_indexdef(indexrelid, n, true), '"'), ',' ORDER BY n)
             FROM generate_series(1, indnkeyatts) n) || ')'
         || coalesce(' WHERE ' || pg_get_expr(indpred, indrelid), '')
  FROM ours JOIN pg_index i ON i.indrelid = ours.oid
  UNION ALL
  SELECT relname || ' (' || (SELECT string_agg(attname, ',' ORDER BY place)
                             FROM unnest(conkey) WITH ORDINALITY k (attnum, place)
                             JOIN pg_attribute a USING (attnum) WHERE a.attrelid = conrelid) || ') -> '
         || confrelid::regclass || CASE confdeltype WHEN 'c' THEN ' Cascade' ELSE ' NoAction' END
  FROM ours JOIN pg_constraint ON conrelid = ours.oid AND contype = 'f'
  ORDER BY 1`;

/** Facts that schema.prisma has no words for: partial indexes. */
const BEYOND_PRISMA = [
  "lf_opt_in normal (catalog_id) WHERE (condition <> ''::text)",
  "lf_grant normal (catalog_id) WHERE ((condition <> ''::text) OR (valid_from IS NOT NULL) OR (valid_until IS NOT NULL))",
];

describe.each(DATABASES)('the migrated database on %s', (databaseName) => {
  it('has the tables, columns, types, keys, indexes and references that schema.prisma says', async () => {
    const text = await readFile('prisma/schema.prisma', 'utf8');
    const dmmf = JSON.parse(get_dmmf(JSON.stringify({ prismaSchema: [['schema.prisma', text]] }))) as {
      datamodel: Schema;
    };
    const directory = await mkdtemp(join(tmpdir(), 'lakewarden-schema-'));
    const postgres = databaseName === 'PostgreSQL' ? await startPostgres() : undefined;
    const database = await Database.open({ url: postgres?.url ?? 'memory://', directory });
    try {
      await migrate(database, 'prisma/migrations');
      const { rows } = await database.pool.query<{ fact: string }>(FACTS);

      // PostgreSQL quotes the names that are words of its own.
      expect(rows.map(({ fact }) => fact.replaceAll('"', '')).sort()).toEqual(
        [...factsOf(dmmf.datamodel), ...BEYOND_PRISMA].sort(),
      );
    } finally {
      await database.close();
      await postgres?.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
