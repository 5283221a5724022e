import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { notYetIn, readAround, readGate } from './read-gate.ts';

/** A gate of Spinnaker, as far as an import reads it. */
const answers: Readonly<Record<string, unknown>> = {
  '/applications': [
    {
      ...{ name: 'shop', email: 'a@b.c', cloudProviders: 'gce', createTs: '1', updateTs: '2', lastModifiedBy: 'x' },
      ...{ permissions: { READ: ['dev'], WRITE: ['ops'], CREATE: ['ops'] }, color: 'red' },
    },
    { name: 'Bank', email: 'b@b.c' },
  ],
  '/applications/shop/pipelineConfigs': [{ id: 'p', name: 'P', application: 'shop', stages: [{ type: 'wait' }] }],
  '/applications/Bank/pipelineConfigs': [],
  '/applications/shop/strategyConfigs': [
    { id: 's', name: 'S', application: 'shop', strategy: true, stages: [], updateTs: '5', lastModifiedBy: 'x' },
  ],
  '/notifications/application/shop': { application: 'shop', lastModified: 5, slack: [{ type: 'slack' }] },
  '/notifications/application/Bank': {},
  '/projects': [{ id: 'q', name: 'Q', email: 'a@b.c', config: { applications: ['shop'] }, updateTs: 7 }],
  '/v2/pipelineTemplates': [{ schema: 'v2', id: 't', metadata: { name: 't' }, pipeline: { stages: [] } }],
};
let server: Server;
let url: string;
const tokens = new Set<string | undefined>();

beforeAll(async () => {
  server = createServer((request, response) => {
    tokens.add(request.headers.authorization);
    const body = answers[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  url = `http://127.0.0.1:${at && typeof at === 'object' ? at.port : 0}`;
});
afterAll(() => server.close());

it('a live gate gives its pipelines and templates, each with its address', async () => {
  const contents = await readGate(`${url}/`, 'secret');
  expect(contents.flatMap(({ found }) => found.map(({ kind, source, path }) => [kind, source, path]))).toEqual([
    ['template', `${url}/v2/pipelineTemplates`, '$[0]'],
    ['pipeline', `${url}/applications/shop/pipelineConfigs`, '$[0]'],
  ]);
  expect([...tokens]).toEqual(['Bearer secret']);
});

it('what stands around its pipelines is taken over without what was its own, and with the rights that there are here', async () => {
  const around = await readAround(url, undefined);
  expect(around.applications).toEqual([
    {
      ...{ name: 'shop', email: 'a@b.c', cloudProviders: 'gce', color: 'red' },
      permissions: { READ: ['dev'], WRITE: ['ops'] },
    },
    { name: 'Bank', email: 'b@b.c' },
  ]);
  expect(around.documents).toEqual([
    { kind: 'notifications', id: 'shop', body: { slack: [{ type: 'slack' }] } },
    { kind: 'project', id: 'q', body: { name: 'Q', email: 'a@b.c', config: { applications: ['shop'] } } },
  ]);
  expect(around.strategies.map(({ id, text }) => [id, JSON.parse(text)])).toEqual([
    ['s', { id: 's', name: 'S', application: 'shop', strategy: true, stages: [] }],
  ]);
});

it('what is there already is left as it is', async () => {
  const around = await readAround(url, undefined);
  const left = notYetIn(around, {
    applications: [{ name: 'SHOP' }],
    projects: [{ id: 'x', name: 'q' }],
    strategies: [],
  });
  expect(left).toMatchObject({ applications: [{ name: 'Bank' }], documents: [], strategies: [{ id: 's' }] });
  const nothing = { applications: [], projects: [], strategies: [] };
  expect(notYetIn(around, nothing)).toEqual(around);
});

it('what is no gate is said to be none', async () => {
  await expect(readAround(`${url}/elsewhere`, undefined)).rejects.toThrow('is this a gate?');
  await expect(readGate('http://127.0.0.1:1', undefined)).rejects.toThrow('does not answer');
});
