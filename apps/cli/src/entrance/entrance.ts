import { createServer, connect, type Server } from 'node:net';
import { once } from 'node:events';

/** Listens on `address:port` and passes each connection on to 127.0.0.1:`to`, byte for byte. Resolves when it listens. */
export async function openEntrance(address: string, port: number, to: number): Promise<Server> {
  const server = createServer((outside) => {
    const inside = connect({ host: '127.0.0.1', port: to });
    for (const [one, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  server.listen({ host: address, port });
  await once(server, 'listening');
  return server;
}
