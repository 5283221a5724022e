import { createHmac } from 'node:crypto';
import type { StreamEvent } from '@gennaker/contracts/route';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GateSystem, refused, startGateSystem } from '../gate-system.fixture.ts';

let system: GateSystem;
let client: GateSystem['client'];
let url: string;
beforeAll(async () => {
  system = await startGateSystem();
  ({ client, url } = system);
});
afterAll(() => system.stop());

const post: GateSystem['post'] = (...request) => system.post(...request);

describe('webhooks', () => {
  const listening = (name: string, source: string) =>
    JSON.stringify({ name, application: 'hello', triggers: [{ type: 'webhook', enabled: true, source }] });

  it('a moment after the save start the pipeline as it was saved, fifty times of fifty', async () => {
    for (let round = 0; round < 50; round += 1) {
      await client.savePipeline({ body: listening(`Fresh ${round}`, `source-${round}`) });
      const answer = await client.webhook({ params: { type: 'webhook', source: `source-${round}` }, body: '{"n":1}' });
      const hits = answer.matches.filter((match) => match.started);
      expect(hits.map((match) => match.pipeline)).toEqual([`Fresh ${round}`]);
      expect(system.executions.has(hits[0]?.executionId ?? '')).toBe(true);
    }
  });

  it('delivered twice with the same delivery id start once; the event can be read', async () => {
    await client.savePipeline({ body: listening('Github', 'gh') });
    const send = () =>
      client.webhook(
        { params: { type: 'webhook', source: 'gh' }, body: '{}' },
        { headers: { 'x-github-delivery': 'd1' } },
      );
    const first = await send();
    const second = await send();
    expect(second).toMatchObject({ eventId: first.eventId, repeated: true });
    const [stored] = await client.eventHistory({ query: { limit: 1 } });
    expect(stored).toMatchObject({ id: first.eventId, source: 'gh' });
    expect(await client.getEvent({ params: { id: first.eventId } })).toEqual(stored);
  });

  it('are verified over the bytes that their sender signed', async () => {
    const trigger = { ...{ type: 'git', enabled: true, source: 'github', project: 'acme', slug: 'shop' }, secret: 's' };
    await client.savePipeline({
      body: JSON.stringify({ name: 'Signed', application: 'hello', triggers: [trigger] }),
    });
    // No JSON that a program would write itself.
    const body =
      '{ "ref":"refs/heads/dev", "ref" : "refs/heads/main",\n"after":"\\u0061bc", "size": 1.0,' +
      ' "repository": {"name":"shop","owner":{"name":"acme"}} }';
    const signature = (secret: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const send = (secret: string) =>
      client.webhook(
        { params: { type: 'git', source: 'github' }, body },
        { headers: { 'x-github-event': 'push', 'x-hub-signature-256': signature(secret) } },
      );
    const forged = (await send('x')).matches.find((match) => match.pipeline === 'Signed');
    expect(forged).toMatchObject({ started: false, reason: { summary: expect.stringContaining('not made with') } });
    const hit = (await send('s')).matches.find((match) => match.pipeline === 'Signed');
    expect(hit).toMatchObject({ started: true, reason: { summary: 'push:push of acme/shop, main at abc' } });
    const { trigger: started } = await client.getExecution({ params: { id: hit?.executionId ?? '' } });
    expect(started).toMatchObject({ type: 'git', branch: 'main', hash: 'abc' });
    expect(started).not.toHaveProperty('secret');
    const [again] = await client.eventHistory({ query: { type: 'git', started: 'true' } });
    const tried = await client.testEvent({ body: { eventId: again?.id, pipelineId: hit?.pipelineId } });
    expect(tried).toMatchObject({ taken: true, signature: 'given', matches: [{ wouldStart: true }] });
    const replayed = await client.replayEvent({ params: { id: again?.id ?? '' }, body: {} });
    expect(replayed.matches.find((match) => match.pipeline === 'Signed')?.started).toBe(true);
  });

  it("of GitHub's default, a form, are verified over the form and read as its payload", async () => {
    const trigger = { ...{ type: 'git', enabled: true, source: 'github', project: 'acme', slug: 'form' }, secret: 's' };
    await client.savePipeline({
      body: JSON.stringify({ name: 'Of a form', application: 'hello', triggers: [trigger] }),
    });
    const push = { ref: 'refs/heads/main', after: 'abc', repository: { name: 'form', owner: { name: 'acme' } } };
    const form = new URLSearchParams({ payload: JSON.stringify(push, null, 2) }).toString();
    const signed = `sha256=${createHmac('sha256', 's').update(form).digest('hex')}`;
    const send = async (body: string) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-github-event': 'push' };
      const { matches } = await client.webhook(
        { params: { type: 'git', source: 'github' }, body },
        { headers: { ...headers, 'x-hub-signature-256': signed } },
      );
      return matches.find((match) => match.pipeline === 'Of a form');
    };
    expect(await send(form.replace('%22abc%22', '%22abb%22'))).toMatchObject({ started: false });
    expect(await send(form)).toMatchObject({ started: true });
  });

  it('with another body than a JSON object are refused', async () => {
    for (const body of ['[1]', 'x', '"s"']) expect((await post('/webhooks/webhook/gh', body)).status).toBe(400);
    expect((await fetch(`${url}/webhooks/webhook/gh`, { method: 'POST' })).status).toBe(200);
  });

  it('of Jenkins go to igor, and carry the build to the execution', async () => {
    await client.savePipeline({
      body: JSON.stringify({
        name: 'Built',
        application: 'hello',
        triggers: [{ type: 'jenkins', enabled: true, master: 'demo-jenkins', job: 'hello' }],
      }),
    });
    const body = JSON.stringify({
      name: 'hello',
      url: 'job/hello/',
      build: { number: 3, phase: 'FINALIZED', status: 'SUCCESS' },
    });
    const answer = await client.jenkinsWebhook({ params: { master: 'demo-jenkins' }, body });
    const hit = answer.matches.find((match) => match.pipeline === 'Built');
    expect(hit).toMatchObject({ started: true, reason: { summary: 'build 3 of hello on demo-jenkins succeeded' } });
    expect((await client.getExecution({ params: { id: hit?.executionId ?? '' } })).trigger).toMatchObject({
      type: 'jenkins',
      buildNumber: 3,
      buildInfo: {
        artifacts: [{ fileName: 'a.deb', url: expect.stringMatching(/\/job\/hello\/3\/artifact\/a\.deb$/) }],
      },
    });
    const unknown = await refused(client.jenkinsWebhook({ params: { master: 'nobody' }, body }));
    expect(unknown).toMatchObject({ status: 404, details: { fix: expect.stringContaining('demo-jenkins') } });
    expect(await client.listMasters({ query: { type: 'travis' } })).toEqual([]);
    expect(await client.listMastersV3({})).toEqual(['demo-jenkins']);
    const job = { params: { master: 'demo-jenkins' }, query: { job: 'hello' } };
    expect(await client.getJob(job)).toMatchObject({ name: 'hello', parameterDefinitionList: [] });
    expect(await client.listBuilds(job)).toEqual([]);
  });
});

describe('the live stream', () => {
  it('merges executions and inventory, and goes on from the cursor when a source is lost', async () => {
    system.streams.orca.push({ id: 'c1', event: 'whatever', data: { n: 1 } });
    const seen: StreamEvent[] = [];
    const ended = new AbortController();
    const events = await client.events({}, { signal: ended.signal, headers: { 'last-event-id': 'c0' } });
    try {
      for await (const event of events) {
        seen.push(event);
        if (seen.filter((one) => one.event === 'upstream').length === 4) ended.abort();
      }
    } catch (error) {
      if (!ended.signal.aborted) throw error;
    }
    expect(seen).toContainEqual({ id: 'c1', event: 'execution', data: { n: 1 } });
    expect(seen).toContainEqual({ event: 'inventory', data: { kind: 'serverGroup' } });
    expect(seen).toContainEqual({
      event: 'upstream',
      data: { service: 'orca', connected: false, reason: 'orca ended the stream' },
    });
    expect(system.streams.after).toEqual(['c0', 'c1']);
  });
});
