import type { LiveStage } from '@gennaker/contracts/live-plan';
import type { Plan } from '@gennaker/contracts/orca-insight';
import { describe, expect, it } from 'vitest';
import { parametersOf, pipelineNamed, planText, speaksAgainst } from './plan.ts';

const stage = (refId: string, name: string, more: object = {}): Plan['stages'][number] => ({
  refId,
  requisiteStageRefIds: [],
  type: 'deploy',
  name,
  enabled: 'yes',
  context: {},
  tasks: [],
  before: [],
  after: [],
  ...more,
});
const planned: Plan = {
  application: 'hello',
  name: 'Deliver',
  trigger: {},
  parameters: {},
  artifacts: [],
  stages: [
    stage('1', 'Bake', { enabled: 'no', reason: { summary: 'Will be skipped: it is Friday' } }),
    stage('2', 'Deploy'),
  ],
  warnings: [{ message: 'x is known only at run time', stageRefId: '2', field: 'x', untilRun: true }],
  durationMs: { p50: 60_000, p90: 120_000, basis: 7 },
};
const capacity = { min: 4, max: 4, desired: 4 };
const live: LiveStage = {
  stageRefId: '2',
  name: 'Deploy',
  deploys: [
    {
      account: 'local-gce',
      region: 'us-central1',
      cluster: 'hello-prod',
      serverGroupName: 'hello-prod-v003',
      capacity,
      strategy: 'redblack',
      replaces: { serverGroupName: 'hello-prod-v002', capacity, image: 'hello-2' },
      steps: ['Make hello-prod-v003 with 4 instances', 'Disable older server groups'],
      guards: [
        { step: 1, goingBack: false, outcome: 'passes', reason: { summary: '4 of 8 would be left' } },
        { step: 1, goingBack: true, outcome: 'refuses', reason: { summary: '2 would be left', next: 'Enlarge it' } },
      ],
    },
  ],
  operations: [
    { operation: 'createServerGroup', account: 'local-gce', changes: ['Makes it.'], warnings: ['Slow.'], problems: [] },
  ],
  problems: [],
  locks: ['hello-prod is being changed'],
  notes: ['Only a run can tell the image'],
};

describe('gennaker plan', () => {
  it('prints the stages in order, with what each would do against live state', () => {
    expect(planText({ ...planned, live: { stages: [live] } }).split('\n')).toEqual([
      'hello/Deliver: usually 60 s, nine of ten within 2 min (7 runs)',
      'Not known yet: Deploy: x is known only at run time (x)',
      '1. Bake (Will be skipped: it is Friday)',
      '2. Deploy',
      '   Waits: hello-prod is being changed',
      '   hello-prod-v003 in us-central1 of local-gce, strategy redblack; hello-prod-v002 serves now with 4 instances of hello-2',
      '     1. Make hello-prod-v003 with 4 instances',
      '     2. Disable older server groups',
      '        Guarded: 4 of 8 would be left',
      '        Refused: Should it fail here, on the way back: 2 would be left. Enlarge it',
      '   createServerGroup:',
      '     Makes it.',
      '     Note: Slow.',
      '   Note: Only a run can tell the image',
    ]);
  });

  it('ends well where nothing speaks against it, also where something is known only in the run', () => {
    expect(speaksAgainst(planned)).toBe(false);
    expect(speaksAgainst({ ...planned, live: { stages: [live] } })).toBe(false);
  });

  it('does not end well with a problem, a warning, or while live state is unknown', () => {
    expect(speaksAgainst({ ...planned, live: { stages: [{ ...live, problems: ['too few'] }] } })).toBe(true);
    expect(speaksAgainst({ ...planned, warnings: [{ message: 'No stage type "x"' }] })).toBe(true);
    expect(speaksAgainst({ ...planned, live: { unknown: { summary: 'Unknown' }, stages: [] } })).toBe(true);
  });

  it('finds a pipeline by id or name, and asks for the application where several have it', () => {
    const pipelines = [
      { id: 'a', name: 'Deliver', application: 'hello' },
      { id: 'b', name: 'Deliver', application: 'other' },
    ];
    expect(pipelineNamed(pipelines, 'b', undefined).id).toBe('b');
    expect(pipelineNamed(pipelines, 'Deliver', 'hello').id).toBe('a');
    expect(() => pipelineNamed(pipelines, 'Deliver', undefined)).toThrow('hello, other');
    expect(() => pipelineNamed(pipelines, 'No', 'hello')).toThrow('hello/Deliver');
  });

  it('takes parameters with anything behind the first equals sign', () => {
    expect(parametersOf(['a=1', 'b=x=y', 'c='])).toEqual({ a: '1', b: 'x=y', c: '' });
    expect(() => parametersOf(['=1'])).toThrow('NAME=VALUE');
  });
});
