import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { testRedis } from '@gennaker/fixtures/databases';
import { pino } from 'pino';
import { openBell } from './bell.ts';
import { bellSuite } from './bell-suite.fixture.ts';

/** A way to a Redis that can be cut: what is under way is dropped, and nobody new gets in. */
async function cuttable(url: string): Promise<{ url: string; setAway(away: boolean): Promise<void>; close(): void }> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let away = false;
  const server = createServer((socket) => {
    if (away) return void socket.destroy();
    const behind = connect(Number(target.port), target.hostname);
    for (const one of [socket, behind]) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        socket.destroy();
        behind.destroy();
      });
    }
    socket.pipe(behind).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const through = new URL(url);
  through.port = String(address.port);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: through.href,
    setAway: async (now) => {
      away = now;
      if (away) cut();
    },
    close: () => {
      cut();
      server.close();
    },
  };
}

bellSuite('on Redis', async () => {
  const redis = await testRedis();
  const way = await cuttable(redis.url);
  return {
    open: (listener) => openBell(way.url, listener, pino({ level: 'silent' })),
    setAway: (away) => way.setAway(away),
    drop: async () => {
      way.close();
      await redis.drop();
    },
  };
});
