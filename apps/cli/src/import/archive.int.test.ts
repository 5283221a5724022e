import { createClient } from '@gennaker/client/client';
import { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { freePort } from '@gennaker/fixtures/servers';
import { configFromEnv } from '@gennaker/service/config';
import type { RunningApp } from '@gennaker/service/app';
import { app as front50 } from '../../../front50/src/module.ts';
import { app as gate } from '../../../gate/src/module.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { archiveIn, archiveText, partsOf, restoreArchive } from './archive.ts';

/** A gate and a front50 on a database of their own: all that an archive is about. */
interface System {
  readonly client: Client<typeof gateApi>;
  readonly stop: () => Promise<void>;
}

async function system(): Promise<System> {
  const database: TestDatabase = await testDatabase();
  const names = ['gate', 'orca', 'front50', 'clouddriver', 'rosco', 'igor', 'echo'] as const;
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()] as const)));
  const config = configFromEnv({
    GENNAKER_DATA: 'unused',
    DATABASE_URL: database.url,
    REDIS_URL: 'unused',
    GENNAKER_PORTS: JSON.stringify(ports),
    GENNAKER_DISCOVERY: JSON.stringify(
      Object.fromEntries(names.map((name) => [name, [`http://127.0.0.1:${ports[name]}`]])),
    ),
  });
  const running: RunningApp[] = [await front50.start(config), await gate.start(config)];
  return {
    client: createClient(gateApi, { baseUrl: config.urls.gate }),
    stop: async () => {
      for (const one of running.toReversed()) await one.stop();
      await database.drop();
    },
  };
}

let from: System;
let to: System;
beforeAll(async () => {
  [from, to] = [await system(), await system()];
});
afterAll(async () => {
  await from.stop();
  await to.stop();
});

it('everything that is exported from one system is in another after the import, so that its export is the same byte by byte', async () => {
  const { client } = from;
  const job = [
    {
      type: 'createApplication',
      application: { name: 'shop', email: 'a@b.c', color: 'red', permissions: { READ: ['dev'], WRITE: ['ops'] } },
    },
    { type: 'createApplication', application: { name: 'bank', email: 'b@b.c', trafficGuards: [] } },
  ];
  await client.submitTask({ body: { application: 'shop', job } });
  const text = '{ "name": "P",  "application": "shop", "n": 1.50, "stages": [], "triggers": [{"type": "cron"}] }';
  const { pipeline } = await client.savePipelineConfig({ body: text });
  await client.savePipelineConfig({ body: JSON.stringify({ name: 'A', application: 'shop', stages: [] }) });
  const [a] = (await client.listPipelineConfigs({ params: { application: 'shop' } })).filter(
    ({ name }) => name === 'A',
  );
  await client.reorderPipelines({
    body: { application: 'shop', idsToIndices: { [pipeline.id ?? '']: 1, [a?.id ?? '']: 0 } },
  });
  await client.saveStrategy({ body: JSON.stringify({ name: 'S', application: 'shop', stages: [] }) });
  const template = { id: 't', metadata: { name: 't', scopes: [] }, variables: [], pipeline: { stages: [] } };
  await client.createTemplate({ query: { tag: 'stable' }, body: template });
  await client.updateTemplate({ params: { id: 't' }, query: {}, body: { ...template, protect: true } });
  const templated = { schema: 'v2', type: 'templatedPipeline', template: { reference: 'spinnaker://t:stable' } };
  await client.savePipelineConfig({ body: JSON.stringify({ ...templated, name: 'T', application: 'shop' }) });
  for (const [level, application] of [
    ['application', 'shop'],
    ['global', 'global'],
  ] as const)
    await client.saveNotificationSettings({
      params: { level, application },
      body: { slack: [{ type: 'slack', address: `#${application}` }] },
    });
  await client.submitTask({
    body: {
      application: 'spinnaker',
      job: [{ type: 'upsertProject', project: { name: 'Q', config: { applications: ['shop'] } } }],
    },
  });
  await client.createCanaryConfig({ body: { name: 'c', applications: ['shop'], metrics: [] } });

  const text1 = archiveText(await client.readArchive({}));
  const archive = archiveIn(JSON.parse(text1));
  if (!archive) throw new Error('it is no archive');
  expect(partsOf(archive, 500).length).toBeGreaterThan(3);
  for (const part of partsOf(archive, 500))
    expect(await to.client.restoreArchive({ body: part })).toMatchObject({ refused: [] });
  expect(archiveText(await to.client.readArchive({}))).toBe(text1);
  expect(await to.client.pipelineText({ params: { id: pipeline.id ?? '' } })).toBe(text);
  const restored = await to.client.listPipelineConfigs({ params: { application: 'shop' } });
  expect(restored.map(({ name }) => name)).toEqual(['A', 'P', 'T']);
  expect(restored[1]?.triggers).toEqual(pipeline.triggers);

  // Once more into what is there already: nothing is doubled, nothing lost.
  const done = await restoreArchive(to.client, archive);
  expect(done).toEqual({ restored: 2 + archive.documents.length + 3 + 1, refused: [] });
  expect(archiveText(await to.client.readArchive({}))).toBe(text1);
});

it('what an archive holds that cannot be saved is told, and holds up nothing else', async () => {
  const done = await to.client.restoreArchive({
    body: {
      archive: 'gennaker/1',
      applications: [
        { name: 'no-hyphens', email: 'a@b.c' },
        { name: 'locked', email: 'a@b.c', permissions: { CREATE: ['ops'] } },
      ],
      documents: [{ kind: 'canaryConfig', id: 'x', body: { name: 'a b', applications: ['shop'] } }],
      pipelines: [
        { id: 'broken', text: '{' },
        { id: 'whole', text: '{"name": "Whole", "application": "bank"}' },
      ],
    },
  });
  expect(done.restored).toBe(1);
  expect(done.refused).toMatchObject([
    { what: 'application no-hyphens', field: 'name' },
    { what: 'application locked', field: 'permissions' },
    { what: 'canaryConfig x', field: 'body.name' },
    { what: 'pipeline broken' },
  ]);
});

it('a damaged archive is refused with the place, and what is none is left to others', () => {
  expect(() => archiveIn({ archive: 'gennaker/1', applications: [{}] })).toThrow('damaged at applications.0.name');
  expect(archiveIn({ stages: [] })).toBeUndefined();
});
