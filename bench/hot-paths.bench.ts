import autocannon from 'autocannon';

import { answerOf, type Call, glueCall } from './support/calls.ts';
import { startMoto } from './support/moto.ts';
import { report, type Row } from './support/report.ts';
import { startBareFastify, type ServerProcess, startServerProcess } from './support/server-process.ts';

const CONNECTIONS = 16;
const SECONDS = 5;

const rows: Row[] = [];

/** Requests a second. */
async function throughput({ url, headers, body }: Call): Promise<number> {
  const shot = (duration: number) =>
    autocannon({ url, method: 'POST', headers, body, connections: CONNECTIONS, duration });
  await shot(1);
  const { requests, non2xx } = await shot(SECONDS);
  if (non2xx > 0) throw new Error(`${String(non2xx)} refusals`);
  return requests.average;
}

async function againstBareFastify(what: string, call: Call, contentType: string): Promise<void> {
  const bare = await startBareFastify(await answerOf(call), contentType);
  const peer = await throughput({ ...call, url: bare.url });
  await bare.stop();
  const own = await throughput(call);
  rows.push({
    what,
    value: own,
    unit: 'requests/s',
    peer: 'bare Fastify, same bytes',
    peerValue: peer,
    ratio: own / peer,
    aim: '>= 0.35',
  });
}

const names = { DatabaseName: 'bench', TableName: 't' };
const Columns = Array.from({ length: 12 }, (_, i) => ({ Name: `c${String(i)}`, Type: 'string' }));
const StorageDescriptor = {
  Columns,
  Location: 's3://lake/t',
  InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
  SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
};
const PartitionKeys = ['year', 'month', 'day', 'hour'].map((Name) => ({ Name, Type: 'string' }));

/** One table, one day of it. */
async function fill(server: ServerProcess): Promise<void> {
  await answerOf(glueCall(server, 'CreateDatabase', { DatabaseInput: { Name: 'bench' } }));
  await answerOf(
    glueCall(server, 'CreateTable', {
      DatabaseName: 'bench',
      TableInput: { Name: 't', PartitionKeys, StorageDescriptor },
    }),
  );
  const PartitionInputList = Array.from({ length: 24 }, (_, hour) => ({
    Values: ['2021', '04', '01', String(hour)],
    StorageDescriptor: {
      ...StorageDescriptor,
      Location: `s3://lake/t/year=2021/month=04/day=01/hour=${String(hour)}`,
    },
  }));
  await answerOf(glueCall(server, 'BatchCreatePartition', { ...names, PartitionInputList }));
}

/** The questions that both Lakewarden and moto answer. */
const questions = (server: ServerProcess): readonly (readonly [what: string, call: Call])[] => [
  ['GetTable by SigV4', glueCall(server, 'GetTable', { DatabaseName: 'bench', Name: 't' })],
  [
    'GetPartitions by SigV4, 24 partitions',
    glueCall(server, 'GetPartitions', { ...names, Expression: "year='2021' and month='04' and day='01'" }),
  ],
];

/** Milliseconds, the median of questions asked one after the other: moto's server takes one at a time. */
async function oneByOne(call: Call): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 200; i += 1) {
    const startedAt = performance.now();
    await answerOf(call);
    times.push(performance.now() - startedAt);
  }
  return times.sort((a, b) => a - b)[100] ?? NaN;
}

async function againstMoto(server: ServerProcess): Promise<void> {
  const moto = await startMoto();
  if (moto === undefined) return;
  await fill(moto);
  const others = questions(moto);
  for (const [i, [what, call]] of questions(server).entries()) {
    const [, other] = others[i] ?? [];
    if (other === undefined) continue;
    const value = await oneByOne(call);
    const peerValue = await oneByOne(other);
    rows.push({ what, value, unit: 'ms', peer: 'moto', peerValue, ratio: value / peerValue });
  }
  await moto.stop();
}

async function main(): Promise<void> {
  const server = await startServerProcess();
  await fill(server);
  for (const [what, call] of questions(server)) {
    await againstBareFastify(what, call, 'application/x-amz-json-1.1');
  }

  const graphql = (query: string, token?: string): Call => ({
    url: `${server.url}/graphql`,
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  const login = await answerOf(
    graphql(
      `mutation { login(input: { accountId: "111122223333", userName: "admin", password: "${server.consolePassword}" }) { token } }`,
    ),
  );
  const { data } = JSON.parse(login) as { data: { login: { token: string } } };
  const question = `{ table(database: "bench", name: "t") { partitions(expression: "year='2021' and month='04' and day='01'") {
    edges { node { values createdAt storageDescriptor { location inputFormat } } } pageInfo { hasNextPage } } } }`;
  await againstBareFastify(
    'GraphQL, 24 partitions',
    graphql(question, data.login.token),
    'application/json; charset=utf-8',
  );
  await againstMoto(server);
  await server.stop();
  await report('hot-paths', rows);
}

await main();
