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
import { archiveIn, archiveOf, restoreArchive } from './archive.ts';

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

it('what is exported from one system is there in another, under the same ids and with the same texts', async () => {
  const { client } = from;
  const job = [{ type: 'createApplication', application: { name: 'shop', email: 'a@b.c', color: 'red' } }];
  await client.submitTask({ body: { application: 'shop', job } });
  const text = '{ "name": "P",  "application": "shop", "n": 1.50, "stages": [] }';
  const { pipeline } = await client.savePipelineConfig({ body: text });
  await client.saveStrategy({ body: JSON.stringify({ name: 'S', application: 'shop', stages: [] }) });
  await client.createTemplate({
    query: { tag: 'stable' },
    body: { id: 't', metadata: { name: 't', scopes: [] }, variables: [], pipeline: { stages: [] } },
  });
  await client.saveNotificationSettings({
    params: { level: 'application', application: 'shop' },
    body: { slack: [{ type: 'slack', address: '#shop' }] },
  });
  await client.submitTask({
    body: {
      application: 'spinnaker',
      job: [{ type: 'upsertProject', project: { name: 'Q', config: { applications: ['shop'] } } }],
    },
  });

  const archive = await archiveOf(client);
  expect(archiveIn(JSON.parse(JSON.stringify(archive)))).toEqual(archive);
  expect(await restoreArchive(to.client, archive)).toEqual([]);

  const id = pipeline.id ?? '';
  expect(await to.client.pipelineText({ params: { id } })).toBe(text);
  const strip = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value), (key, item: unknown) => (/Ts$|lastModified/.test(key) ? undefined : item));
  expect(strip(await archiveOf(to.client))).toEqual(strip(archive));
});

it('a damaged archive is refused with the place, and what is none is left to others', () => {
  expect(() => archiveIn({ archive: 'gennaker/1', applications: [{}] })).toThrow('damaged at applications.0.name');
  expect(archiveIn({ stages: [] })).toBeUndefined();
});
