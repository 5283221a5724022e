import { createClient } from '@gennaker/client/client';
import { badRequest, notFound, ServiceError } from '@gennaker/contracts/error';
import { echoApi } from '@gennaker/contracts/echo';
import { type Pipeline, pipelineSchema } from '@gennaker/contracts/front50';
import type { Client } from '@gennaker/contracts/route';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { systemClock } from '@gennaker/service/clock';
import { configFromEnv } from '@gennaker/service/config';
import { type Served, serve } from '@gennaker/service/http-server';
import { triggers } from '@gennaker/triggers/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEcho, type Echo, type EchoParts } from './echo.ts';
import { echoHandlers } from './http.ts';

interface Started {
  id: string;
  pipeline: string;
  trigger: Record<string, unknown>;
}

let database: TestDatabase;
let pipelines: Pipeline[];
let started: Started[];
/** Runs before orca takes an execution; throwing makes orca refuse or fail. */
let orcaHook: () => void;
let front50Up: boolean;
let open: (() => Promise<void>)[];

beforeEach(async () => {
  database = await testDatabase();
  pipelines = [];
  started = [];
  orcaHook = () => {};
  front50Up = true;
  open = [];
});
afterEach(async () => {
  for (const close of open.toReversed()) await close();
  await database.drop();
});

const addPipeline = (id: string, changes: Record<string, unknown> = {}): void => {
  const config = [{ type: 'webhook', enabled: true, source: 'ci' }];
  pipelines.push(
    pipelineSchema.parse({ id, name: id, application: 'Hello', triggers: config, stages: [], ...changes }),
  );
};

function parts(): EchoParts {
  const reach = (): void => {
    if (!front50Up) throw new ServiceError(503, 'front50 is away');
  };
  return {
    db: database.db,
    clock: systemClock,
    triggers,
    log: { warn: () => {} },
    sweepMs: 50,
    front50: {
      listPipelines: async (args) => {
        reach();
        const types = args?.query?.triggerTypes?.split(',') ?? [];
        return pipelines.filter((pipeline) => pipeline.triggers?.some((trigger) => types.includes(trigger.type)));
      },
      getPipelineByName: async ({ params }) => {
        reach();
        const found = pipelines.find((pipeline) => pipeline.name.toLowerCase() === params.name.toLowerCase());
        if (!found) throw notFound('no such pipeline');
        return found;
      },
      getPipeline: async ({ params }) => {
        reach();
        const found = pipelines.find((pipeline) => pipeline.id === params.id);
        if (!found) throw notFound('no such pipeline');
        return found;
      },
    },
    orca: {
      orchestrate: async ({ body }) => {
        orcaHook();
        // Orca knows an execution by its id.
        if (!started.some((execution) => execution.id === body.executionId))
          started.push({ id: body.executionId ?? '', pipeline: body.id ?? '', trigger: body.trigger ?? {} });
        return { ref: `/pipelines/${body.executionId}` };
      },
    },
  };
}

async function run(changes: Partial<EchoParts> = {}): Promise<{ echo: Echo; client: Client<typeof echoApi> }> {
  const echo = createEcho({ ...parts(), ...changes });
  open.push(() => echo.close());
  const served: Served = await serve({
    name: 'echo',
    api: echoApi,
    port: 0,
    config: configFromEnv({ GENNAKER_DATA: 'unused', DATABASE_URL: database.url, REDIS_URL: 'unused' }),
    handlers: echoHandlers(echo),
  });
  open.push(() => served.close());
  return { echo, client: createClient(echoApi, { baseUrl: served.url }) };
}

const webhook = (key: string, source = 'ci') => ({ body: { key, type: 'webhook', source, content: { a: 1 } } });

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('an event', () => {
  it('is answered per pipeline with what it did and why, and stays readable', async () => {
    addPipeline('yes');
    addPipeline('no', { triggers: [{ type: 'webhook', enabled: true, source: 'other' }] });
    addPipeline('unrelated', { triggers: [] });
    const { client } = await run();
    const answer = await client.post(webhook('e1'));
    expect(answer).toMatchObject({ eventProcessed: true });
    expect(answer.matches).toMatchObject([
      { application: 'hello', pipelineId: 'yes', started: true, reason: { summary: 'the source is "ci"' } },
      { pipelineId: 'no', started: false, reason: { summary: 'its source is "other", the event came to "ci"' } },
    ]);
    expect(started).toMatchObject([
      {
        id: answer.matches[0]?.executionId,
        pipeline: 'yes',
        trigger: { type: 'webhook', eventId: answer.eventId, payload: { a: 1 } },
      },
    ]);
    const [stored] = await client.listEvents({ query: { pipelineId: 'no' } });
    expect(stored).toEqual(await client.getEvent({ params: { id: answer.eventId } }));
    expect(stored?.matches).toEqual(answer.matches);
  });

  it('delivered again, also at the same moment, starts nothing twice', async () => {
    addPipeline('p');
    const { client } = await run();
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.post(webhook('same'))));
    expect(new Set(answers.map((answer) => answer.eventId)).size).toBe(1);
    expect(new Set(answers.map((answer) => answer.matches[0]?.executionId)).size).toBe(1);
    expect(answers.filter((answer) => answer.repeated !== true)).toHaveLength(1);
    expect(started).toHaveLength(1);
    addPipeline('later');
    expect((await client.post(webhook('same'))).matches).toHaveLength(1);
    await client.post(webhook('other'));
    expect(started).toHaveLength(3);
  });

  it('that nobody listens to says so', async () => {
    const { client } = await run();
    const body = { key: 'x', type: 'docker', content: {} };
    expect((await client.post({ body })).reason?.summary).toBe('no trigger type listens to docker events');
    expect((await client.post(webhook('y'))).reason?.summary).toBe('no pipeline has a webhook trigger');
  });

  it('with a NUL character is refused before it is stored', async () => {
    const { client } = await run();
    const call = client.post({ body: { type: 'webhook', source: 'ci', content: { a: ['\u0000'] } } });
    await expect(call).rejects.toMatchObject({ status: 400, details: { field: 'content.a.0' } });
    expect(await client.listEvents({})).toEqual([]);
  });
});

describe('a crash', () => {
  it('between storing and matching loses nothing', async () => {
    addPipeline('p');
    await database.db.pool.query(
      `insert into echo.events (id, key, type, source, content, headers, "user") values ('ev', 'k', 'webhook', 'ci', '{}', '{}', 'anonymous')`,
    );
    const { client } = await run();
    await until(() => started.length === 1);
    const again = await client.post(webhook('k'));
    expect(again).toMatchObject({
      repeated: true,
      eventId: 'ev',
      matches: [{ started: true, executionId: started[0]?.id }],
    });
    expect(started).toHaveLength(1);
  });

  it('between committing the start and sending it loses nothing and starts nothing twice', async () => {
    addPipeline('p');
    orcaHook = () => {
      throw new ServiceError(503, 'orca is away');
    };
    const first = await run();
    const posting = first.client.post(webhook('k')).catch(() => undefined);
    await until(
      async () => (await database.db.pool.query('select from echo.outbox where attempts > 0')).rowCount === 1,
    );
    for (const close of open.splice(0).toReversed()) await close();
    await posting;
    expect(started).toEqual([]);

    let lost = 1;
    orcaHook = () => {};
    const inner = parts().orca;
    const { client } = await run({
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
    expect(again.matches).toMatchObject([{ started: true, executionId: started[0]?.id }]);
    expect(started).toHaveLength(1);
    await until(async () => (await database.db.pool.query('select from echo.outbox')).rowCount === 0);
  });

  it('of front50 keeps the event until it answers', async () => {
    addPipeline('p');
    front50Up = false;
    const { client } = await run();
    const answer = await client.post(webhook('k'));
    expect(answer).toMatchObject({ eventProcessed: false, matches: [] });
    expect(answer.reason?.summary).toContain('front50 is away');
    front50Up = true;
    await until(() => started.length === 1);
    expect(await client.getEvent({ params: { id: answer.eventId } })).toMatchObject({
      processed: true,
      matches: [{ started: true }],
    });
  });
});

describe('orca', () => {
  it('that refuses is quoted', async () => {
    addPipeline('p');
    orcaHook = () => {
      throw badRequest('Stage type teleport is unknown', { fix: 'use another' });
    };
    const { client } = await run();
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
    addPipeline('p1', { name: 'Deploy', triggers: [] });
    const { client } = await run();
    await client.post(byHand('a', 'deploy'));
    await client.post(byHand('b', 'p1', { parameters: { x: 1 } }));
    expect(started).toMatchObject([
      { id: 'id-a', trigger: { type: 'manual', user: 'ada' } },
      { id: 'id-b', trigger: { parameters: { x: 1 } } },
    ]);
    expect((await client.post(byHand('c', 'nowhere'))).reason?.summary).toContain('has no pipeline');
  });

  it('says what is missing', async () => {
    addPipeline('p1', { parameterConfig: [{ name: 'version', required: true }] });
    const { client } = await run();
    const { matches } = await client.post(byHand('a', 'p1'));
    expect(matches[0]).toMatchObject({
      started: false,
      reason: { summary: 'required parameter "version" has no value' },
    });
  });
});
