import type { Signer } from '../../test/support/glue.ts';
import type { Row } from '../support/report.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { median } from './median.ts';
import { ask, askLake, FIRST_ACCOUNT, isRefused, newSigner } from './server.ts';

const REVOKES = 200;
const TABLE = { DatabaseName: 'revoked', Name: 't' };

/**
 * How long a revoke takes to be obeyed: on the server that took it, and on another that shares its database.
 * Each time both have the answer in memory before, so both have something to forget.
 */
export async function revokes(first: ServerProcess, second: ServerProcess): Promise<Row[]> {
  await ask(first, 'CreateDatabase', { DatabaseInput: { Name: 'revoked' } });
  await ask(first, 'CreateTable', {
    DatabaseName: 'revoked',
    TableInput: { Name: 't', StorageDescriptor: { Columns: [{ Name: 'c', Type: 'int' }] } },
  });
  const here = await newSigner(first, 'revoked');
  const there: Signer = { ...here, url: second.url };
  const entry = {
    Principal: { DataLakePrincipalIdentifier: `arn:aws:iam::${FIRST_ACCOUNT}:user/revoked` },
    Resource: { Table: TABLE },
    Permissions: ['SELECT'],
  };
  const given = async (): Promise<void> => {
    const { revision } = await askLake(first, 'GrantPermissions', entry);
    await ask(there, 'GetTable', TABLE, { 'x-lakewarden-revision': revision });
    await ask(here, 'GetTable', TABLE);
    while (await isRefused(there, 'GetTable', TABLE)); // until it is in memory there, too
  };

  const lags: number[] = [];
  let stillAnsweredHere = 0;
  let stillAnsweredThere = 0;
  for (let n = 0; n < REVOKES; n += 1) {
    await given();
    await askLake(first, 'RevokePermissions', entry);
    const revokedAt = performance.now();
    while (!(await isRefused(there, 'GetTable', TABLE)));
    lags.push(performance.now() - revokedAt);
    if (!(await isRefused(here, 'GetTable', TABLE))) stillAnsweredHere += 1;

    await given();
    const { revision } = await askLake(first, 'RevokePermissions', entry);
    if (!(await isRefused(there, 'GetTable', TABLE, { 'x-lakewarden-revision': revision }))) {
      stillAnsweredThere += 1;
    }
    if (!(await isRefused(here, 'GetTable', TABLE))) stillAnsweredHere += 1;
  }
  return [
    {
      what: `${String(2 * REVOKES)} revokes: answers after it on the server that took it`,
      value: stillAnsweredHere,
      unit: 'answers',
      aim: '0',
    },
    {
      what: `${String(REVOKES)} revokes: answers after it on the other, asked with its revision`,
      value: stillAnsweredThere,
      unit: 'answers',
      aim: '0',
    },
    { what: 'revoke to refusal on the other, median', value: median(lags), unit: 'ms', aim: '< 100' },
    { what: 'revoke to refusal on the other, slowest', value: Math.max(...lags), unit: 'ms' },
  ];
}
