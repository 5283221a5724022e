import { createClient } from '@gennaker/client/client';
import { ServiceError } from '@gennaker/contracts/error';
import { front50Api } from '@gennaker/contracts/front50';
import type { Client } from '@gennaker/contracts/route';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { configFromEnv } from '@gennaker/service/config';
import { type Served, serve } from '@gennaker/service/http-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { front50Handlers } from '../http.ts';

let database: TestDatabase;
let served: Served;
let client: Client<typeof front50Api>;

beforeAll(async () => {
  database = await testDatabase();
  const known = {
    stageTypes: new Set(['wait']),
    triggerTypes: new Set(['webhook']),
    accounts: new Set<string>(),
    strategies: [],
  };
  served = await serve({
    name: 'front50',
    api: front50Api,
    port: 0,
    config: configFromEnv({ GENNAKER_DATA: 'unused', DATABASE_URL: database.url, REDIS_URL: 'unused' }),
    handlers: front50Handlers({
      db: database.db,
      clock: { now: () => 1_700_000_000_000 },
      known: () => Promise.resolve(known),
    }),
  });
  client = createClient(front50Api, { baseUrl: served.url, headers: { 'x-spinnaker-user': 'ada' } });
});
afterAll(async () => {
  await served.close();
  await database.drop();
});

const refused = async (call: Promise<unknown>): Promise<ServiceError> => {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ServiceError) return error;
  throw new Error('nothing was refused');
};
const template = (id: string, seconds: number, scopes: string[] = ['global']) => ({
  schema: 'v2',
  id,
  metadata: { name: id, description: '', scopes },
  variables: [{ name: 'who', type: 'string' }],
  pipeline: {
    triggers: [{ type: 'webhook', source: id, enabled: true }],
    stages: [{ type: 'wait', refId: '1', name: 'Wait for ${templateVariables.who}', waitTime: seconds }],
  },
});
const save = (document: unknown) => client.savePipeline({ body: JSON.stringify(document) });
const templated = (name: string, reference: string, variables: Record<string, unknown> = { who: 'me' }) => ({
  schema: 'v2',
  type: 'templatedPipeline',
  name,
  application: 'shop',
  template: { artifactAccount: 'front50ArtifactCredentials', type: 'front50/pipelineTemplate', reference },
  variables,
});

describe('templates', () => {
  it('are found by their latest version, by tag and by digest; every version stays', async () => {
    const first = await client.createTemplate({ query: { tag: 'stable' }, body: template('tags', 1) });
    const second = await client.updateTemplate({ params: { id: 'tags' }, query: {}, body: template('tags', 2) });
    expect(first.digest).not.toBe(second.digest);
    const waits = async (query: { tag?: 'stable' | 'latest'; digest?: string }) => {
      const { pipeline } = await client.getTemplate({ params: { id: 'tags' }, query });
      return pipeline['stages'];
    };
    expect(await waits({})).toMatchObject([{ waitTime: 2 }]);
    expect(await waits({ tag: 'stable' })).toMatchObject([{ waitTime: 1 }]);
    expect(await waits({ digest: first.digest })).toMatchObject([{ waitTime: 1 }]);
    const versions = await client.templateVersions({ query: {} });
    expect(versions['tags']).toHaveLength(4);
    const both = client.getTemplate({ params: { id: 'tags' }, query: { tag: 'latest', digest: first.digest } });
    expect(await refused(both)).toMatchObject({ status: 400 });
  });

  it('are listed by scope', async () => {
    await client.createTemplate({ query: {}, body: template('scoped', 1, ['Shop', 'team-.*']) });
    const ids = async (scopes: string) => (await client.listTemplates({ query: { scopes } })).map(({ id }) => id);
    expect(await ids('shop')).toContain('scoped');
    expect(await ids('team-a')).toContain('scoped');
    expect(await ids('elsewhere')).not.toContain('scoped');
  });

  it.each([
    ['another schema', { ...template('odd', 1), schema: '1' }, 'schema'],
    ['an id that references cannot carry', template('a:b', 1), 'id'],
    ['no name', { ...template('odd', 1), metadata: {} }, 'metadata.name'],
    ['a variable twice', { ...template('odd', 1), variables: [{ name: 'a' }, { name: 'a' }] }, 'variables'],
  ])('are refused with %s', async (_case, body, field) => {
    expect(await refused(client.createTemplate({ query: {}, body }))).toMatchObject({
      status: 400,
      details: { field },
    });
  });

  it('are refused under a tag that there is none of, and created once', async () => {
    expect(await refused(client.createTemplate({ query: { tag: 'mine' }, body: template('once', 1) }))).toMatchObject({
      details: { field: 'tag' },
    });
    await client.createTemplate({ query: {}, body: template('once', 1) });
    expect(await refused(client.createTemplate({ query: {}, body: template('once', 1) }))).toMatchObject({
      status: 400,
    });
    // Under a tag that it does not have yet it is created, as spin's save does it.
    await client.createTemplate({ query: { tag: 'stable' }, body: template('once', 1) });
    const unknown = client.updateTemplate({ params: { id: 'never' }, query: {}, body: template('never', 1) });
    expect(await refused(unknown)).toMatchObject({ status: 404 });
  });
});

describe('pipelines of templates', () => {
  it('are kept as they came and read as what they stand for', async () => {
    await client.createTemplate({ query: {}, body: template('used', 7) });
    const { pipeline } = await save(templated('Of used', 'spinnaker://used'));
    const id = pipeline.id ?? '';
    expect((await client.getPipeline({ params: { id } })).stages).toBeUndefined();
    expect(await client.getPipeline({ params: { id }, query: { plan: 'true' } })).toMatchObject({
      id,
      name: 'Of used',
      stages: [{ name: 'Wait for me', waitTime: 7 }],
      triggers: [{ source: 'used', inherited: true }],
    });
    const hooks = await client.listPipelines({ query: { plan: 'true', triggerTypes: 'webhook' } });
    expect(hooks.map(({ name }) => name)).toContain('Of used');
  });

  it('are refused at the save when their template is not there or their values do not fit', async () => {
    expect(await refused(save(templated('X', 'spinnaker://nowhere')))).toMatchObject({
      status: 400,
      details: { field: 'template.reference' },
    });
    expect(await refused(save(templated('X', 'http://used')))).toMatchObject({
      details: { field: 'template.reference' },
    });
    const error = await refused(save(templated('X', 'spinnaker://used:latest', {})));
    expect(error.details).toMatchObject({ field: 'variables.who', templateErrors: [{ location: 'variables.who' }] });
  });

  it('keep their template from being deleted, and say so when it changed under them', async () => {
    await client.createTemplate({ query: {}, body: template('kept', 1) });
    const { pipeline } = await save(templated('Of kept', 'spinnaker://kept'));
    expect(await client.templateDependents({ params: { id: 'kept' } })).toMatchObject([
      { name: 'Of kept', application: 'shop' },
    ]);
    expect(await refused(client.deleteTemplate({ params: { id: 'kept' }, query: {} }))).toMatchObject({ status: 400 });
    await client.updateTemplate({
      params: { id: 'kept' },
      query: {},
      body: { ...template('kept', 1), variables: [{ name: 'who' }, { name: 'more' }] },
    });
    const planned = await client.getPipeline({ params: { id: pipeline.id ?? '' }, query: { plan: 'true' } });
    expect(planned).toMatchObject({ stages: [], templateErrors: [expect.stringContaining('variables.more')] });
    await client.deletePipeline({ params: { application: 'shop', name: 'Of kept' } });
    await client.deleteTemplate({ params: { id: 'kept' }, query: {} });
    expect(await refused(client.getTemplate({ params: { id: 'kept' }, query: {} }))).toMatchObject({ status: 404 });
  });

  it('are planned without being saved', async () => {
    const plan = await client.planTemplate({ body: templated('Only', 'spinnaker://used') });
    expect(plan).toMatchObject({ name: 'Only', stages: [{ name: 'Wait for me' }] });
  });
});
