import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { done, project, region } from './cloudlab.fixture.ts';
import { TrialCloud, fetchOnce } from './trial-cloud.fixture.ts';
import type { Answer } from './trial-cloud.fixture.ts';

let trial: TrialCloud;
beforeAll(async () => {
  trial = await TrialCloud.start();
  await trial.makeImage('one');
  await trial.makeImage('two');
});
afterAll(async () => expect(await trial.close()).toEqual([]));

describe('through the real clients', { timeout: 120_000 }, () => {
  test('four instances boot in their own roots over two zones, and a switch of versions under traffic loses nothing', async () => {
    await trial.makeGroup('app-v000', 'one', 4);
    const to = await trial.balance('lb', 5);
    await trial.setBackends('lb', ['app-v000']);
    await trial.stable('app-v000');
    await trial.healthy('lb', 'app-v000', 4);
    expect(
      new Set((await trial.members('app-v000')).map(({ instance }) => /zones\/([^/]+)/.exec(instance ?? '')?.[1])).size,
    ).toBe(2);

    const answers: (Answer & { sent: number })[] = [];
    const failures: unknown[] = [];
    let switched = Number.POSITIVE_INFINITY;
    const pending = new Set<Promise<void>>();
    const timer = setInterval(() => {
      const sent = performance.now();
      const one: Promise<void> = fetchOnce(to)
        .then((answer) => void answers.push({ ...answer, sent }))
        .catch((cause: unknown) => void failures.push(cause))
        .finally(() => pending.delete(one));
      pending.add(one);
    }, 5);

    await trial.makeGroup('app-v001', 'two', 4);
    await trial.stable('app-v001');
    await trial.setBackends('lb', ['app-v000', 'app-v001']);
    await trial.healthy('lb', 'app-v001', 4);
    await trial.setBackends('lb', ['app-v001']);
    switched = performance.now();
    await done(trial.clients, trial.clients.groups.delete({ project, region, instanceGroupManager: 'app-v000' }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    clearInterval(timer);
    await Promise.all(pending);

    expect(failures).toEqual([]);
    expect(new Set(answers.map(({ version }) => version))).toEqual(new Set(['one', 'two']));
    expect(answers.filter(({ sent, version }) => sent > switched && version === 'one')).toEqual([]);
    const names = new Set(answers.map(({ body }) => body.split(' from ')[1]));
    expect(names.size).toBe(8);
    const counters = (await (await fetch(`${trial.lab.url}/lab/v1/counters`)).json()) as {
      forwardingRules: Record<string, { connections: number; refused: number }>;
    };
    expect(counters.forwardingRules[`projects/${project}/regions/${region}/forwardingRules/lb`]).toMatchObject({
      connections: answers.length,
      refused: 0,
    });
  });

  test('an open connection outlives the removal of its backend by the draining time', async () => {
    await trial.makeGroup('drain', 'one', 1);
    const to = await trial.balance('drain', 1);
    await trial.setBackends('drain', ['drain']);
    await trial.healthy('drain', 'drain', 1);
    const socket = connect(to);
    await once(socket, 'connect');
    const ask = async (): Promise<string> => {
      socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
      const [text] = (await once(socket, 'data')) as [Buffer];
      return text.toString();
    };
    expect(await ask()).toContain('200 OK');
    await trial.setBackends('drain', []);
    const removed = Date.now();
    expect(await ask()).toContain('hello one');
    await expect(fetchOnce(to)).rejects.toThrow();
    await once(socket, 'close');
    expect(Date.now() - removed).toBeGreaterThan(700);
    expect(Date.now() - removed).toBeLessThan(8000);
  });

  test("errors keep Google's shape: status, reason and sentence", async () => {
    expect(await refusalOf(trial.clients.templates.get({ project, instanceTemplate: 'nope' }))).toEqual({
      status: 404,
      reason: 'notFound',
      message: `The resource 'projects/${project}/global/instanceTemplates/nope' was not found`,
    });
    const [service] = await trial.clients.services.get({ project, region, backendService: 'lb' });
    const stale = { ...service, fingerprint: 'c3RhbGU=' };
    expect(
      await refusalOf(
        trial.clients.services.update({ project, region, backendService: 'lb', backendServiceResource: stale }),
      ),
    ).toMatchObject({ status: 412, reason: 'conditionNotMet' });
  });
});

/** Where the client library keeps the body that it read: of it the error itself has no `errors[].reason`. */
const RAW_BODY = Symbol.for('google-gax.rawHttpResponsePayload');
const bodySchema = z.object({ error: z.object({ errors: z.array(z.object({ reason: z.string() })).min(1) }) });
const refusalSchema = z.object({ httpStatusCode: z.number(), message: z.string() });

/** How a call was refused. */
async function refusalOf(call: Promise<unknown>) {
  const cause: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  const { httpStatusCode, message } = refusalSchema.parse(cause);
  const body = bodySchema.parse(JSON.parse(String((cause as { readonly [RAW_BODY]?: unknown })[RAW_BODY])));
  return { status: httpStatusCode, reason: body.error.errors[0]?.reason, message };
}
