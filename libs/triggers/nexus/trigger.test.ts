import type { EchoEvent } from '@gennaker/contracts/echo';
import { describe, expect, it } from 'vitest';
import { nexusTriggerSchema } from './schema.ts';
import nexus from './trigger.ts';

type Json = Record<string, unknown>;

const created = (component: Json = {}, changes: Json = {}): Json => ({
  timestamp: '2026-05-01T10:00:00.000+00:00',
  nodeId: 'n1',
  repositoryName: 'releases',
  action: 'CREATED',
  component: { id: '1', format: 'maven2', group: 'com.acme', name: 'shop', version: '1.2', ...component },
  ...changes,
});
const event = (content: Json, source = 'releases'): EchoEvent => ({ type: 'nexus', source, content });
const trigger = (changes: Json = {}) =>
  nexusTriggerSchema.parse({ type: 'nexus', nexusSearchName: 'releases', ...changes }) as never;
const read = (content: Json) => nexus.readWebhook?.({ source: 'releases', headers: {}, content });

describe('nexus trigger', () => {
  it('has examples that its schema takes', () => {
    for (const example of nexus.examples) expect(nexus.schema.safeParse(example).success).toBe(true);
  });

  it('knows a component event, and ignores those that bring nothing', () => {
    expect(read(created())?.identity).toContain('n1 CREATED releases com.acme shop 1.2');
    expect(read(created({}, { action: 'DELETED' }))?.ignored?.summary).toContain('DELETED');
    expect(read({ repositoryName: 'releases', action: 'CREATED', asset: {} })?.ignored?.summary).toContain('asset');
    expect(() => read({ repositoryName: 'r' })).toThrow('The body is no component event of Nexus: action');
  });

  it.each<[Json, Json]>([
    [
      {},
      {
        type: 'maven/file',
        name: 'com.acme:shop',
        version: '1.2',
        reference: 'com.acme:shop:1.2',
        provenance: 'releases',
      },
    ],
    [
      { format: 'npm', group: '@acme' },
      { type: 'npm/package', reference: '@acme/shop@1.2' },
    ],
    [
      { format: 'docker', group: '' },
      { type: 'docker/image', reference: 'shop:1.2' },
    ],
    [
      { format: 'pypi', group: null, version: null },
      { type: 'pypi/component', name: 'shop', reference: 'shop' },
    ],
  ])('hands the component %j to the execution', (component, artifact) => {
    expect(nexus.toTrigger(trigger({ secret: 'x' }), event(created(component)))).toMatchObject({
      artifacts: [artifact],
    });
  });

  it('wants its search name, its constraints and a sender that knows the secret', () => {
    expect(nexus.match(trigger(), event(created()))).toEqual({
      matches: true,
      reason: { summary: 'com.acme:shop:1.2 came into releases' },
    });
    expect(nexus.match(trigger(), event(created(), 'snapshots')).elsewhere).toBe(true);
    const constrained = trigger({ payloadConstraints: { '$.component.name': '^other$' } });
    expect(nexus.match(constrained, event(created())).reason.summary).toContain('"$.component.name" is "shop"');
    expect(nexus.match(trigger({ secret: 's' }), event(created())).reason.summary).toContain('is not signed');
  });
});
