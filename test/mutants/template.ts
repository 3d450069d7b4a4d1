import { randomUUID } from 'node:crypto';

import pg from 'pg';

const TEMPLATE = 'LAKEWARDEN_LAKE_TEMPLATE';

/** For this process and those it starts: lakes begin as copies of that database. */
export function useTemplate(url: string): void {
  process.env[TEMPLATE] = url;
}

/**
 * A new copy of the database that lakes begin with, where a run has prepared one: `npm run test:mutants` starts many
 * lakes, and a copy costs a hundredth of an embedded database and its migrations.
 */
export async function copyOfTemplate(): Promise<string | undefined> {
  const url = process.env[TEMPLATE];
  if (url === undefined) return undefined;
  const template = new URL(url);
  const server = new URL(url);
  server.pathname = '/postgres';
  const name = `lake_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: server.href });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)}`);
  } finally {
    await client.end();
  }
  template.pathname = `/${name}`;
  return template.href;
}
