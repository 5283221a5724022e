import { serverGroupSchema } from '@gennaker/contracts/clouddriver';
import { executionViewSchema } from '@gennaker/contracts/execution';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from './openapi/document.ts';
import { clustersOf } from './pipelines/applications.ts';
import { fits } from './pipelines/search-executions.ts';

const execution = executionViewSchema.parse({
  type: 'ORCHESTRATION',
  id: 'e1',
  application: 'hello',
  name: 'Enable hello',
  status: 'RUNNING',
  buildTime: 100,
  canceled: false,
  trigger: { type: 'webhook', eventId: 'ev1' },
  stages: [
    {
      id: 's1',
      refId: '1',
      requisiteStageRefIds: [],
      type: 'enableServerGroup',
      name: 'Enable',
      status: 'RUNNING',
      context: { asgName: 'hello-v000' },
      outputs: { done: true },
      tasks: [{ id: '1', name: 'enable', implementingClass: 'enable', status: 'RUNNING' }],
    },
  ],
});

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

describe('a search for executions', () => {
  it.each([
    [{}, true],
    [{ eventId: 'ev1', triggerTypes: 'manual,webhook', pipelineName: 'Enable hello' }, true],
    [{ eventId: 'ev2' }, false],
    [{ triggerTypes: 'manual' }, false],
    [{ pipelineName: 'enable hello' }, false],
    [{ triggerTimeStartBoundary: 100, triggerTimeEndBoundary: 100 }, true],
    [{ triggerTimeStartBoundary: 101 }, false],
    [{ triggerTimeEndBoundary: 99 }, false],
  ])('by %j: %s', (filter, expected) => {
    expect(fits(execution, filter)).toBe(expected);
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
