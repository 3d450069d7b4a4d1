import { Agent, request } from 'node:http';

import { signRequest } from '@lakewarden/aws-wire';

import { openSocket } from '../../faults/support/client.ts';
import type { FaultServer } from '../../faults/support/fault-server.ts';
import type { FuzzCase, RawCase } from './cases.ts';

export interface Outcome {
  readonly status: number;
  readonly ms: number;
  readonly text: string;
}

const TIMEOUT_MS = 20_000;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

function headersOf(each: FuzzCase, server: FaultServer, bearer: string): Record<string, string> {
  const { method, path, headers, body, credential } = each;
  if (credential === 'none') return { ...headers };
  if (credential === 'bearer') return { ...headers, authorization: `Bearer ${bearer}` };
  const signed = signRequest({
    method,
    url: new URL(path, server.url),
    headers,
    body,
    ...server.credentials,
    region: 'us-east-1',
    service: credential.service,
    now: new Date(),
  });
  return { ...signed, ...each.after };
}

/** @returns undefined where Node's own client would not send it */
export function send(each: FuzzCase, server: FaultServer, bearer: string): Promise<Outcome | undefined> {
  const { hostname, port } = new URL(server.url);
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    let asked;
    try {
      asked = request({
        hostname,
        port,
        agent,
        method: each.method,
        path: each.path,
        headers: {
          ...headersOf(each, server, bearer),
          'content-length': String(Buffer.byteLength(each.body)),
        },
      });
    } catch {
      resolve(undefined);
      return;
    }
    asked.setTimeout(TIMEOUT_MS, () => asked.destroy(new Error(`no answer within ${String(TIMEOUT_MS)} ms`)));
    asked.on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        if (text.length < 4_000) text += chunk;
      });
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, ms: performance.now() - startedAt, text });
      });
      answer.on('error', reject);
    });
    asked.on('error', reject);
    asked.end(each.body);
  });
}

/** Bytes as they are, then the end of the stream: the server has to answer or to close. */
export async function sendRaw({ bytes }: RawCase, server: FaultServer): Promise<Outcome> {
  const socket = await openSocket(server.port);
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`neither answered nor closed within ${String(TIMEOUT_MS)} ms`));
    }, TIMEOUT_MS);
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined); // a reset is an answer too
    socket.once('close', () => {
      clearTimeout(timer);
      resolve({
        status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0),
        ms: performance.now() - startedAt,
        text,
      });
    });
    socket.end(Buffer.from(bytes, 'latin1'));
  });
}
