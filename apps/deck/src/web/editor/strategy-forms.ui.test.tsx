import { strategyUis } from '@gennaker/strategies/ui';
import { list, object } from '@gennaker/ui/stage-ui';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { violations } from '../testing/axe.ts';
import { fresh, showForm, stageUi, type } from '../testing/show-form.tsx';

afterEach(cleanup);

/** The form of a deploy by a strategy, and what it has written to its cluster. */
function deployBy(strategy: string, keys: object = {}) {
  const stage = fresh('deploy');
  const cluster = { ...object(list(stage['clusters'])[0]), account: 'local-gce', region: 'us-central1', ...keys };
  const held = showForm({ ...stage, clusters: [{ ...cluster, strategy }] });
  return {
    cluster: () => object(list(held.stage['clusters'])[0]),
    stage: () => held.stage,
  };
}
const problemOf = (label: RegExp): string | undefined => {
  const described = screen.getAllByLabelText(label)[0]?.getAttribute('aria-describedby') ?? '';
  return described
    .split(' ')
    .filter((id) => id.endsWith('-error'))
    .map((id) => document.getElementById(id)?.textContent ?? '')[0];
};
const UI = new Map(strategyUis.map((ui) => [ui.type, ui]));

describe('every strategy', () => {
  it.each(strategyUis.map((ui) => [ui.type]))('%s has a form that people with any means can use', async (name) => {
    deployBy(name);
    expect(await violations()).toEqual([]);
  });

  it.each([...UI.keys()].filter((name) => name !== 'custom'))('%s works with what a new cluster has', (name) => {
    expect(UI.get(name)?.problems(object(list(fresh('deploy')['clusters'])[0]))).toEqual([]);
  });

  it('that makes a server group is told when that is healthy, and what to do after a failure', () => {
    const held = deployBy('highlander');
    type(/^Healthy instances needed/, '75');
    type(/^Healthy for/, '30');
    type(/^Patience/, '120');
    fireEvent.click(screen.getByLabelText(/^After a failure: the old one/));
    fireEvent.click(screen.getByLabelText(/^After a failure: destroy/));
    expect(held.cluster()).toMatchObject({
      targetHealthyDeployPercentage: 75,
      healthyForSeconds: 30,
      unhealthyPatienceSeconds: 120,
      rollback: { onFailure: true, destroyLatest: true },
    });
  });
});

describe('red/black', () => {
  it('is verified by a pipeline with parameters, which has to be named', () => {
    const held = deployBy('redblack');
    fireEvent.click(screen.getByRole('radio', { name: 'A pipeline' }));
    expect(problemOf(/^Pipeline/)).toBe('name the pipeline');
    type(/^Pipeline/, 'Smoke test');
    expect(problemOf(/^Pipeline/)).toBeUndefined();
    expect(held.cluster()['verify']).toEqual({ pipelineId: 'Smoke test' });
    type(/^Wait before the old one/, '60');
    type(/^Server groups to keep/, '2');
    fireEvent.click(screen.getByLabelText(/^Take the instances of older/));
    type(/^Wait before they are taken/, '90');
    expect(held.cluster()).toMatchObject({
      delayBeforeDisableSec: 60,
      maxRemainingAsgs: 2,
      scaleDown: true,
      delayBeforeScaleDownSec: 90,
    });
    expect(UI.get('redblack')?.problems(held.cluster())).toEqual([]);
  });

  it('is verified by a webhook, or by nobody', () => {
    const held = deployBy('redblack');
    fireEvent.click(screen.getByRole('radio', { name: 'A webhook' }));
    expect(problemOf(/^Address/)).toBe('name the address that is called');
    type(/^Address/, 'https://checks.example.com/verify');
    expect(held.cluster()['verify']).toEqual({ url: 'https://checks.example.com/verify', method: 'POST' });
    fireEvent.click(screen.getByRole('radio', { name: 'Nobody' }));
    expect(held.cluster()).not.toHaveProperty('verify');
  });

  it('keeps the spelling of the wait that a pipeline has', () => {
    const held = deployBy('redblack', { delayBeforeCleanup: 20 });
    type(/^Wait before the old one/, '40');
    expect(held.cluster()).toMatchObject({ delayBeforeCleanup: 40 });
    expect(held.cluster()).not.toHaveProperty('delayBeforeDisableSec');
  });
});

describe('rolling red/black', () => {
  it('runs a pipeline at each step', () => {
    const held = deployBy('rollingredblack');
    type(/^Steps in per cent/, '25, 50');
    type(/^Wait at each step/, '15');
    fireEvent.click(screen.getByRole('radio', { name: 'A pipeline' }));
    type(/^Pipeline/, 'Check step');
    expect(held.cluster()).toMatchObject({
      targetPercentages: [25, 50],
      delayBeforeCleanup: 15,
      pipelineBeforeCleanup: { pipelineId: 'Check step' },
    });
  });

  it('says at the field which step is no percentage', () => {
    deployBy('rollingredblack', { targetPercentages: [25, 250] });
    expect(problemOf(/^Steps in per cent/)).toMatch(/100/);
  });
});

describe('canary', () => {
  it('says at the field which step does not rise; a person can be asked at a step', () => {
    const held = deployBy('canary', { canary: { steps: [{ percentage: 10 }, { percentage: 50 }] } });
    type(/^Share in step 2/, '5');
    expect(problemOf(/^Share in step 2/)).toBe('5 % is no more than the step before it: put the steps in rising order');
    expect(problemOf(/^Share in step 1/)).toBeUndefined();
    type(/^Share in step 2/, '60');
    expect(problemOf(/^Share in step 2/)).toBeUndefined();
    fireEvent.click(screen.getByLabelText('A person judges step 2'));
    type(/^What is asked in step 2/, 'Are the graphs calm?');
    fireEvent.click(screen.getByLabelText(/^Take the instances of older/));
    expect(held.cluster()).toMatchObject({
      scaleDown: true,
      canary: { steps: [{ percentage: 10 }, { percentage: 60, judgment: { instructions: 'Are the graphs calm?' } }] },
    });
    expect(UI.get('canary')?.problems(held.cluster())).toEqual([]);
  });
});

describe('the other strategies', () => {
  it('monitored: steps that do not rise are told at the field', () => {
    deployBy('monitored', { deploySteps: [50, 10] });
    expect(problemOf(/^Steps/)).toBe('10 % is no more than the step before it: put the steps in rising order');
  });

  it('monitored: an external monitor takes the place of the rules for traffic', () => {
    const held = deployBy('monitored');
    expect(screen.queryByLabelText(/^Each step is watched for/)).not.toBeNull();
    type(/^Judged by/, 'logs');
    expect(screen.queryByLabelText(/^Each step is watched for/)).toBeNull();
    type(/^It decides within/, '5');
    fireEvent.click(screen.getByLabelText(/^Without its verdict/));
    expect(held.cluster()['deploymentMonitor']).toEqual({
      id: 'logs',
      maxAnalysisMinutesOverride: 5,
      failOnErrorOverride: false,
    });
    type(/^Judged by/, 'traffic');
    expect(held.cluster()['deploymentMonitor']).toBeUndefined();
  });

  it('rolling: bounds within which nothing can move are told at the field', () => {
    const held = deployBy('rolling');
    type(/^Instances more/, '0');
    expect(problemOf(/^Instances more/)).toMatch(/nothing can move/);
    type(/^Instances missing/, '25%');
    expect(problemOf(/^Instances more/)).toBeUndefined();
    expect(held.cluster()).toMatchObject({ maxSurge: '0', maxUnavailable: '25%' });
  });

  it('custom: the pipeline has to be named', () => {
    deployBy('custom');
    expect(problemOf(/^Pipeline/)).toBe('name the pipeline that deploys');
  });

  it('rolling push: makes no server group, so that there is none to wait for or to take back', () => {
    const held = deployBy('rollingpush');
    expect(screen.queryByLabelText(/^Healthy for/)).toBeNull();
    expect(screen.queryByLabelText(/^After a failure/)).toBeNull();
    fireEvent.click(screen.getByLabelText(/^Replace the instances that run/));
    expect(held.cluster()['termination']).toEqual({ relaunchAllInstances: false });
  });
});

describe('a deploy to several regions', () => {
  it('is told what becomes of the others when one fails', () => {
    const held = deployBy('redblack');
    expect(screen.queryByRole('radio', { name: 'All are taken back' })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Add another cluster' }));
    fireEvent.click(screen.getByRole('radio', { name: 'All are taken back' }));
    expect(held.stage()).toMatchObject({ onRegionFailure: 'rollbackAll' });
    expect(stageUi('deploy').schema.safeParse(held.stage()).success).toBe(true);
  });
});
