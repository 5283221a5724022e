import { networkInterfaces } from 'node:os';
import { openEntrance } from './entrance.ts';

// A container's published ports arrive at its own address, while deck and gate listen on loopback alone. Whoever
// publishes the port decides who may come; docker-compose.yml publishes to the host's loopback.
const pairs = (process.env['GENNAKER_ENTRANCE'] ?? '9000:9000,8084:8084')
  .split(',')
  .map((pair) => pair.split(':').map(Number));
const address = process.env['GENNAKER_ENTRANCE_ADDRESS'] ?? ownAddress();
if (!address) {
  process.stderr.write('This container has no address besides loopback: give it a network.\n');
  process.exit(1);
}
const servers = await Promise.all(pairs.map(([port = 0, to = port]) => openEntrance(address, port, to)));
process.stdout.write(`passing ${pairs.map(([port]) => `${address}:${port}`).join(' and ')} on to loopback\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    for (const server of servers) server.close();
    process.exit(0);
  });
}

function ownAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find((one) => one.family === 'IPv4' && !one.internal)?.address;
}
