import type { Pipeline } from '@gennaker/contracts/front50';
import { stageUis } from '@gennaker/stages/ui';
import type { StageConfig } from '@gennaker/ui/stage-ui';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { fresh, showForm, stageUi, type } from '../testing/show-form.tsx';
import { FAILURE_MODES, failureMode } from './failure-modes.ts';
import { readJson } from './json-mode.tsx';
import { problemsOf } from './problems.ts';

afterEach(cleanup);

describe('every stage type', () => {
  it.each(stageUis.map(({ type: name }) => [name]))(
    '%s has a form, and its defaults are what its form shows',
    (name) => {
      const held = showForm(fresh(name));
      expect(document.body.querySelectorAll('input, textarea, button').length).toBeGreaterThan(0);
      expect(held.stage).toEqual(fresh(name));
    },
  );

  it.each(stageUis.map(({ type: name }) => [name]))('%s keeps keys that its form does not know', (name) => {
    const ui = stageUi(name);
    const parsed = ui.schema.safeParse({ ...fresh(name), custom: { deep: true } });
    if (parsed.success) expect(parsed.data).toMatchObject({ custom: { deep: true } });
  });
});

describe('forms write what the stages read', () => {
  it('bake', () => {
    const held = showForm(fresh('bake'));
    type(/^Package/, 'hello');
    type(/^Base image/, 'debian-12-nodejs');
    expect(held.stage).toMatchObject({ package: 'hello', baseOs: 'debian-12-nodejs', cloudProviderType: 'gce' });
    expect(stageUi('bake').problems?.(held.stage, 'hello')).toEqual([]);
  });

  it('deploy, dark', () => {
    const held = showForm(fresh('deploy'));
    type(/^Account/, 'local-gce');
    type(/^Region/, 'us-central1');
    type(/^Stack/, 'prod');
    type(/^Instances/, '4');
    fireEvent.click(screen.getByLabelText('Off (dark)'));
    expect(held.stage['clusters']).toEqual([
      expect.objectContaining({
        account: 'local-gce',
        region: 'us-central1',
        stack: 'prod',
        capacity: { min: 4, max: 4, desired: 4 },
        disableTraffic: true,
        strategy: '',
      }),
    ]);
    expect(stageUi('deploy').problems?.(held.stage, 'hello')).toEqual([]);
    expect(stageUi('deploy').summary(held.stage)).toBe('hello-prod, dark');
  });

  it('deploy, with what its instances are and when there are more of them', () => {
    const held = showForm(fresh('deploy'));
    fireEvent.click(screen.getByRole('button', { name: 'Tags, labels, disks, policies' }));
    type(/^Subnet/, 'inner');
    type(/^Service account/, 'robot@p');
    fireEvent.click(screen.getByRole('button', { name: 'Add disk' }));
    type(/^Type of disk 1/, 'pd-ssd');
    fireEvent.click(screen.getByLabelText('Autoscaling'));
    type(/^At most/, '4');
    expect(held.stage['clusters']).toEqual([
      expect.objectContaining({
        subnet: 'inner',
        serviceAccountEmail: 'robot@p',
        disks: [{ type: 'pd-ssd', sizeGb: 10 }],
        capacity: { min: 1, max: 4, desired: 1 },
        autoscalingPolicy: { cpuUtilization: { utilizationTarget: 0.6 } },
      }),
    ]);
    fireEvent.click(screen.getByLabelText('Autohealing'));
    expect(stageUi('deploy').problems?.(held.stage, 'hello')).toContain('name the health check of the autohealing');
  });

  it('enable: account and region come from the chosen cluster', () => {
    const held = showForm(fresh('enableServerGroup'));
    type(/^Cluster/, 'hello-prod');
    expect(held.stage).toMatchObject({
      cluster: 'hello-prod',
      credentials: 'local-gce',
      regions: ['us-central1'],
      target: 'current_asg_dynamic',
      moniker: { app: 'hello', stack: 'prod' },
    });
  });

  it('jenkins: a job in a folder is one job, however a pipeline writes it', () => {
    const held = showForm({ ...fresh('jenkins'), master: 'demo-jenkins', job: 'team/hello' });
    expect(screen.getByLabelText(/^Job/, { selector: 'input' })).toHaveProperty('value', 'team/job/hello');
    expect(screen.queryByText('Not among what exists now')).toBeNull();
    expect(held.stage['job']).toBe('team/hello');
    type(/^Job/, 'team/gone');
    expect(screen.getByText('Not among what exists now')).toBeDefined();
    expect(held.stage['job']).toBe('team/gone');
  });

  it('webhook: the address of an instance that the pipeline starts', async () => {
    const deploy: StageConfig = { type: 'deploy', name: "Deploy it's", clusters: [{ capacity: { desired: 2 } }] };
    const held = showForm(fresh('webhook'), [deploy]);
    fireEvent.click(screen.getByRole('button', { name: 'Call a new instance' }));
    fireEvent.click(await screen.findByText("Deploy it's: instance 2"));
    expect(held.stage['url']).toBe(
      "http://${ #stage('Deploy it''s')['outputs']['deployedServerGroups'][0]['instances'][1]['ip'] }:8080/",
    );
  });

  it('webhook: a payload that is no JSON is not stored', () => {
    const held = showForm({ ...fresh('webhook'), method: 'POST' });
    type('Payload', '{"a":');
    expect(held.stage['payload']).toBeUndefined();
    type('Payload', '{"a":1}');
    expect(held.stage['payload']).toEqual({ a: 1 });
  });

  it('resize: a size, or a number or a percentage more', () => {
    const held = showForm(fresh('resizeServerGroup'));
    type(/^Cluster/, 'hello-prod');
    type(/^Instances/, '4');
    expect(held.stage).toMatchObject({ action: 'scale_exact', capacity: { min: 1, max: 1, desired: 4 } });
    expect(stageUi('resizeServerGroup').problems?.(held.stage, 'hello')).toEqual([
      'the number of instances lies outside its limits',
    ]);
    type(/^At most/, '6');
    expect(stageUi('resizeServerGroup').problems?.(held.stage, 'hello')).toEqual([]);
    cleanup();
    const grown = showForm({ ...held.stage, action: 'scale_up', capacity: undefined, scaleNum: 2 });
    fireEvent.click(screen.getByLabelText('Percent'));
    type('Percentage', '50');
    expect(grown.stage).toMatchObject({ action: 'scale_up', resizeType: 'pct', scalePct: 50 });
    expect(grown.stage).not.toHaveProperty('scaleNum');
    expect(stageUi('resizeServerGroup').schema.safeParse(grown.stage).success).toBe(true);
  });

  it('capture of a capacity: a server group that an imported pipeline names keeps its place', () => {
    const source = { account: 'local-gce', region: 'us-central1', asgName: 'hello-prod-v000' };
    const { target: _target, ...stage } = fresh('captureSourceServerGroupCapacity');
    const held = showForm({ ...stage, source });
    expect(stageUi('captureSourceServerGroupCapacity').problems?.(held.stage, 'hello')).toEqual([]);
    type(/^Server group/, 'hello-prod-v001');
    expect(held.stage['source']).toEqual({
      ...{ account: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v001' },
    });
    expect(stageUi('captureSourceServerGroupCapacity').summary(held.stage)).toBe('hello-prod-v001');
  });

  it('apply of a capacity: says when nothing before it captures one', () => {
    showForm(fresh('applySourceServerGroupCapacity'));
    expect(screen.getByText('No stage before this one captures a capacity')).toBeDefined();
    cleanup();
    showForm(fresh('applySourceServerGroupCapacity'), [fresh('captureSourceServerGroupCapacity')]);
    expect(screen.queryByText('No stage before this one captures a capacity')).toBeNull();
  });

  it('clone: region and account come from the cluster, and it says where the clone goes', () => {
    const held = showForm(fresh('cloneServerGroup'));
    type(/^Cluster/, 'hello-prod');
    type(/^Stack/, 'canary');
    type(/^Image/, 'hello-2');
    type(/^Instance type/, 'e2-medium');
    expect(held.stage).toMatchObject({
      credentials: 'local-gce',
      region: 'us-central1',
      stack: 'canary',
      image: 'hello-2',
      instanceType: 'e2-medium',
    });
    expect(stageUi('cloneServerGroup').summary(held.stage)).toBe('hello-prod to hello-canary');
    expect(stageUi('cloneServerGroup').problems?.(held.stage, 'hello')).toEqual([]);
  });

  it('firewall: what may come in from where', () => {
    const held = showForm(fresh('upsertSecurityGroup'));
    type(/^Name/, 'hello-web');
    type(/^Account/, 'local-gce');
    fireEvent.click(screen.getByRole('button', { name: 'Add protocol' }));
    type('Protocol 2', 'udp');
    expect(held.stage).toMatchObject({
      securityGroupName: 'hello-web',
      credentials: 'local-gce',
      network: 'default',
      allowed: [{ ipProtocol: 'tcp' }, { ipProtocol: 'udp', portRanges: [] }],
    });
    expect(stageUi('upsertSecurityGroup').schema.safeParse(held.stage).success).toBe(true);
  });
});

describe('problems', () => {
  const pipeline = (stages: NonNullable<Pipeline['stages']>): Pipeline => ({ name: 'p', application: 'hello', stages });

  it('name what is missing, and the stage to go to', () => {
    expect(
      problemsOf(pipeline([{ ...stageUi('bake').defaults('hello'), type: 'bake', name: 'Bake', refId: '1' }])),
    ).toEqual([
      { level: 'warning', node: '1', message: 'Bake: name the package' },
      { level: 'warning', node: '1', message: 'Bake: choose a base image' },
    ]);
  });

  it('of the graph keep it from being saved', () => {
    const [problem] = problemsOf(pipeline([{ type: 'wait', refId: '1', requisiteStageRefIds: ['9'], waitTime: 1 }]));
    expect(problem).toMatchObject({ level: 'error', node: '1' });
  });

  it('tell which notifications tell nobody; those of a stage count while they are sent', () => {
    const silent = { type: 'email', address: 'team@example.com', when: [] };
    const judge = { type: 'manualJudgment', name: 'Judge', refId: '1', notifications: [silent] };
    const found = (sendNotifications: boolean): string[] =>
      problemsOf({
        ...pipeline([{ ...judge, sendNotifications }]),
        notifications: [{ type: 'pagerduty', when: ['pipeline.failed'] }],
      }).map(({ message }) => message);
    expect(found(false)).toEqual(['there is no notification type “pagerduty”: nobody is told']);
    expect(found(true)).toContain('Judge: Mail notification: choose when it tells');
  });

  it('say so when a stage type is unknown', () => {
    expect(problemsOf(pipeline([{ type: 'teleport', name: 'T', refId: '1' }]))[0]?.message).toContain('teleport');
  });
});

describe('failure modes', () => {
  it('are read back from the flags that they write', () => {
    for (const { value, flags } of FAILURE_MODES) expect(failureMode({ type: 'wait', ...flags })).toBe(value);
    expect(failureMode({ type: 'wait' })).toBe('halt');
  });
});

describe('the pipeline as JSON', () => {
  const stored: Pipeline = { id: 'p1', name: 'p', application: 'hello', stages: [], strange: { a: [1] } };

  it('comes back with every key that it had', () => {
    expect(readJson(JSON.stringify(stored), { of: 'pipeline' }, stored)).toEqual(stored);
  });
  it('is refused with the place of the mistake', () => {
    expect(() => readJson('{"name": }', { of: 'pipeline' }, stored)).toThrow(/JSON/);
    expect(() => readJson('{"name": 3, "application": "hello"}', { of: 'pipeline' }, stored)).toThrow(/name/);
  });
  it('cannot become another pipeline', () => {
    expect(() => readJson(JSON.stringify({ ...stored, id: 'other' }), { of: 'pipeline' }, stored)).toThrow(/id/);
  });
});
