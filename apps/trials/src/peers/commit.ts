import pg from 'pg';
import { closedLoop } from '../closed-loop.ts';
import { measure, type Measured, type PeerOptions } from './peer.ts';

/** One durable single-statement commit after another on one connection: the floor of a durable step. */
export async function commit(options: PeerOptions): Promise<Measured> {
  const client = new pg.Client({ connectionString: options.databaseUrl });
  await client.connect();
  await client.query('create table if not exists one (id int primary key, n bigint not null)');
  await client.query('insert into one values (1, 0) on conflict do nothing');
  const run = async (): Promise<void> => {
    await client.query({ name: 'one', text: 'update one set n = n + 1 where id = 1' });
  };
  await closedLoop(100, 1, run);
  const result = await measure(options, 1, () => closedLoop(options.count, 1, run));
  await client.end();
  return result;
}
