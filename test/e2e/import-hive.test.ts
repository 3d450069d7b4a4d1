import pg from 'pg';

import { describeHiveImport } from '../support/hive-import.ts';
import { hiveMetastore } from '../support/hive-metastore.ts';
import { startPostgres } from '../support/postgres.ts';

describeHiveImport('PostgreSQL', async () => {
  const postgres = await startPostgres();
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  for (const statement of hiveMetastore('postgresql')) await client.query(statement);
  await client.end();
  return postgres;
});
