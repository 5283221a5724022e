import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction } from './database.ts';
import { once } from './inbox.ts';
import { createOutbox, type DeliveryResult, type Outbox, type OutboxDelivery } from './outbox.ts';

let test: TestDatabase;
const open: Outbox[] = [];

beforeAll(async () => {
  test = await testDatabase();
  await test.db.pool.query(`
    create schema sender;
    create table sender.outbox(id bigserial primary key, key text not null unique, target text not null,
      method text not null, path text not null, body jsonb not null, trace text, attempts int not null default 0,
      next_at timestamptz not null default now(), dead_reason text, created_at timestamptz not null default now());
    create table sender.inbox(key text primary key, response jsonb, created_at timestamptz not null default now())`);
});

beforeEach(async () => {
  await Promise.all(open.splice(0).map((outbox) => outbox.close()));
  await test.db.pool.query('truncate sender.outbox, sender.inbox');
});

afterAll(async () => {
  await Promise.all(open.splice(0).map((outbox) => outbox.close()));
  await test.drop();
});

function relay(deliver: (message: OutboxDelivery) => Promise<DeliveryResult>, pollMs = 60_000): Outbox {
  const outbox = createOutbox({ db: test.db, schema: 'sender', deliver, pollMs });
  open.push(outbox);
  return outbox;
}

const message = (key: string, target = 'echo') => ({ key, target, method: 'POST', path: `/${key}`, body: { key } });
const rows = async () =>
  (await test.db.pool.query('select key, attempts, dead_reason from sender.outbox order by id')).rows;

describe('outbox', () => {
  it('sends in order per target after a poke, and deletes what was accepted', async () => {
    const got: string[] = [];
    const outbox = relay(async (sent) => {
      got.push(`${sent.target}:${sent.key}:${JSON.stringify(sent.body)}`);
      return { status: 202 };
    });
    await inTransaction(test.db, async (client) => {
      for (let n = 0; n < 120; n++) await outbox.enqueue(client, message(`m${n}`, n % 2 ? 'echo' : 'front50'));
    });
    outbox.poke();
    await expect.poll(() => got.length).toBe(120);
    const echo = got.filter((line) => line.startsWith('echo:')).map((line) => Number(/:m(\d+):/.exec(line)?.[1]));
    expect(echo).toEqual([...echo].sort((a, b) => a - b));
    await expect.poll(rows).toEqual([]);
  });

  it('sends nothing of a transaction that rolled back', async () => {
    const got: string[] = [];
    const outbox = relay(async (sent) => {
      got.push(sent.key);
      return { status: 200 };
    });
    await expect(
      inTransaction(test.db, async (client) => {
        await outbox.enqueue(client, message('lost'));
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await outbox.enqueue(test.db.pool, message('kept'));
    outbox.poke();
    await expect.poll(() => got).toEqual(['kept']);
  });

  it('tries again with backoff, and keeps later messages behind the one that waits', async () => {
    const got: string[] = [];
    const outbox = relay(async (sent) => {
      got.push(sent.key);
      if (sent.key === 'a' && sent.attempts === 1) throw new Error('connection refused');
      if (sent.key === 'a' && sent.attempts === 2) return { status: 503 };
      return { status: 200 };
    });
    await outbox.enqueue(test.db.pool, message('a'));
    await outbox.enqueue(test.db.pool, message('b'));
    outbox.poke();
    await expect.poll(() => got, { timeout: 5_000 }).toEqual(['a', 'a', 'a', 'b']);
    await expect.poll(rows).toEqual([]);
  });

  it('keeps a refused message with its reason and goes on with the next', async () => {
    const got: string[] = [];
    const outbox = relay(async (sent) => {
      got.push(sent.key);
      return sent.key === 'bad' ? { status: 422, reason: 'name is missing' } : { status: 200 };
    });
    await outbox.enqueue(test.db.pool, message('bad'));
    await outbox.enqueue(test.db.pool, message('good'));
    outbox.poke();
    await expect.poll(() => got).toEqual(['bad', 'good']);
    await expect
      .poll(rows)
      .toEqual([{ key: 'bad', attempts: 1, dead_reason: 'POST /bad was refused by echo with 422: name is missing' }]);
  });

  it('lets two relays share a table without sending twice or out of order', async () => {
    const got: number[] = [];
    const deliver = async (sent: OutboxDelivery) => {
      got.push(Number(sent.key));
      return { status: 200 };
    };
    const outboxes = [relay(deliver, 20), relay(deliver, 20)];
    for (let n = 0; n < 200; n++) {
      await outboxes[0]?.enqueue(test.db.pool, message(String(n)));
      outboxes[n % 2]?.poke();
    }
    await expect.poll(() => got.length, { timeout: 10_000 }).toBe(200);
    expect(got).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });
});

describe('inbox', () => {
  it('runs the work of a key once and answers the same again', async () => {
    let runs = 0;
    const call = () =>
      inTransaction(test.db, (client) => once(client, 'sender', 'k', async () => ({ number: (runs += 1) })));
    const answers = await Promise.all([call(), call(), call()]);
    expect(answers.map((answer) => answer.response)).toEqual([{ number: 1 }, { number: 1 }, { number: 1 }]);
    expect(answers.filter((answer) => answer.fresh)).toHaveLength(1);
    expect(runs).toBe(1);
  });

  it('leaves the key unused when the work fails', async () => {
    const failing = inTransaction(test.db, (client) =>
      once(client, 'sender', 'f', () => Promise.reject(new Error('broken'))),
    );
    await expect(failing).rejects.toThrow('broken');
    const again = await inTransaction(test.db, (client) => once(client, 'sender', 'f', async () => 7));
    expect(again).toEqual({ fresh: true, response: 7 });
  });
});
