import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';

import { signGlue, type Signer } from '../../support/glue.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** One keep-alive connection, as a client's pool holds them. */
export class KeptConnection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #signer: Signer;

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  glue(operation: string, input: object = {}): Promise<RawAnswer> {
    const { headers, body } = signGlue(this.#signer, operation, JSON.stringify(input));
    return this.send('/', 'POST', headers, body);
  }

  send(
    path: string,
    method = 'GET',
    headers: Readonly<Record<string, string>> = {},
    body?: string | Buffer,
  ): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      const asked = request(
        new URL(path, this.#signer.url),
        {
          agent: this.#agent,
          method,
          headers: {
            ...headers,
            ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
          },
        },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk: string) => (text += chunk));
          answer.on('end', () => {
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
          });
          answer.on('error', reject);
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** A TCP connection that is open. */
export const openSocket = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });

/** All that the server writes until it closes. */
export const readToEnd = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    socket.once('close', () => {
      resolve(text);
    });
  });

/** The bytes of a signed Glue request, to be sent as slowly as one likes. */
export function rawGlue(signer: Signer, operation: string, input: object): { head: string; body: string } {
  const text = JSON.stringify(input);
  const { headers } = signGlue(signer, operation, text);
  const lines = Object.entries({
    host: new URL(signer.url).host,
    ...headers,
    'content-length': String(Buffer.byteLength(text)),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return { head: `POST / HTTP/1.1\r\n${lines.join('')}\r\n`, body: text };
}
