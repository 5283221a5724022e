import type { GuardedRequest } from '@gennaker/extension-sdk/ports';
import { createGuardedHttp } from '@gennaker/service/egress';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createWebhook } from './create-webhook.ts';
import { firstMatch } from './json-path.ts';
import { monitorWebhook, signalCancellation } from './monitor-webhook.ts';
import { webhookSchema } from './schema.ts';
import webhook from './stage.ts';

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}
async function run(which: typeof createWebhook, settings: object, answer: Answer, more: object = {}) {
  const requests: GuardedRequest[] = [];
  const result = await which({
    context: webhookSchema.parse({ url: 'https://example.com/hook', ...settings }),
    key: 'E:S:1:1',
    runs: 0,
    traceparent: '00-1-2-01',
    now: 1_000,
    taskStartTime: 0,
    signal: new AbortController().signal,
    ports: {
      http: (request: GuardedRequest) => {
        requests.push(request);
        const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
        return Promise.resolve({
          status: answer.status ?? 200,
          headers: answer.headers ?? {},
          body,
          bytes: new Uint8Array(),
        });
      },
    },
    ...more,
  } as never);
  return { result, request: requests[0] };
}

describe('webhook', () => {
  it('parses its examples; plans the watching only where it is wanted', () => {
    for (const example of webhook.examples) expect(() => webhookSchema.parse(example)).not.toThrow();
    const names = (context: object) => webhook.tasks({ context } as never, {} as never).map((task) => task.name);
    expect(names({})).toEqual(['createWebhook']);
    expect(names({ waitForCompletion: true })).toEqual(['createWebhook', 'monitorWebhook']);
  });
  it('sends method, headers, payload and its idempotency key', async () => {
    const { request, result } = await run(
      createWebhook,
      { method: 'put', payload: { a: 1 }, customHeaders: { 'X-A': ['1', '2'], b: 3 } },
      { body: { ok: 1 } },
    );
    expect(request).toMatchObject({
      method: 'PUT',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'E:S:1:1', 'x-a': '1, 2', b: '3' },
    });
    expect(result).toMatchObject({ status: 'SUCCEEDED', outputs: { webhook: { statusCode: 200, body: { ok: 1 } } } });
  });
  it.each([
    [500, {}, 'RUNNING'],
    [503, { failFastStatusCodes: [503] }, 'TERMINAL'],
    [404, {}, 'TERMINAL'],
    [404, { webhookRetryStatusCodes: [404] }, 'RUNNING'],
    [429, {}, 'RUNNING'],
    [204, {}, 'SUCCEEDED'],
  ])('an answer %i with %j ends %s, with the reason', async (status, settings, ended) => {
    const { result } = await run(createWebhook, settings, { status, body: 'why' });
    expect(result.status).toBe(ended);
    expect(result.reason?.summary).toContain(String(status));
  });
  it.each([
    [{ statusUrlResolution: 'getMethod' }, {}, 'https://example.com/hook'],
    [{ statusUrlResolution: 'locationHeader' }, { headers: { location: '/jobs/1' } }, 'https://example.com/jobs/1'],
    [
      { statusUrlResolution: 'webhookResponse', statusUrlJsonPath: '$.links[0].href' },
      { body: { links: [{ href: 'https://e.org/1' }] } },
      'https://e.org/1',
    ],
  ])('finds the status address by %j', async (settings, answer, endpoint) => {
    const { result } = await run(createWebhook, { waitForCompletion: true, ...settings }, answer);
    expect(result.context).toMatchObject({ webhook: { statusEndpoint: endpoint } });
  });
  it('fails when there is no status address', async () => {
    const { result } = await run(
      createWebhook,
      { waitForCompletion: true, statusUrlResolution: 'webhookResponse', statusUrlJsonPath: '$.no' },
      { body: {} },
    );
    expect(result).toMatchObject({
      status: 'TERMINAL',
      reason: { next: expect.stringContaining('statusUrlJsonPath') },
    });
  });
  const watched = {
    webhook: { statusEndpoint: 'https://example.com/jobs/1' },
    statusJsonPath: '$.state',
    progressJsonPath: '$.done',
    successStatuses: 'ok, DONE',
    canceledStatuses: ['gone'],
    terminalStatuses: 'bad',
  };
  it.each<[object, Answer, string]>([
    [watched, { body: { state: 'done' } }, 'SUCCEEDED'],
    [watched, { body: { state: 'gone' } }, 'CANCELED'],
    [watched, { body: { state: 'BAD' } }, 'TERMINAL'],
    [watched, { body: { state: 'working', done: 40 } }, 'RUNNING'],
    [watched, { body: {} }, 'RUNNING'],
    [watched, { body: { state: 100 } }, 'SUCCEEDED'],
    [watched, { body: { state: 30 } }, 'RUNNING'],
    [watched, { status: 503 }, 'RUNNING'],
    [watched, { status: 403 }, 'TERMINAL'],
    [{ ...watched, retryStatusCodes: [403] }, { status: 403 }, 'RUNNING'],
    [{ webhook: watched.webhook }, { body: 'anything' }, 'SUCCEEDED'],
  ])('watching %j, an answer %j means %s', async (settings, answer, status) => {
    const { result } = await run(monitorWebhook, settings, answer);
    expect(result.status).toBe(status);
    if (status === 'RUNNING') expect(result.wakeAfterMs).toBe(1_000);
  });
  it('tries as often as the pipeline says for this status, and counts', async () => {
    const settings = { retries: { 404: { maxAttempts: 2 } } };
    const first = await run(createWebhook, settings, { status: 404 });
    expect(first.result).toMatchObject({ status: 'RUNNING', context: { webhookAttempts: { 404: 1 } } });
    const second = await run(createWebhook, { ...settings, webhookAttempts: { 404: 1 } }, { status: 404 });
    expect(second.result).toMatchObject({
      status: 'TERMINAL',
      reason: { summary: expect.stringContaining('2 times') },
    });
  });
  it('tells no value of its headers, and no password of its address', async () => {
    const { result } = await run(
      createWebhook,
      { url: 'https://me:hunter2@example.com/?key=verysecret', customHeaders: { 'x-key': 'verysecret' } },
      { status: 404 },
    );
    expect(JSON.stringify(result.reason)).not.toMatch(/verysecret|hunter2/);
  });
  it('plans a wait before watching, and watching alone', () => {
    const names = (context: object) => webhook.tasks({ context } as never, {} as never).map((task) => task.name);
    expect(names({ waitForCompletion: 'true', waitBeforeMonitor: '5' })).toEqual([
      'createWebhook',
      'waitBeforeMonitorWebhook',
      'monitorWebhook',
    ]);
    expect(names({ monitorOnly: true })).toEqual(['monitorWebhook']);
    expect(names({ waitForCompletion: 'false' })).toEqual(['createWebhook']);
  });
  it('watches the address that is given where no call names one', async () => {
    const { request } = await run(monitorWebhook, { monitorOnly: true, statusEndpoint: 'https://e.org/s' }, {});
    expect(request).toMatchObject({ url: 'https://e.org/s', method: 'GET' });
  });
  it('remembers how the status address answered', async () => {
    const webhookBefore = { ...watched.webhook, monitor: { pastStatusCodes: [503] } };
    const { result } = await run(monitorWebhook, { ...watched, webhook: webhookBefore }, { body: {} });
    expect(result.context).toMatchObject({ webhook: { monitor: { pastStatusCodes: [503, 200] } } });
  });
  it('tells the receiver of a cancellation where that is wanted, and again when it was not taken', async () => {
    const settings = { signalCancellation: true, cancelEndpoint: 'https://e.org/c', cancelMethod: 'delete' };
    const cancel = async (more: object, status: number) => {
      let request: GuardedRequest | undefined;
      await signalCancellation({
        context: webhookSchema.parse({ ...settings, ...more }),
        key: 'K',
        ports: {
          http: async (sent: GuardedRequest) => {
            request = sent;
            return { status, headers: {}, body: '', bytes: new Uint8Array() };
          },
        },
      } as never);
      return request;
    };
    expect(await cancel({}, 200)).toMatchObject({ method: 'DELETE', url: 'https://e.org/c' });
    expect(await cancel({ signalCancellation: false }, 200)).toBeUndefined();
    await expect(cancel({}, 503)).rejects.toThrow(/503/);
    expect(webhook.tasks({ context: settings } as never, {} as never)[0]?.onCancel).toBeDefined();
  });
  it('reaches a real server through the guard, and only where the list allows it', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"state":"done"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const call = (allow: string[]) =>
        run(createWebhook, { url: `http://127.0.0.1:${port}/hook` }, {}, { ports: { http: createGuardedHttp(allow) } });
      const { result } = await call([`127.0.0.1/32:${port}`]);
      expect(result).toMatchObject({ status: 'SUCCEEDED', context: { webhook: { body: { state: 'done' } } } });
      await expect(call([])).rejects.toThrow(/127\.0\.0\.1/);
      expect(seen).toEqual(['POST /hook']);
    } finally {
      server.close();
    }
  });
  it('runs no script of a JSON path', () => {
    expect(() => firstMatch({ a: 1 }, '$[?(globalThis.broken = true)]')).toThrow();
    expect('broken' in globalThis).toBe(false);
  });
});
