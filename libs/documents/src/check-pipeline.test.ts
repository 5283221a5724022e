import { ServiceError } from '@gennaker/contracts/error';
import { strategies } from '@gennaker/strategies/server';
import { describe, expect, it } from 'vitest';
import { checkPipeline } from './check-pipeline.ts';

const known = {
  stageTypes: new Set(['wait', 'deploy', 'bake']),
  triggerTypes: new Set(['webhook']),
  accounts: new Set(['prod']),
  strategies: Object.values(strategies),
};
const check = (changes: Record<string, unknown>) =>
  checkPipeline({ name: 'Deploy', application: 'hello', stages: [], ...changes }, known);
const refused = (changes: Record<string, unknown>): ServiceError => {
  try {
    check(changes);
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};
const deploy = (cluster: Record<string, unknown>) => ({
  stages: [
    {
      type: 'deploy',
      refId: '1',
      requisiteStageRefIds: [],
      clusters: [{ cloudProvider: 'gce', account: 'prod', ...cluster }],
    },
  ],
});

describe('checkPipeline refuses', () => {
  it.each([
    ['no name', { name: ' ' }, 'name'],
    ['no application', { application: undefined }, 'application'],
    ['a name that breaks addresses', { name: 'a/b' }, 'name'],
    ['a name too long', { name: 'x'.repeat(201) }, 'name'],
    ['an application that addresses cannot carry', { application: '{}' }, 'application'],
    ['stages that are no list', { stages: {} }, 'stages'],
    ['a stage without a type', { stages: [{ name: 'x' }] }, 'stages.0.type'],
    ['a stage that is no object', { stages: [1] }, 'stages.0'],
    [
      'a dangling refId',
      { stages: [{ type: 'wait', refId: '1', requisiteStageRefIds: ['9'] }] },
      'stages.0.requisiteStageRefIds',
    ],
    [
      'a duplicate refId',
      {
        stages: [
          { type: 'wait', refId: '1' },
          { type: 'wait', refId: '1' },
        ],
      },
      'stages.1.refId',
    ],
    [
      'a circle',
      {
        stages: [
          { type: 'wait', refId: 'a', requisiteStageRefIds: ['b'] },
          { type: 'wait', refId: 'b', requisiteStageRefIds: ['a'] },
        ],
      },
      'stages.0.requisiteStageRefIds',
    ],
    ['a bad stack', deploy({ stack: 'a-b' }), 'stages.0.clusters.0'],
    ['a detail that looks like a version', deploy({ stack: 'prod', freeFormDetails: 'v001' }), 'stages.0.clusters.0'],
    [
      'a cluster name that Compute has no room for',
      deploy({ stack: 'prod', freeFormDetails: 'x'.repeat(40) }),
      'stages.0.clusters.0',
    ],
    ['capitals in a Compute name', deploy({ stack: 'Prod' }), 'stages.0.clusters.0'],
  ])('%s', (label, changes, field) => {
    const error = refused(changes);
    expect(error.status).toBe(['no name', 'no application'].includes(label) ? 422 : 400);
    expect(error.details.field).toBe(field);
    expect(error.details.fix).toBeTruthy();
  });
});

describe('checkPipeline lets pass', () => {
  it('unknown keys, numbers as refIds, and stages without refIds', () => {
    expect(check({ custom: { x: 1 }, stages: [{ type: 'wait' }, { type: 'wait' }] }).warnings).toEqual([]);
    const { pipeline } = check({
      stages: [
        { type: 'wait', refId: 1 },
        { type: 'wait', refId: 2, requisiteStageRefIds: [1] },
      ],
    });
    expect(pipeline.stages?.[1]).toMatchObject({ refId: '2', requisiteStageRefIds: ['1'] });
  });

  it('unknown stage types, trigger types and accounts, with a warning that names the fix', () => {
    const { warnings } = check({
      stages: [
        { type: 'deploy', clusters: [{ account: 'dev' }] },
        { type: 'teleport', account: 'prod' },
      ],
      triggers: [{ type: 'carrier-pigeon' }],
    });
    expect(warnings.map((warning) => [warning.field, warning.message])).toEqual([
      ['stages.0.clusters.0.account', 'Stage 1 ("deploy") names the account "dev", which this system does not have'],
      ['stages.1.type', 'Stage 2 ("teleport") has the type "teleport", which this system does not have'],
      [
        'triggers.0.type',
        'Trigger 1 has the type "carrier-pigeon", which this system does not have: it never starts the pipeline',
      ],
    ]);
    expect(warnings[0]?.fix).toBe('use one of prod, or configure the account');
  });

  it('an application whose name no server group can carry, with a warning, until something is deployed for it', () => {
    const { warnings } = check({ application: 'my-app' });
    expect(warnings).toMatchObject([
      { field: 'application', message: expect.stringContaining('nothing can be deployed') },
    ]);
    expect(() => check({ application: 'my-app', ...deploy({ cloudProvider: 'kubernetes' }) })).not.toThrow();
    expect(() => check({ application: 'my-app', ...deploy({}) })).toThrow('no hyphen');
  });

  it('names from expressions, with a warning', () => {
    const { warnings } = check(deploy({ stack: '${parameters.stack}', account: '${parameters.account}' }));
    expect(warnings.map((warning) => warning.field)).toEqual([
      'stages.0.clusters.0.account',
      'stages.0.clusters.0.stack',
    ]);
  });
});

describe('checkPipeline warns of strategies', () => {
  const told = (cluster: Record<string, unknown>) => check(deploy(cluster)).warnings;

  it('that do not exist, for then older server groups stay as they are', () => {
    expect(told({ strategy: 'RedBlack' })).toEqual([]);
    expect(told({ strategy: '' })).toEqual([]);
    expect(told({ strategy: '${parameters.strategy}' })).toEqual([]);
    expect(told({ strategy: 'blackred' })).toMatchObject([
      {
        field: 'stages.0.clusters.0.strategy',
        message: expect.stringContaining('older server groups stay as they are'),
      },
    ]);
  });

  it('whose settings they cannot work with, by the field', () => {
    expect(told({ strategy: 'redblack', maxRemainingAsgs: -1 })).toMatchObject([
      { field: 'stages.0.clusters.0.maxRemainingAsgs' },
    ]);
    expect(told({ strategy: 'redblack', maxRemainingAsgs: '${parameters.keep}' })).toEqual([]);
    expect(told({ strategy: 'highlander', enableTraffic: false })).toMatchObject([
      { field: 'stages.0.clusters.0.enableTraffic', fix: expect.stringContaining('strategy none') },
    ]);
  });
});
