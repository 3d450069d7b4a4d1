import type { Lake } from './lake.ts';

export interface SocketMessage {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface Subscription {
  /** The next message of the server's; undefined when it has closed the socket. */
  next(): Promise<SocketMessage | undefined>;
  close(): Promise<void>;
}

/**
 * Subscribes over a socket in the graphql-transport-ws protocol, as a browser does.
 * @param connectionParams what the first message carries; a browser's only place for a token
 */
export async function subscribe(
  { url }: Pick<Lake, 'url'>,
  payload: unknown,
  connectionParams: object = {},
): Promise<Subscription> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const received: (SocketMessage | undefined)[] = [];
  let wake: (() => void) | undefined;
  const receive = (message: SocketMessage | undefined): void => {
    received.push(message);
    wake?.();
  };
  const closed = new Promise<void>((resolve) => {
    socket.addEventListener('close', () => {
      receive(undefined);
      resolve();
    });
  });
  socket.addEventListener('message', ({ data }) => {
    receive(JSON.parse(String(data)) as SocketMessage);
  });
  const next = async (): Promise<SocketMessage | undefined> => {
    while (received.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return received.shift();
  };
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => {
      resolve();
    });
    socket.addEventListener('error', () => {
      reject(new Error('the socket did not open'));
    });
  });
  socket.send(JSON.stringify({ type: 'connection_init', payload: connectionParams }));
  const greeting = await next();
  if (greeting?.type !== 'connection_ack') throw new Error(JSON.stringify(greeting));
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
  return {
    next,
    async close() {
      socket.close();
      await closed;
    },
  };
}
