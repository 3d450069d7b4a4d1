import { createServer, request } from 'node:http';

export interface SeenCall {
  /** Of `X-Amz-Target`, without the service. */
  readonly operation: string;
}

export interface Proxy {
  readonly url: string;
  readonly calls: SeenCall[];
  /** From now on calls that this says yes to are refused as those of an unknown key. */
  refuse: (operation: string) => boolean;
  stop(): Promise<void>;
}

/** Stands between a client and a server, passes every byte on and may break the line. */
export async function startProxy(target: string): Promise<Proxy> {
  const calls: SeenCall[] = [];
  const proxy = { refuse: (_operation: string): boolean => false };
  const server = createServer((incoming, answer) => {
    const operation = String(incoming.headers['x-amz-target'] ?? '').replace(/^.*\./, '');
    calls.push({ operation });
    if (proxy.refuse(operation)) {
      incoming.resume();
      answer.writeHead(403, { 'content-type': 'application/x-amz-json-1.1' });
      answer.end('{"__type":"UnrecognizedClientException","message":"the line is cut"}');
      return;
    }
    const { hostname, port } = new URL(target);
    const onward = request(
      { hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
      },
    );
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${String(port)}`,
    calls,
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  });
}
