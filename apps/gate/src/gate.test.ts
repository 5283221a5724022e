import { serverGroupSchema } from '@gennaker/contracts/clouddriver';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from './openapi/document.ts';
import { clustersOf } from './pipelines/applications.ts';

describe('clustersOf', () => {
  it('groups server groups by account and cluster', () => {
    const group = (name: string, account: string, cluster: string, loadBalancers: string[]) =>
      serverGroupSchema.parse({
        name,
        account,
        cluster,
        loadBalancers,
        region: 'r',
        application: 'hello',
        cloudProvider: 'gce',
        type: 'gce',
        createdTime: 1,
        isDisabled: false,
        moniker: { app: 'hello', cluster },
        capacity: { min: 1, max: 1, desired: 1 },
        instanceCounts: { total: 0, up: 0, down: 0, starting: 0, outOfService: 0, unknown: 0 },
        instances: [],
        seenAt: 1,
      });
    const groups = [
      group('hello-v000', 'a', 'hello', ['lb']),
      group('hello-v001', 'a', 'hello', ['lb', 'lb2']),
      group('hello-test-v000', 'b', 'hello-test', []),
    ];
    expect(clustersOf(groups)).toEqual({
      a: [{ name: 'hello', provider: 'gce', loadBalancers: ['lb', 'lb2'], serverGroups: ['hello-v000', 'hello-v001'] }],
      b: [{ name: 'hello-test', provider: 'gce', loadBalancers: [], serverGroups: ['hello-test-v000'] }],
    });
  });
});

describe('the API document', () => {
  const document = openApiDocument('1.2.3');
  const text = JSON.stringify(document);

  it('has an operation for every route, and only references that exist', () => {
    const { paths, components } = document as {
      paths: Record<string, Record<string, { operationId: string }>>;
      components: { schemas: Record<string, unknown> };
    };
    expect(paths['/pipelines/{application}/{name}']?.['post']).toMatchObject({ operationId: 'startPipeline' });
    expect(paths['/admin/queue/zombies/{id}:kill']?.['post']).toMatchObject({ operationId: 'killZombie' });
    expect(paths['/events']?.['get']).toMatchObject({ operationId: 'events' });
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]?.split('/').at(-1) ?? '');
    expect(references.length).toBeGreaterThan(20);
    expect(references.filter((name) => !(name in components.schemas))).toEqual([]);
    expect(text).not.toContain('$defs');
  });

  it('is the same every time', () => {
    expect(JSON.stringify(openApiDocument('1.2.3'))).toBe(text);
  });
});
