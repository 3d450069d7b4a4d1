import fc from 'fast-check';

import { questions } from './graphql-questions.ts';
import { aroundValid, hostileText } from './hostile.ts';
import { type ServiceModel, SERVICE_MODELS, toForm, valuesOf } from './shapes.ts';

/** One request, as plain data: what fails is printed, and can be sent again. */
export interface FuzzCase {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Signed for that service; or with the bearer token; or as it is. */
  readonly credential: { readonly service: string } | 'bearer' | 'none';
  /** Changed after the signature was made. */
  readonly after?: Readonly<Record<string, string>>;
}

/** Bytes for a bare socket. */
export interface RawCase {
  readonly what: string;
  readonly bytes: string;
}

/** Texts that are no JSON, or more of it than anybody asked for. */
const BODIES = [
  '',
  '{',
  '[]',
  'null',
  '"x"',
  '{"a":1,"a":2}',
  '{"__proto__":{"isAccountAdministrator":true}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '['.repeat(100_000),
  `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
  `{"Name":"${'x'.repeat(1_000_000)}"}`,
  `{"a":[${'0,'.repeat(200_000)}0]}`,
  `{"a":${'9'.repeat(10_000)}}`,
  '{"Name":"\\ud800"}',
  '{"Name":"\\u0000"}',
  '\ufeff{}',
  '{"Name":NaN}',
  "{'Name':'x'}",
];

const jsonOf = (input: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 30, arbitrary: input.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.constantFrom(...BODIES) },
  );

function ofOperation(model: ServiceModel, service: string, operation: string): fc.Arbitrary<FuzzCase> {
  const known = model.operations[operation];
  const input = aroundValid(known?.input === undefined ? fc.constant({}) : valuesOf(model, known.input));
  const common = {
    what: `${service}:${operation}`,
    method: 'POST',
    credential: { service: model.signingName },
  };
  switch (model.protocol) {
    case 'query':
      return input.map((value) => ({
        ...common,
        path: '/',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: formText({ Action: operation, Version: model.version, ...toForm(value, '', {}) }),
      }));
    case 'rest-json':
      return jsonOf(input).map((body) => ({
        ...common,
        method: known?.method ?? 'POST',
        path: (known?.uri ?? `/${operation}`).replaceAll(/\{[^}]*\}/g, 'x'),
        headers: { 'content-type': 'application/json' },
        body,
      }));
    default:
      return jsonOf(input).map((body) => ({
        ...common,
        path: '/',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': `${model.targetPrefix}.${operation}`,
        },
        body,
      }));
  }
}

/** A lone surrogate has no UTF-8; a form cannot hold it. */
const formText = (form: Readonly<Record<string, string>>): string =>
  new URLSearchParams(
    Object.fromEntries(
      Object.entries(form).map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]),
    ),
  ).toString();

const awsCases = (offered: Readonly<Record<string, readonly string[]>>): fc.Arbitrary<FuzzCase> => {
  const each = Object.entries(offered).flatMap(([service, operations]) => {
    const model = SERVICE_MODELS[service];
    return model === undefined ? [] : operations.map((operation) => ofOperation(model, service, operation));
  });
  return fc.oneof(...each);
};

const graphqlCases = (sdl: string): fc.Arbitrary<FuzzCase> =>
  fc.oneof(
    {
      weight: 12,
      arbitrary: jsonOf(questions(sdl)).map((body) => ({
        what: 'graphql',
        method: 'POST',
        path: '/graphql',
        headers: { 'content-type': 'application/json' },
        body,
        credential: 'bearer' as const,
      })),
    },
    {
      weight: 1,
      arbitrary: hostileText.map((query) => ({
        what: 'graphql by GET',
        method: 'GET',
        path: `/graphql?query=${encodeURIComponent(query.toWellFormed()).slice(0, 4_000)}`,
        headers: {},
        body: '',
        credential: 'bearer' as const,
      })),
    },
  );

const PATHS = [
  '/',
  '/healthz',
  '/readyz',
  '/metrics',
  '/.well-known/jwks.json',
  '/.well-known/openid-configuration',
  '/graphql',
  '/graphql/schema.graphql',
  '/graphql/../healthz',
  '//',
  '/%00',
  '/%ff%fe',
  '/%',
  '/?Action=GetCallerIdentity&Version=2011-06-15',
  '/?Action[]=x&Action=y',
  `/${'a/'.repeat(500)}`,
  `/?${'a=b&'.repeat(1_000)}`,
  '/__proto__',
  '/GrantPermissions',
  '/iceberg/v1/config',
  '/opa/v1/data/trino/allow',
];

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { authorization: 'Bearer x' },
  { authorization: `Bearer ${'e'.repeat(5_000)}` },
  { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.' },
  { authorization: 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=, Signature=' },
  { authorization: 'Basic Og==' },
  { 'content-type': 'multipart/form-data; boundary=x' },
  { 'content-type': 'text/\u00e9' },
  { 'content-encoding': 'gzip' },
  { 'x-amz-target': 'AWSGlue.__proto__' },
  { 'x-amz-target': '..' },
  { 'x-amz-date': '99999999T999999Z' },
  { 'x-lakewarden-revision': '999999999999999999999999' },
  { 'x-lakewarden-revision': "1' OR 1=1" },
  { expect: '100-continue' },
  { accept: 'application/xml;q=0, */*;q=-1' },
  { 'accept-encoding': 'br;q=1.0, gzip;q=x' },
  { range: 'bytes=0-,5-' },
  { 'x-forwarded-for': '1.2.3.4, ::1' },
  { origin: 'null', 'access-control-request-method': 'POST' },
  { cookie: 'a=b;'.repeat(500) },
];

const endpointCases: fc.Arbitrary<FuzzCase> = fc
  .tuple(
    fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'PROPFIND'),
    fc.constantFrom(...PATHS),
    fc.constantFrom(...HEADERS),
    fc.oneof(fc.constant(''), fc.constantFrom(...BODIES), hostileText),
  )
  .map(([method, path, headers, body]) => ({
    what: 'endpoint',
    method,
    path,
    headers,
    body: method === 'GET' || method === 'HEAD' ? '' : body,
    credential: 'none' as const,
  }));

/** A request that is signed as it should be, and changed on its way. */
const tamperedCases = (valid: fc.Arbitrary<FuzzCase>): fc.Arbitrary<FuzzCase> =>
  fc
    .tuple(
      valid,
      fc.constantFrom('authorization', 'x-amz-date', 'x-amz-target', 'content-type', 'x-amz-security-token'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
    )
    .map(([request, name, value]) => ({
      ...request,
      what: `tampered ${request.what}`,
      after: { [name]: value },
    }));

export const httpCases = (
  offered: Readonly<Record<string, readonly string[]>>,
  sdl: string,
): fc.Arbitrary<FuzzCase> => {
  const aws = awsCases(offered);
  return fc.oneof(
    { weight: 12, arbitrary: aws },
    { weight: 6, arbitrary: graphqlCases(sdl) },
    { weight: 1, arbitrary: tamperedCases(aws) },
    { weight: 2, arbitrary: endpointCases },
  );
};

/** What is HTTP, and what merely looks like it. */
const LINES = [
  'POST / HTTP/1.1',
  'GET /healthz HTTP/1.1',
  'GET / HTTP/9.9',
  'GET  /  HTTP/1.1',
  'get / http/1.1',
  'POST /graphql HTTP/1.0',
  'PRI * HTTP/2.0',
  `GET /${'a'.repeat(20_000)} HTTP/1.1`,
  '\x16\x03\x01\x02\x00\x01\x00',
  'GET http://127.0.0.1/ HTTP/1.1',
  'CONNECT x:1 HTTP/1.1',
  'GET / HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade',
  'GET /graphql HTTP/1.1\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: x',
];
const RAW_HEADERS = [
  'host: x',
  'content-length: 5',
  'content-length: -1',
  'content-length: 99999999999999999999',
  'transfer-encoding: chunked',
  'transfer-encoding: xchunked',
  'transfer-encoding: gzip, chunked',
  'content-length : 5',
  ' folded: x',
  'x\u0000y: z',
  'x: \u00ff\u00fe',
  `x: ${'y'.repeat(20_000)}`,
  'x-amz-target: AWSGlue.GetTable',
  'authorization: AWS4-HMAC-SHA256 Credential=',
  'connection: close',
  ':',
];
const RAW_BODIES = [
  '',
  'hello',
  '5\r\nhello\r\n0\r\n\r\n',
  'fffffffffffff\r\nx',
  '0\r\nx: y\r\n\r\n',
  '-1\r\n',
];

export const rawCases: fc.Arbitrary<RawCase> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...LINES),
        fc.array(fc.constantFrom(...RAW_HEADERS), { maxLength: 4 }),
        fc.constantFrom(...RAW_BODIES),
      )
      .map(([line, headers, body]) => ({
        what: 'broken HTTP',
        bytes: `${[line, ...headers].join('\r\n')}\r\n\r\n${body}`,
      })),
  },
  {
    weight: 1,
    arbitrary: fc
      .uint8Array({ maxLength: 300 })
      .map((bytes) => ({ what: 'bytes', bytes: Buffer.from(bytes).toString('latin1') })),
  },
);
