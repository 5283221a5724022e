import { once } from 'node:events';
import { createServer } from 'node:http';
import pg from 'pg';

/**
 * The least that takes a webhook: its body is stored under its delivery id, and answered. Prints `ready PORT`. The table's
 * database is the argument.
 */
const [, , databaseUrl] = process.argv;
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
await pool.query('create table if not exists webhooks (key text primary key, content jsonb not null)');
const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const body = Buffer.concat(pieces).toString();
    pool
      .query('insert into webhooks (key, content) values ($1, $2::jsonb) on conflict (key) do nothing', [
        request.headers['idempotency-key'],
        body,
      ])
      .then(({ rowCount }) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ fresh: rowCount === 1 })),
      )
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
process.stdout.write(`ready ${address && typeof address === 'object' ? address.port : 0}\n`);
