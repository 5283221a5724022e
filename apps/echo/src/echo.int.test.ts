import { badRequest, ServiceError } from '@gennaker/contracts/error';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeWorld, until, type World } from './echo.fixture.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.end());

const webhook = (key: string, source = 'ci') => ({ body: { key, type: 'webhook', source, content: { a: 1 } } });

describe('an event', () => {
  it('is answered per pipeline with what it did and why, and stays readable', async () => {
    world.addPipeline('yes');
    world.addPipeline('no', { triggers: [{ type: 'webhook', enabled: true, source: 'other' }] });
    world.addPipeline('unrelated', { triggers: [] });
    const { client } = await world.run();
    const answer = await client.post(webhook('e1'));
    expect(answer).toMatchObject({ eventProcessed: true });
    expect(answer.matches).toMatchObject([
      { application: 'hello', pipelineId: 'yes', started: true, reason: { summary: 'the source is "ci"' } },
      { pipelineId: 'no', started: false, reason: { summary: 'its source is "other", the event came to "ci"' } },
    ]);
    expect(world.started).toMatchObject([
      {
        id: answer.matches[0]?.executionId,
        pipeline: 'yes',
        trigger: { type: 'webhook', eventId: answer.eventId, payload: { a: 1 } },
      },
    ]);
    const [stored] = await client.eventHistory({ query: { pipelineId: 'no' } });
    expect(stored).toEqual(await client.getEvent({ params: { id: answer.eventId } }));
    expect(stored?.matches).toEqual(answer.matches);
  });

  it('delivered again, also at the same moment, starts nothing twice', async () => {
    world.addPipeline('p');
    const { client } = await world.run();
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.post(webhook('same'))));
    expect(new Set(answers.map((answer) => answer.eventId)).size).toBe(1);
    expect(new Set(answers.map((answer) => answer.matches[0]?.executionId)).size).toBe(1);
    expect(answers.filter((answer) => answer.repeated !== true)).toHaveLength(1);
    expect(world.started).toHaveLength(1);
    world.addPipeline('later');
    expect((await client.post(webhook('same'))).matches).toHaveLength(1);
    await client.post(webhook('other'));
    expect(world.started).toHaveLength(3);
  });

  it('that nobody listens to says so', async () => {
    const { client } = await world.run();
    const body = { key: 'x', type: 'teleport', content: {} };
    expect((await client.post({ body })).reason?.summary).toBe('no trigger type listens to teleport events');
    expect((await client.post(webhook('y'))).reason?.summary).toBe('no pipeline has a webhook trigger');
  });

  it('with a NUL character is refused before it is stored', async () => {
    const { client } = await world.run();
    const call = client.post({ body: { type: 'webhook', source: 'ci', content: { a: ['\u0000'] } } });
    await expect(call).rejects.toMatchObject({ status: 400, details: { field: 'content.a.0' } });
    expect(await client.eventHistory({})).toEqual([]);
  });
});

describe('a crash', () => {
  it('between storing and matching loses nothing', async () => {
    world.addPipeline('p');
    await world.database.db.pool.query(
      `insert into echo.events (id, key, type, source, content, headers, "user") values ('ev', 'k', 'webhook', 'ci', '{}', '{}', 'anonymous')`,
    );
    const { client } = await world.run();
    await until(() => world.started.length === 1);
    const again = await client.post(webhook('k'));
    expect(again).toMatchObject({
      repeated: true,
      eventId: 'ev',
      matches: [{ started: true, executionId: world.started[0]?.id }],
    });
    expect(world.started).toHaveLength(1);
  });

  it('between committing the start and sending it loses nothing and starts nothing twice', async () => {
    world.addPipeline('p');
    world.orcaHook = () => {
      throw new ServiceError(503, 'orca is away');
    };
    const first = await world.run();
    const posting = first.client.post(webhook('k')).catch(() => undefined);
    await until(
      async () => (await world.database.db.pool.query('select from echo.outbox where attempts > 0')).rowCount === 1,
    );
    await world.stop();
    await posting;
    expect(world.started).toEqual([]);

    let lost = 1;
    world.orcaHook = () => {};
    const inner = world.parts().orca;
    const { client } = await world.run({
      orca: {
        // Orca takes it, the answer is lost.
        orchestrate: async (...call) => {
          const answer = await inner.orchestrate(...call);
          if (lost-- > 0) throw new ServiceError(504, 'no answer');
          return answer;
        },
      },
    });
    const again = await client.post(webhook('k'));
    expect(again.matches).toMatchObject([{ started: true, executionId: world.started[0]?.id }]);
    expect(world.started).toHaveLength(1);
    await until(async () => (await world.database.db.pool.query('select from echo.outbox')).rowCount === 0);
  });

  it('of front50 keeps the event until it answers', async () => {
    world.addPipeline('p');
    world.front50Up = false;
    const { client } = await world.run();
    const answer = await client.post(webhook('k'));
    expect(answer).toMatchObject({ eventProcessed: false, matches: [] });
    expect(answer.reason?.summary).toContain('front50 is away');
    world.front50Up = true;
    await until(() => world.started.length === 1);
    expect(await client.getEvent({ params: { id: answer.eventId } })).toMatchObject({
      processed: true,
      matches: [{ started: true }],
    });
  });
});

describe('orca', () => {
  it('that refuses is quoted', async () => {
    world.addPipeline('p');
    world.orcaHook = () => {
      throw badRequest('Stage type teleport is unknown', { fix: 'use another' });
    };
    const { client } = await world.run();
    const { matches } = await client.post(webhook('k'));
    expect(matches[0]).toMatchObject({
      started: false,
      reason: { summary: 'orca refused to start it: Stage type teleport is unknown', next: 'use another' },
    });
    expect(matches[0]).not.toHaveProperty('executionId');
  });
});

describe('a start by hand', () => {
  const byHand = (key: string, name: string, trigger: Record<string, unknown> = {}) => ({
    body: {
      key,
      type: 'manual',
      user: 'ada',
      content: { application: 'hello', pipelineNameOrId: name, trigger, executionId: `id-${key}` },
    },
  });

  it('finds by name, then by id, uses the given execution id, and needs no trigger', async () => {
    world.addPipeline('p1', { name: 'Deploy', triggers: [] });
    const { client } = await world.run();
    await client.post(byHand('a', 'deploy'));
    await client.post(byHand('b', 'p1', { parameters: { x: 1 } }));
    expect(world.started).toMatchObject([
      { id: 'id-a', trigger: { type: 'manual', user: 'ada' } },
      { id: 'id-b', trigger: { parameters: { x: 1 } } },
    ]);
    expect((await client.post(byHand('c', 'nowhere'))).reason?.summary).toContain('has no pipeline');
  });

  it('says what is missing', async () => {
    world.addPipeline('p1', { parameterConfig: [{ name: 'version', required: true }] });
    const { client } = await world.run();
    const { matches } = await client.post(byHand('a', 'p1'));
    expect(matches[0]).toMatchObject({
      started: false,
      reason: { summary: 'required parameter "version" has no value' },
    });
  });
});
