import { createHmac } from 'node:crypto';
import type { EventAnswer } from '@gennaker/contracts/echo';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeWorld, type World } from '../echo.fixture.ts';

let world: World;
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(() => world.end());

/** Posts as gate does: the headers and the exact bytes, each call with a name of its own. */
async function sender() {
  const { client, url } = await world.run();
  let calls = 0;
  const send = (
    path: string,
    body: string | object,
    headers: Record<string, string> = {},
    call = `call-${(calls += 1)}`,
  ): Promise<EventAnswer> => {
    const [type = '', source = ''] = path.split('/');
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return client.webhook({
      params: { type, source },
      body: { call, headers, body: Buffer.from(text).toString('base64') },
    });
  };
  return { client, send, url };
}

const push = {
  ref: 'refs/heads/main',
  after: 'abc',
  repository: { name: 'orca', owner: { name: 'spinnaker' } },
};
const git = (changes: Record<string, unknown> = {}) => ({
  triggers: [{ type: 'git', enabled: true, source: 'github', project: 'spinnaker', slug: 'orca', ...changes }],
});
const signature = (body: string, secret: string): Record<string, string> => ({
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
});

describe('a webhook', () => {
  it('without a delivery id counts each time, but a call that gate repeats counts once', async () => {
    world.addPipeline('p');
    const { send } = await sender();
    await send('webhook/ci', { a: 1 });
    await send('webhook/ci', { a: 1 });
    expect(world.started).toHaveLength(2);
    const first = await send('webhook/ci', {}, {}, 'same');
    expect(await send('webhook/ci', {}, {}, 'same')).toMatchObject({ eventId: first.eventId, repeated: true });
    expect(world.started).toHaveLength(3);
  });

  it('with a delivery id counts once, also at the same moment', async () => {
    world.addPipeline('p');
    const { send } = await sender();
    const all = await Promise.all(Array.from({ length: 8 }, () => send('webhook/ci', {}, { 'Idempotency-Key': 'd' })));
    expect(new Set(all.map((answer) => answer.matches[0]?.executionId)).size).toBe(1);
    expect(world.started).toHaveLength(1);
  });

  it('counts once by what a trigger says identifies it, and starts the others', async () => {
    const by = (identity: string) => ({
      triggers: [{ type: 'webhook', enabled: true, source: 'ci', id: 't', identity }],
    });
    world.addPipeline('by build', by('$.build'));
    world.addPipeline('each');
    const { send, client } = await sender();
    const answers = await Promise.all(Array.from({ length: 5 }, () => send('webhook/ci', { build: 7 })));
    const starts = (pipeline: string) => world.started.filter((execution) => execution.pipeline === pipeline).length;
    expect([starts('by build'), starts('each')]).toEqual([1, 5]);
    const refused = answers.flatMap(({ matches }) => matches.filter((match) => !match.started));
    expect(refused).toHaveLength(4);
    expect(refused[0]?.reason.summary).toContain('the trigger counts this once');
    const [first] = world.started.filter((execution) => execution.pipeline === 'by build');
    expect(refused[0]?.reason.evidence).toMatchObject({ executionId: first?.id });
    await send('webhook/ci', { build: 8 });
    expect(starts('by build')).toBe(2);
    const replayed = await client.replayEvent({ params: { id: answers[0]?.eventId ?? '' }, body: {} });
    expect(replayed.matches.every((match) => match.started)).toBe(true);
    expect(starts('by build')).toBe(3);
  });

  it('is verified over its exact bytes; a forged one does not take the place of the real one', async () => {
    world.addPipeline('own', git({ secret: 's' }));
    world.addPipeline('named', git({ secretName: 'team' }));
    const { send, client } = await sender();
    const body = JSON.stringify(push, null, 3);
    const delivery = { 'x-github-delivery': 'd', 'x-github-event': 'push' };
    const forged = await send('git/github', body, { ...delivery, ...signature(body, 'guess') });
    expect(forged.matches.map((match) => match.started)).toEqual([false, false]);
    const real = await send('git/github', body, { ...delivery, ...signature(body, 's') });
    expect(real.matches).toMatchObject([
      { pipeline: 'own', started: true },
      { pipeline: 'named', started: false, reason: { summary: expect.stringContaining('was not made with') } },
    ]);
    const flipped = await send('git/github', body.replace('main', 'maim'), { ...delivery, ...signature(body, 's') });
    expect(flipped.matches.map((match) => match.started)).toEqual([false, false]);
    const copied = await send('git/github', body, { ...delivery, 'x-github-delivery': 'e', ...signature(body, 's') });
    expect(copied).toMatchObject({ repeated: true, eventId: real.eventId });
    expect((await send('git/github', body, signature(body, 'named'))).matches).toMatchObject([
      { pipeline: 'named', started: true },
      { pipeline: 'own', started: false },
    ]);
    expect(world.started).toHaveLength(2);
    const stored = await client.eventHistory({});
    expect(JSON.stringify(stored)).not.toMatch(/x-hub-signature|"secret"/);
  });

  it("of GitHub's default, a form, is read as its payload and verified over the form's exact bytes", async () => {
    world.addPipeline('p', git({ secret: 's' }));
    const { send, client } = await sender();
    const form = new URLSearchParams({ payload: JSON.stringify({ ...push, note: 'ä+&=' }) }).toString();
    const headers = (id: string, signed: string) => ({
      'Content-Type': 'application/x-www-form-urlencoded',
      'x-github-delivery': id,
      'x-github-event': 'push',
      ...signature(signed, 's'),
    });
    // The last byte of the payload's commit: still a form with JSON in it.
    const flipped = form.replace('%22abc%22', '%22abb%22');
    expect(flipped).not.toBe(form);
    expect((await send('git/github', flipped, headers('a', form))).matches).toMatchObject([{ started: false }]);
    const decoded = JSON.stringify({ ...push, note: 'ä+&=' });
    expect((await send('git/github', form, headers('b', decoded))).matches).toMatchObject([{ started: false }]);
    const real = await send('git/github', form, headers('c', form));
    expect(real.matches).toMatchObject([{ pipeline: 'p', started: true }]);
    const stored = await client.getEvent({ params: { id: real.eventId } });
    expect(stored.content).toEqual({ ...push, note: 'ä+&=' });
    expect(stored.headers).not.toHaveProperty('content-type');
    await expect(send('git/github', 'a=1', headers('d', 'a=1'))).rejects.toMatchObject({ status: 400 });
  });

  it('keeps no token that it brought', async () => {
    world.addPipeline('p', git({ source: 'gitlab', project: 'team', slug: 'shop', secret: 't0ken' }));
    const { send } = await sender();
    const body = {
      object_kind: 'push',
      ref: 'refs/heads/main',
      after: 'a',
      project: { namespace: 'team', name: 'shop' },
    };
    const headers = { 'X-Gitlab-Token': 't0ken', 'X-Api-Key': 'k3y', 'X-Gitlab-Event': 'Push Hook' };
    expect((await send('git/gitlab', body, headers)).matches).toMatchObject([{ started: true }]);
    const { rows } = await world.database.db.pool.query('select e::text as text, raw from echo.events e');
    expect(rows[0].text).toContain('Push Hook');
    expect(rows[0].text).not.toMatch(/t0ken|k3y/);
    expect(JSON.stringify(world.started)).not.toContain('t0ken');
  });

  it('that starts nothing by its nature is stored with the reason', async () => {
    world.addPipeline('p', git());
    const { send, client } = await sender();
    const ping = { zen: 'Keep it simple', hook_id: 1 };
    const answer = await send('git/github', ping, { 'x-github-event': 'ping', 'x-github-delivery': 'p' });
    expect(answer).toMatchObject({
      eventProcessed: false,
      matches: [],
      reason: { summary: expect.stringContaining('ping') },
    });
    expect(await client.getEvent({ params: { id: answer.eventId } })).toMatchObject({ ignored: true, content: ping });
    const again = client.replayEvent({ params: { id: answer.eventId }, body: {} });
    await expect(again).rejects.toMatchObject({ status: 409 });
  });

  it('that cannot be read is refused, with what is wrong, and leaves nothing', async () => {
    const { send, client } = await sender();
    const refused: readonly [path: string, body: string, message: string][] = [
      ['webhook/ci', '{"a":', "The webhook's body is not JSON"],
      ['webhook/ci', '[1]', "The webhook's body is no JSON object"],
      ['webhook/ci', '{"a":"\\u0000"}', 'holds a NUL character'],
      ['webhook/ci', `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`, 'is nested deeper'],
      ['teleport/ci', '{}', 'Events of type "teleport" are not taken as webhooks'],
      ['manual/ci', '{}', 'Events of type "manual" are not taken as webhooks'],
      ['constructor/ci', '{}', 'are not taken as webhooks'],
      ['git/gerrit', '{}', 'No service "gerrit" is known'],
      ['git/github', '{"ref":1}', 'The body is not a push of GitHub'],
      ['cdevents/ci', '{}', 'The CloudEvent has no id, source, type'],
      ['artifactory/ci', '{}', 'The body is no webhook of Artifactory'],
      ['nexus/ci', '{"action":"CREATED"}', 'The body is no component event of Nexus'],
    ];
    for (const [path, body, message] of refused)
      await expect(send(path, body)).rejects.toMatchObject({
        status: 400,
        message: expect.stringContaining(message),
        details: { field: expect.any(String), fix: expect.any(String) },
      });
    expect(await client.eventHistory({})).toEqual([]);
  });

  it('of ten megabytes with a hostile path and pattern beside it holds up nobody', async () => {
    const hostile = (key: string, pattern: string) => ({
      triggers: [{ type: 'webhook', enabled: true, source: 'big', payloadConstraints: { [key]: pattern } }],
    });
    world.addPipeline('path', hostile('$..*..*..*..x', '.'));
    world.addPipeline('pattern', hostile('text', '(a?b?){900}(c|d)'));
    world.addPipeline('plain', hostile('kind', '^big$'));
    world.addPipeline('neighbour');
    const { send } = await sender();
    const filler = Array.from({ length: 60_000 }, (_, n) => ({ n, text: 'x'.repeat(140) }));
    const [big, small] = await Promise.all([
      send('webhook/big', { kind: 'big', text: 'a'.repeat(60_000), filler }),
      send('webhook/ci', {}),
    ]);
    expect(small.matches.find((match) => match.pipeline === 'neighbour')).toMatchObject({ started: true });
    const said = Object.fromEntries(big.matches.map((match) => [match.pipeline, match.reason.summary]));
    expect(said['path']).toContain('looks at more than');
    expect(said['pattern']).toContain('the pattern is too large');
    expect(big.matches.find((match) => match.pipeline === 'plain')).toMatchObject({ started: true });
  });
});
