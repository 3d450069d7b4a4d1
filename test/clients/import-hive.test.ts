import mysql from 'mysql2/promise';

import { describeHiveImport } from '../support/hive-import.ts';
import { hiveMetastore } from '../support/hive-metastore.ts';
import { startMariadb } from '../support/mariadb.ts';

describeHiveImport('MySQL (MariaDB)', async () => {
  const mariadb = await startMariadb();
  const connection = await mysql.createConnection(mariadb.url);
  for (const statement of hiveMetastore('mysql')) await connection.query(statement);
  await connection.end();
  return mariadb;
});
