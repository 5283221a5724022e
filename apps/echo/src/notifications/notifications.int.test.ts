import { notFound, ServiceError } from '@gennaker/contracts/error';
import type { ExecutionEvent, ExecutionView } from '@gennaker/contracts/execution';
import type { NotificationSettings } from '@gennaker/contracts/notification-settings';
import { ANONYMOUS } from '@gennaker/contracts/people';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { type Receiver, startReceiver } from '@gennaker/notifications/receiver.fixture';
import { notifications as types } from '@gennaker/notifications/server';
import type { Clock } from '@gennaker/service/clock';
import { createGuardedHttp } from '@gennaker/service/egress';
import { inTransaction } from '@gennaker/store/database';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discardDelivery, listDeliveries, retryDelivery, sendDirectly } from './deliveries.ts';
import { AT, eventOf, executionOf } from './execution.fixture.ts';
import { type NotificationParts, type Notifications, startNotifications } from './notifications.ts';
import { previewNotification, testNotification } from './try-notification.ts';

const HOUR = 3_600_000;

let database: TestDatabase;
let receivers: Receiver[];
let running: Notifications[];
let now: number;
let timers: Set<{ at: number; fn: () => void }>;
/** Orca's executions and events, front50's settings. */
let execution: ExecutionView;
let events: ExecutionEvent[];
let settings: Record<string, NotificationSettings>;
let warnings: string[];

beforeEach(async () => {
  database = await testDatabase();
  receivers = [];
  running = [];
  now = AT;
  timers = new Set();
  execution = executionOf();
  events = [];
  settings = {};
  warnings = [];
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.close()));
  await Promise.all(receivers.map((one) => one.close()));
  await database.drop();
});

const clock: Clock = {
  now: () => now,
  after: (ms, fn) => {
    const timer = { at: now + ms, fn };
    timers.add(timer);
    return () => timers.delete(timer);
  },
};

async function receiver(): Promise<Receiver> {
  const one = await startReceiver();
  receivers.push(one);
  return one;
}

function start(changes: Partial<NotificationParts> = {}): Notifications {
  const one = startNotifications({
    db: database.db,
    clock,
    types,
    settings: {},
    http: createGuardedHttp(receivers.map(({ url }) => `127.0.0.1/32:${new URL(url).port}`)),
    secret: async () => 'secret',
    access: { authentication: async () => false, permissions: async () => undefined },
    actsAs: async () => ANONYMOUS,
    deckUrl: 'https://deck.example.com',
    log: { warn: (message) => void warnings.push(message) },
    orca: {
      eventsSince: async ({ body }) =>
        events.filter(
          ({ executionId, sequence, type }) =>
            sequence > (body.after[executionId] ?? Infinity) && (body.types?.includes(type) ?? true),
        ),
      getExecution: async ({ params }) => {
        if (params.id !== execution.id) throw notFound('no such execution');
        return execution;
      },
      previewExpression: async ({ body }) => {
        if (body.text.includes('bad')) throw new ServiceError(400, 'no such helper');
        return { result: body.text.replace('${execution.name}', execution.name), steps: [], names: [] };
      },
    },
    front50: { getNotificationSettings: async ({ params }) => settings[params.application] ?? {} },
    igor: {
      setCommitStatus: async () => {
        throw new Error('nobody sets a status');
      },
    },
    ...changes,
  });
  running.push(one);
  return one;
}

/** What the stream tells, as the reader of the stream hands it on. */
async function tell(notifications: Notifications, event: ExecutionEvent): Promise<void> {
  const write = await notifications.listener.take(event);
  if (write === undefined) return;
  await inTransaction(database.db, write);
  notifications.listener.committed?.();
}

const created = (): ExecutionEvent => {
  const stages = Object.fromEntries(execution.stages.map((stage) => [stage.id, stage]));
  return eventOf('ExecutionCreated', { execution: { ...execution, stages } }, 1);
};

interface Stored {
  readonly state: string;
  readonly event: string;
  readonly level: string;
  readonly address: string;
  readonly attempts: number;
}
async function stored(): Promise<Stored[]> {
  const { rows } = await database.db.pool.query<Stored>(
    'select state, event, level, address, attempts from echo.notifications order by id',
  );
  return rows;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > end)
      throw new Error(`it did not happen: ${JSON.stringify(await stored())} ${warnings.join()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function fire(): void {
  for (const timer of [...timers].filter(({ at }) => at <= now)) {
    timers.delete(timer);
    timer.fn();
  }
}

/** Lets time pass in steps; after each, what fell due has been tried. */
async function pass(ms: number, step = 60_000): Promise<void> {
  for (const end = now + ms; now < end;) {
    now = Math.min(end, now + step);
    fire();
    let looks = 0;
    await until(async () => {
      // A look that began before the step sets its timer after it.
      if (++looks % 25 === 0) {
        now += 1_000;
        fire();
      }
      const { rows } = await database.db.pool.query(
        `select from echo.notifications where state = 'waiting' and next_at <= $1`,
        [new Date(now)],
      );
      return rows.length === 0;
    });
    // Their answers are on their way.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const toWebhook = (to: Receiver, ...when: string[]) => ({ type: 'webhook', address: `${to.url}/in`, when });

const subjects = (of: Receiver): string[] =>
  of.received.map(({ body }) => (JSON.parse(body) as { subject: string }).subject);

describe('an execution', () => {
  it('is told of from its start to its end, once to each address, whoever asked and however often events are told', async () => {
    const team = await receiver();
    const all = await receiver();
    execution = executionOf(
      { notifications: [toWebhook(team, 'pipeline.starting', 'pipeline.complete')] },
      {},
      { sendNotifications: true, notifications: [toWebhook(team, 'stage.complete')] },
    );
    settings = {
      shop: { webhook: [toWebhook(team, 'pipeline.complete')] },
      global: { webhook: [toWebhook(all, 'pipeline.complete')] },
    };
    const first = start();
    const second = start();
    await tell(first, created());
    events = [eventOf('ExecutionStarted', {}, 2)];
    first.poke();
    await tell(second, created());
    await until(() => team.received.length === 1);
    events.push(
      eventOf('StageStarted', { stageId: 'S1' }, 3),
      eventOf('StageCompleted', { stageId: 'S1', status: 'SUCCEEDED' }, 4),
      eventOf('ExecutionCompleted', { status: 'SUCCEEDED' }, 5),
    );
    for (const one of [first, second]) await tell(one, eventOf('ExecutionCompleted', { status: 'SUCCEEDED' }, 5));
    await until(() => team.received.length === 3 && all.received.length === 1);
    expect(subjects(team)).toEqual([
      'shop: Deploy has started',
      'shop: stage Bake of Deploy has succeeded',
      'shop: Deploy has succeeded',
    ]);
    await until(async () => (await stored()).every(({ state }) => state === 'delivered'));
    expect((await stored()).map(({ level, event }) => `${level} ${event}`).toSorted()).toEqual([
      'global pipeline.complete',
      'pipeline pipeline.complete',
      'pipeline pipeline.starting',
      'stage stage.complete',
    ]);
  });

  it('that nobody of its own is told of is not followed, and its end is told by the settings', async () => {
    const all = await receiver();
    settings = { global: { webhook: [toWebhook(all, 'pipeline.failed')] } };
    const notifications = start();
    await tell(notifications, created());
    expect((await database.db.pool.query('select from echo.followed')).rowCount).toBe(0);
    await tell(notifications, eventOf('ExecutionCompleted', { status: 'CANCELED' }, 8));
    await tell(notifications, eventOf('ExecutionCompleted', { status: 'TERMINAL' }, 9));
    await until(() => all.received.length === 1);
    expect(subjects(all)).toEqual(['shop: Deploy has failed']);
  });

  it('evaluates the expressions of a notification, and leaves those that are refused', async () => {
    const team = await receiver();
    const message = { 'pipeline.starting': { text: '${execution.name}: {{link}}' } };
    const headers = { 'x-bad': '${bad}' };
    execution = executionOf({ notifications: [{ ...toWebhook(team, 'pipeline.starting'), message, headers }] });
    const notifications = start();
    events = [eventOf('ExecutionStarted', {}, 2)];
    await tell(notifications, created());
    await until(() => team.received.length === 1);
    expect(JSON.parse(team.received[0]?.body ?? '')).toMatchObject({
      text: 'Deploy: https://deck.example.com/applications/shop/executions/details/01E',
    });
    expect(team.received[0]?.headers['x-bad']).toBe('${bad}');
  });

  it('with a notification that no type takes says so in the list, and tells the others', async () => {
    const team = await receiver();
    const odd = { type: 'pigeon', address: 'roof', when: ['pipeline.starting'] };
    execution = executionOf({ notifications: [odd, toWebhook(team, 'pipeline.starting')] });
    const notifications = start();
    events = [eventOf('ExecutionStarted', {}, 2)];
    await tell(notifications, created());
    await until(() => team.received.length === 1);
    const [dead] = await listDeliveries(notifications, ANONYMOUS, { state: 'dead' });
    expect(dead).toMatchObject({
      type: 'pigeon',
      attempts: 0,
      reason: { summary: 'There is no type of notification "pigeon"' },
    });
  });
});

describe('a receiver', () => {
  const direct = (notifications: Notifications, to: string, key: string): Promise<string[]> =>
    sendDirectly(
      notifications,
      {
        notificationType: 'webhook',
        to: [to],
        source: { application: 'shop' },
        additionalContext: { subject: key, body: 'text' },
      },
      key,
    );

  it('that is down for an hour loses nothing and delays nobody else', async () => {
    const [down, up] = [await receiver(), await receiver()];
    down.answer = { status: 503 };
    const notifications = start();
    const thirty = Array.from({ length: 30 }, (_, index) => index);
    for (const index of thirty) {
      await direct(notifications, `${down.url}/in`, `down ${index}`);
      await direct(notifications, `${up.url}/in`, `up ${index}`);
      // At once: time stands still.
      await until(() => up.received.length === index + 1);
      await pass(HOUR / 30, 2 * 60_000);
    }
    expect(subjects(up)).toEqual(thirty.map((index) => `up ${index}`));
    expect((await stored()).filter(({ state }) => state === 'waiting')).toHaveLength(30);
    down.received.length = 0;
    down.answer = { status: 204 };
    await pass(5 * 60_000);
    await until(async () => (await stored()).every(({ state }) => state === 'delivered'));
    expect(new Set(subjects(down))).toEqual(new Set(thirty.map((index) => `down ${index}`)));
    expect(down.received).toHaveLength(30);
  });

  it('that does not answer holds up only what is for it', async () => {
    const silent = await receiver();
    const up = await receiver();
    const { promise: never, resolve } = Promise.withResolvers<void>();
    const http = createGuardedHttp([silent, up].map(({ url }) => `127.0.0.1/32:${new URL(url).port}`));
    const notifications = start({
      http: async (request) => {
        if (request.url.startsWith(silent.url)) await never;
        return http(request);
      },
    });
    for (let count = 0; count < 3; count += 1) await direct(notifications, `${silent.url}/in`, `silent ${count}`);
    for (let count = 0; count < 20; count += 1) await direct(notifications, `${up.url}/in`, `up ${count}`);
    await until(() => up.received.length === 20);
    const held = (await stored()).filter(({ address, attempts }) => silent.url.endsWith(address) && attempts > 0);
    expect(held).toHaveLength(1);
    resolve();
    await until(() => silent.received.length === 3);
  });

  it('that stays away for a day is given up; the message can be sent again, or discarded', async () => {
    const down = await receiver();
    down.answer = { status: 500, body: 'on fire' };
    const notifications = start();
    const [id = ''] = await direct(notifications, `${down.url}/in/secret-path`, 'one');
    await pass(25 * HOUR, 10 * 60_000);
    const [dead] = await listDeliveries(notifications, ANONYMOUS, { state: 'dead', application: 'shop' });
    expect(dead).toMatchObject({
      id,
      subject: 'one',
      reason: { summary: expect.stringContaining('answered 500: on fire') },
    });
    expect(JSON.stringify(dead)).not.toContain('secret-path');
    expect(warnings.join()).toContain('is given up');
    expect(warnings.join()).not.toContain('secret-path');
    down.answer = { status: 200 };
    expect(await retryDelivery(notifications, ANONYMOUS, id)).toMatchObject({ state: 'waiting' });
    await until(async () => (await stored())[0]?.state === 'delivered');
    await expect(discardDelivery(notifications, ANONYMOUS, id)).rejects.toMatchObject({ status: 409 });
    await expect(retryDelivery(notifications, ANONYMOUS, 'nobody')).rejects.toMatchObject({ status: 404 });
  });

  it('that refuses is not asked again; what it refused can be discarded', async () => {
    const strict = await receiver();
    strict.answer = { status: 410, body: 'gone' };
    const notifications = start();
    const [id = ''] = await direct(notifications, strict.url, 'one');
    await until(async () => (await stored())[0]?.state === 'dead');
    await pass(HOUR);
    expect(strict.received).toHaveLength(1);
    expect(await discardDelivery(notifications, { ...ANONYMOUS, user: 'ada' }, id)).toMatchObject({
      state: 'discarded',
      reason: { summary: 'ada discarded it' },
    });
  });

  it('gets a message again after a crash, and what a program sends twice under one key once', async () => {
    const team = await receiver();
    const first = start({ http: () => new Promise(() => {}) });
    await direct(first, team.url, 'same');
    await until(async () => (await stored())[0]?.attempts === 1);
    const second = start();
    const ids = await direct(second, team.url, 'same');
    expect(await direct(second, team.url, 'same')).toEqual(ids);
    await pass(3 * 60_000);
    await until(() => team.received.length === 1);
    expect(await stored()).toHaveLength(1);
    // It hangs for good: nobody waits for it.
    running.shift();
  });
});

describe('trying a notification', () => {
  it('shows the words and the payload without sending, of an execution that is made up or of a real one', async () => {
    const notifications = start();
    const notification = {
      type: 'slack',
      address: '#releases',
      message: { 'pipeline.failed': { text: '${execution.name} of {{executionId}}' } },
    };
    const tried = { notification, event: 'pipeline.failed', application: 'shop' } as const;
    expect(await previewNotification(notifications, ANONYMOUS, { ...tried, pipelineName: 'Ship' })).toMatchObject({
      address: '#releases',
      ready: true,
      message: { subject: 'shop: Ship has failed' },
      payload: { channel: '#releases' },
    });
    expect(await previewNotification(notifications, ANONYMOUS, { ...tried, executionId: '01E' })).toMatchObject({
      message: { subject: 'shop: Deploy has failed', text: 'Deploy of 01E' },
    });
    await expect(
      previewNotification(notifications, ANONYMOUS, { ...tried, application: 'other', executionId: '01E' }),
    ).rejects.toMatchObject({ status: 404 });
    expect(await stored()).toEqual([]);
  });

  it('says what the configuration lacks, what is wrong, and what would be missing', async () => {
    const notifications = start();
    const tried = { event: 'pipeline.failed', application: 'shop' } as const;
    const email = { type: 'email', address: 'ada@example.com' };
    expect(await previewNotification(notifications, ANONYMOUS, { ...tried, notification: email })).toMatchObject({
      ready: false,
      reason: { summary: expect.stringContaining('notifications.email') },
    });
    expect(await testNotification(notifications, ANONYMOUS, { ...tried, notification: email })).toMatchObject({
      delivered: false,
    });
    const status = { type: 'githubStatus' };
    expect(await previewNotification(notifications, ANONYMOUS, { ...tried, notification: status })).toMatchObject({
      ready: false,
      reason: { summary: 'It is not known which commit the status is of' },
    });
    await expect(
      previewNotification(notifications, ANONYMOUS, { ...tried, notification: { type: 'sms', address: '12' } }),
    ).rejects.toMatchObject({ status: 400, details: { field: 'address' } });
  });

  it('sends one test that says that it is one, and tells what the receiver said', async () => {
    const team = await receiver();
    const notifications = start();
    const tried = {
      notification: toWebhook(team),
      event: 'stage.complete',
      application: 'shop',
      stageName: 'Bake',
    } as const;
    expect(await testNotification(notifications, ANONYMOUS, tried)).toEqual({
      delivered: true,
      address: new URL(team.url).host,
    });
    expect(subjects(team)).toEqual(['Test: shop: stage Bake of Example has succeeded']);
    team.answer = { status: 401, body: 'who are you?' };
    expect(await testNotification(notifications, ANONYMOUS, tried)).toMatchObject({
      delivered: false,
      reason: {
        summary: expect.stringContaining('answered 401: who are you?'),
        next: expect.not.stringMatching(/retry/),
      },
    });
    await receivers.pop()?.close();
    expect(await testNotification(notifications, ANONYMOUS, tried)).toMatchObject({
      delivered: false,
      reason: { next: expect.not.stringMatching(/retry/) },
    });
    expect(await stored()).toEqual([]);
  });
});
