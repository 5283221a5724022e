import { customStageTypeSchema, preconfiguredWebhookSchema } from '@gennaker/contracts/custom-stages';
import { namedOnly } from '@gennaker/contracts/people';
import { customStageTypes } from '@gennaker/extension-sdk/custom-stage-type';
import type { GuardedRequest } from '@gennaker/extension-sdk/ports';
import type { AnyStageDefinition } from '@gennaker/extension-sdk/stage';
import { describe, expect, it } from 'vitest';
import { preconfiguredWebhooks } from './preconfigured.ts';
import webhook from './stage.ts';

type Json = Record<string, unknown>;
const configured = (more: Json = {}) =>
  preconfiguredWebhookSchema.parse({
    type: 'notifyDesk',
    label: 'Notify the desk',
    url: 'https://desk.example.com/${parameterValues.room}',
    customHeaders: { authorization: 'Bearer verysecret' },
    payload: { text: '${parameterValues.text}' },
    parameters: [{ name: 'room', defaultValue: 'main' }, { name: 'text' }],
    ...more,
  });
async function run(definition: AnyStageDefinition | undefined, context: Json, roles: string[] = []) {
  const requests: GuardedRequest[] = [];
  const result = await definition?.tasks({ context } as never, {} as never)[0]?.run({
    context,
    key: 'K',
    runs: 0,
    traceparent: '',
    stage: { name: 'Notify' },
    identity: { ...namedOnly('ann'), roles },
    signal: new AbortController().signal,
    evaluate: (text: string, more: { parameterValues?: Json } = {}) => ({
      value: text.replaceAll(/\$\{parameterValues\.(\w+)\}/g, (_all, name: string) =>
        String(more.parameterValues?.[name]),
      ),
      problems: [],
    }),
    ports: {
      http: async (request: GuardedRequest) => {
        requests.push(request);
        return { status: 404, headers: {}, body: '{}', bytes: new Uint8Array() };
      },
    },
  } as never);
  return { result, request: requests[0] };
}

describe('a preconfigured webhook', () => {
  it("calls what the administrator configured, with the pipeline's parameters and their defaults", async () => {
    const { request } = await run(preconfiguredWebhooks([configured()])[0], {
      url: 'https://evil.example.com',
      parameterValues: { text: 'hi', room: '' },
    });
    expect(request).toMatchObject({ url: 'https://desk.example.com/main', body: '{"text":"hi"}' });
  });
  it('evaluates nothing that a parameter carries', async () => {
    const { request } = await run(preconfiguredWebhooks([configured()])[0], {
      parameterValues: { text: '${parameterValues.room}' },
    });
    expect(request?.body).toBe('{"text":"${parameterValues.room}"}');
  });
  it('leaves pipelines the fields that it does not set, where that is allowed', async () => {
    const open = configured({ noUserConfigurableFields: false });
    const { request } = await run(preconfiguredWebhooks([open])[0], { method: 'PUT', url: 'https://evil.example.com' });
    expect(request).toMatchObject({ method: 'PUT', url: 'https://desk.example.com/main' });
  });
  it('tells no value of its headers', async () => {
    const { result } = await run(preconfiguredWebhooks([configured()])[0], {});
    expect(result?.status).toBe('TERMINAL');
    expect(JSON.stringify(result)).not.toContain('verysecret');
  });
  it('is for the roles that it names', async () => {
    const [closed] = preconfiguredWebhooks([configured({ permissions: { WRITE: ['desk'] } })]);
    await expect(run(closed, {})).rejects.toThrow(/desk/);
    expect((await run(closed, {}, ['desk'])).request).toBeDefined();
  });
  it('makes no stage type while it is disabled', () => {
    expect(preconfiguredWebhooks([configured({ enabled: false })])).toEqual([]);
  });
});

describe('a stage type of the configuration', () => {
  const type = customStageTypeSchema.parse({
    type: 'smoke',
    label: 'Smoke test',
    base: 'webhook',
    defaults: { url: 'https://smoke.example.com', payload: { checks: [{ name: 'a' }] } },
    parameters: [{ name: 'which', mapping: 'payload.checks.0.name', defaultValue: 'all' }],
  });
  const known = (name: string) => (name === 'webhook' ? webhook : undefined);
  it('runs its base with its settings, which pipelines cannot change', async () => {
    const [smoke] = customStageTypes([type], known);
    const { request } = await run(smoke, { url: 'https://evil.example.com', parameters: { which: 'b' } });
    expect(request).toMatchObject({ url: 'https://smoke.example.com', body: '{"checks":[{"name":"b"}]}' });
    expect((await run(smoke, {})).request?.body).toBe('{"checks":[{"name":"all"}]}');
  });
  it('cannot be of a type that there is not', () => {
    expect(() => customStageTypes([{ ...type, base: 'none' }], known)).toThrow(/none/);
  });
});
