import { createHmac } from 'node:crypto';
import type { Identity } from '@gennaker/contracts/people';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeWorld, type World } from '../echo.fixture.ts';
import { forgetEvents } from './forget-events.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.end());

const person = (user: string, ...roles: string[]): Identity => ({ user, roles, admin: false, via: 'session' });
const anonymous: Identity = { ...person('anonymous'), via: 'anonymous' };
const root: Identity = { ...person('root'), admin: true };
const hook = (source: string, more: Record<string, unknown> = {}) => ({
  triggers: [{ type: 'webhook', enabled: true, source, ...more }],
});
const call = (source: string, content: object, headers: Record<string, string> = {}) => ({
  params: { type: 'webhook', source },
  body: { call: crypto.randomUUID(), headers, body: Buffer.from(JSON.stringify(content)).toString('base64') },
});

describe('stored events', () => {
  it('are found by type, source, application, pipeline, outcome and time, page by page', async () => {
    world.addPipeline('a', hook('one'));
    world.addPipeline('b', { ...hook('two', { payloadConstraints: { ok: 'yes' } }), application: 'Shop' });
    const { client } = await world.run();
    const one = await client.webhook(call('one', {}));
    const no = await client.webhook(call('two', { ok: 'no' }));
    const yes = await client.webhook(call('two', { ok: 'yes' }));
    const ids = async (query: Parameters<typeof client.eventHistory>[0]) =>
      (await client.eventHistory(query)).map((event) => event.id);
    const all = [yes.eventId, no.eventId, one.eventId];
    expect(await ids({})).toEqual(all);
    expect(await ids({ query: { type: 'git' } })).toEqual([]);
    expect(await ids({ query: { source: 'two' } })).toEqual([yes.eventId, no.eventId]);
    expect(await ids({ query: { application: 'SHOP' } })).toEqual([yes.eventId, no.eventId]);
    expect(await ids({ query: { pipelineId: 'a', started: 'true' } })).toEqual([one.eventId]);
    expect(await ids({ query: { application: 'shop', started: 'false' } })).toEqual([no.eventId]);
    expect(await ids({ query: { started: 'false' } })).toEqual([no.eventId]);
    const [newest] = await client.eventHistory({ query: { limit: '1' } });
    expect(await ids({ query: { from: newest?.at } })).toContain(yes.eventId);
    expect(await ids({ query: { until: 1 } })).toEqual([]);
    const pages: string[] = [];
    for (let before: string | undefined; pages.length < 3; before = pages.at(-1))
      pages.push(...(await ids({ query: { limit: 1, ...(before === undefined ? {} : { before }) } })));
    expect(pages).toEqual(all);
    expect(await ids({ query: { before: one.eventId } })).toEqual([]);
  });

  it('keep a few of the pipelines that they are none of the business of, and count the rest', async () => {
    for (let n = 0; n < 60; n += 1) world.addPipeline(`elsewhere ${n}`, hook('other'));
    world.addPipeline('here', hook('ci'));
    const { client } = await world.run();
    const answer = await client.webhook(call('ci', {}));
    expect(answer.matches).toHaveLength(51);
    expect(answer.matches[0]).toMatchObject({ pipeline: 'here', started: true });
    expect(answer.matches[50]).toMatchObject({ elsewhere: true, started: false });
    expect(answer.notListed).toBe(10);
    expect(await client.getEvent({ params: { id: answer.eventId } })).toMatchObject({ notListed: 10 });
  });

  it('are forgotten after a while, but not while they wait for something', async () => {
    world.addPipeline('p', hook('ci'));
    const { client } = await world.run();
    const { eventId } = await client.webhook(call('ci', {}, { 'x-github-delivery': 'd' }));
    const { pool } = world.database.db;
    await pool.query(
      `insert into echo.events (id, key, type, content, headers, "user", received_at, next_at)
       values ('waits', 'w', 'webhook', '{}', '{}', 'anonymous', 'epoch', 'infinity')`,
    );
    expect(await forgetEvents(world.database.db, Date.now() - 60_000)).toBe(0);
    expect(await forgetEvents(world.database.db, Date.now() + 60_000)).toBe(1);
    await expect(client.getEvent({ params: { id: eventId } })).rejects.toMatchObject({ status: 404 });
    expect((await client.eventHistory({})).map((event) => event.id)).toEqual(['waits']);
    expect((await client.webhook(call('ci', {}, { 'x-github-delivery': 'd' }))).repeated).toBeUndefined();
  });

  it('show their payload to those who may read an application that they concerned, and to nobody else', async () => {
    world.authentication = true;
    world.permissions['hello'] = { READ: ['dev'] };
    world.permissions['shop'] = { READ: ['shop'] };
    world.addPipeline('p', hook('ci'));
    world.addPipeline('other', { ...hook('till'), application: 'shop' });
    const { client } = await world.run({}, anonymous);
    const { eventId } = await client.webhook(call('ci', { secret: 1 }));
    const nobodys = await client.webhook(call('nowhere', {}));
    const seenBy = async (identity: Identity) => {
      const { client: own } = await world.run({}, identity);
      return (await own.eventHistory({})).map((event) => [event.id, event.matches.map((match) => match.pipeline)]);
    };
    expect(await seenBy(person('ada', 'dev'))).toEqual([[eventId, ['p']]]);
    expect(await seenBy(person('bob', 'shop'))).toEqual([]);
    expect(await seenBy(root)).toEqual([
      [nobodys.eventId, ['p', 'other']],
      [eventId, ['p', 'other']],
    ]);
    const { client: bob } = await world.run({}, person('bob', 'shop'));
    await expect(bob.getEvent({ params: { id: eventId } })).rejects.toMatchObject({ status: 404 });
    await expect(bob.replayEvent({ params: { id: eventId }, body: {} })).rejects.toMatchObject({ status: 404 });
    await expect(bob.testEvent({ body: { eventId } })).rejects.toMatchObject({ status: 404 });
  });
});

describe('an event that is sent again', () => {
  it('is a new one, by who sent it, and starts once for one idempotency key', async () => {
    world.addPipeline('p', hook('ci'));
    const { client } = await world.run({}, root);
    const first = await client.webhook(call('ci', { a: 1 }, { 'x-github-delivery': 'd' }));
    const again = () =>
      client.replayEvent({ params: { id: first.eventId }, body: {} }, { headers: { 'idempotency-key': 'once' } });
    const replay = await again();
    expect(replay.eventId).not.toBe(first.eventId);
    expect(replay.matches).toMatchObject([{ started: true }]);
    expect(await again()).toMatchObject({ eventId: replay.eventId, repeated: true });
    expect(world.started.map((execution) => execution.trigger['payload'])).toEqual([{ a: 1 }, { a: 1 }]);
    expect(await client.getEvent({ params: { id: replay.eventId } })).toMatchObject({
      replayOf: first.eventId,
      user: 'root',
      content: { a: 1 },
    });
  });

  it('starts the one pipeline that is named', async () => {
    world.addPipeline('p', hook('ci'));
    world.addPipeline('q', hook('ci'));
    const { client } = await world.run();
    const { eventId } = await client.webhook(call('ci', {}));
    world.started.length = 0;
    const { matches } = await client.replayEvent({ params: { id: eventId }, body: { pipelineId: 'q' } });
    expect(world.started.map((execution) => execution.pipeline)).toEqual(['q']);
    expect(matches.find((match) => match.pipeline === 'p')?.reason.summary).toContain('for another pipeline only');
  });

  it('starts what its sender may run, and says of the others that they may not', async () => {
    world.authentication = true;
    world.permissions['shop'] = { READ: ['dev'], EXECUTE: ['ops'] };
    world.people['robot'] = person('robot', 'ops');
    world.addPipeline('open', hook('ci'));
    world.addPipeline('closed', { ...hook('ci', { runAsUser: 'robot' }), application: 'shop' });
    const { client } = await world.run({}, anonymous);
    const { eventId, matches } = await client.webhook(call('ci', {}));
    expect(matches.map((match) => match.started)).toEqual([true, true]);
    world.started.length = 0;
    const { client: ada } = await world.run({}, person('ada', 'dev'));
    const replay = await ada.replayEvent({ params: { id: eventId }, body: {} });
    expect(replay.matches.map((match) => [match.pipeline, match.started, match.reason.summary])).toEqual([
      ['open', true, 'the source is "ci"'],
      ['closed', false, 'ada, who sent the event again, may not EXECUTE "shop"'],
    ]);
    await expect(ada.replayEvent({ params: { id: eventId }, body: { pipelineId: 'closed' } })).rejects.toMatchObject({
      status: 403,
    });
    expect(world.started.map((execution) => execution.pipeline)).toEqual(['open']);
  });

  it('of a start by hand makes another execution, as its sender', async () => {
    world.addPipeline('p');
    const { client } = await world.run({}, root);
    const content = {
      application: 'hello',
      pipelineNameOrId: 'p',
      trigger: { parameters: { a: 1 } },
      executionId: 'x1',
    };
    const { eventId } = await client.post({ body: { type: 'manual', user: 'ada', content } });
    await client.replayEvent({ params: { id: eventId }, body: {} });
    expect(world.started.map((execution) => execution.trigger['user'])).toEqual(['ada', 'root']);
    expect(world.started[1]?.id).not.toBe('x1');
    expect(world.started[1]?.trigger['parameters']).toEqual({ a: 1 });
  });
});

describe('an event that is tried', () => {
  it('starts nothing, stores nothing, and says for each trigger why', async () => {
    world.addPipeline('p', {
      triggers: [
        { type: 'webhook', enabled: true, source: 'x' },
        { type: 'webhook', enabled: true, source: 'ci', id: 't' },
      ],
    });
    world.addPipeline('off', { ...hook('ci'), disabled: true });
    const { client } = await world.run();
    const answer = await client.testEvent({
      body: { type: 'webhook', source: 'ci', content: { parameters: { v: 1 } } },
    });
    expect(answer).toMatchObject({
      taken: true,
      signature: 'assumed',
      matches: [
        {
          pipeline: 'p',
          wouldStart: true,
          triggers: [
            { position: 0, matches: false, reason: { summary: 'its source is "x", the event came to "ci"' } },
            { position: 1, id: 't', matches: true },
          ],
          trigger: { type: 'webhook', parameters: { v: 1 } },
        },
        { pipeline: 'off', wouldStart: false, reason: { summary: 'pipeline "off" is disabled' } },
      ],
    });
    expect(answer.key).toBeUndefined();
    expect(world.started).toEqual([]);
    expect(await client.eventHistory({})).toEqual([]);
  });

  it('is judged by a pipeline as it would be saved, alone', async () => {
    world.addPipeline('p');
    const { client } = await world.run();
    const pipeline = { name: 'new', application: 'hello', ...hook('ci', { payloadConstraints: { a: '^1$' } }) };
    const test = (content: Record<string, unknown>) =>
      client.testEvent({ body: { type: 'webhook', source: 'ci', content, pipeline } });
    expect((await test({ a: 1 })).matches).toMatchObject([{ pipeline: 'new', wouldStart: true }]);
    expect((await test({ a: 2 })).matches).toMatchObject([{ wouldStart: false }]);
    const broken = client.testEvent({ body: { type: 'webhook', source: 'ci', pipeline: { triggers: 1 } } });
    await expect(broken).rejects.toMatchObject({
      status: 400,
      details: { field: expect.stringMatching(/^pipeline\./) },
    });
    await expect(client.testEvent({ body: {} })).rejects.toMatchObject({ status: 400, details: { field: 'type' } });
  });

  it('without a signature is judged as if it were right, and with one as it is', async () => {
    const pipeline = {
      ...{ name: 'p', application: 'hello' },
      triggers: [{ type: 'git', enabled: true, source: 'github', project: 'acme', slug: 'shop', secret: 's' }],
    };
    const body = '{"ref":"refs/heads/main","after":"a","repository":{"name":"shop","owner":{"name":"acme"}}}';
    const { client } = await world.run();
    const test = (headers: Record<string, string>) =>
      client.testEvent({ body: { type: 'git', source: 'github', body, headers, pipeline } });
    expect(await test({})).toMatchObject({ signature: 'assumed', matches: [{ wouldStart: true }] });
    const signature = (secret: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    expect(await test({ 'X-Hub-Signature-256': signature('s') })).toMatchObject({
      signature: 'given',
      matches: [{ wouldStart: true }],
    });
    expect((await test({ 'X-Hub-Signature-256': signature('x') })).matches[0]?.reason.summary).toContain(
      'was not made',
    );
  });

  it('tells what would be refused, ignored or was seen before', async () => {
    world.addPipeline('p');
    const { client } = await world.run();
    const test = (type: string, source: string, content: Record<string, unknown>, headers = {}) =>
      client.testEvent({ body: { type, source, content, headers } });
    expect((await test('git', 'gerrit', {})).reason?.summary).toBe(
      'it would be refused: No service "gerrit" is known that git events come from',
    );
    expect(await test('git', 'github', { zen: 'z', hook_id: 1 })).toMatchObject({ taken: false, matches: [] });
    const delivery = { 'x-github-delivery': 'd' };
    const { eventId } = await client.webhook(call('ci', {}, delivery));
    expect(await test('webhook', 'ci', {}, delivery)).toMatchObject({ taken: true, seenBefore: eventId });
    expect(await client.testEvent({ body: { eventId } })).toMatchObject({
      taken: true,
      matches: [{ pipeline: 'p', wouldStart: true }],
    });
  });
});
