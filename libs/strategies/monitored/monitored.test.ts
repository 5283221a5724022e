import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const cluster = {
  account: 'local-gce',
  application: 'hello',
  stack: 'prod',
  region: 'us-central1',
  loadBalancers: ['hello-lb'],
};
const deploy = (settings: object = {}) =>
  expectPipeline(
    pipeline('hello', 'monitored').stage('deploy', 'Deploy', {
      clusters: [
        {
          ...cluster,
          image: 'hello-2',
          capacity: { min: 4, max: 4, desired: 4 },
          strategy: 'monitored',
          deploySteps: [25],
          analysisSeconds: 30,
          ...settings,
        },
      ],
    }),
  )
    .withImage('hello-2')
    .withHttpLoadBalancer('hello-lb')
    .withServerGroup({ ...cluster, image: 'hello-1', instances: 4 });

describe('a monitored deploy', () => {
  it('grows in steps, the old one serving so much less, and takes over in the end', async () => {
    const result = await deploy().withTraffic('hello-lb', { perSecond: 40, tookMs: 10 }).toSucceed();
    expect(
      result.operations
        .filter(({ name }) => name === 'resizeServerGroup' || name === 'disableServerGroup')
        .map(({ description: { serverGroupName, capacity, desiredPercentage } }) => [
          serverGroupName,
          capacity ?? desiredPercentage ?? 100,
        ]),
    ).toEqual([
      ['hello-prod-v001', { min: 1, max: 1, desired: 1 }],
      ['hello-prod-v000', 25],
      ['hello-prod-v001', { min: 4, max: 4, desired: 4 }],
      ['hello-prod-v000', 100],
    ]);
  });

  it('is taken back by the first bad verdict', async () => {
    const result = await deploy()
      .withTraffic('hello-lb', { perSecond: 40, tookMs: 10, fails: 'hello-prod-v001' })
      .toRollBack();
    expect(result.serverGroups[0]).toMatchObject({ isDisabled: false, capacity: { desired: 4 } });
    expect(result.serverGroups.every(({ holds }) => holds === undefined)).toBe(true);
  });

  it('is refused before anything is made when its monitor is unknown', async () => {
    const result = await deploy({ deploymentMonitor: { id: 'nowhere' } }).toFail({
      reason: /deployment monitor "nowhere"/,
    });
    expect(result.operations).toEqual([]);
  });
});

describe('a deploy that an external monitor judges', () => {
  const judged = (answers: Parameters<ReturnType<typeof deploy>['withDeploymentMonitor']>[1], settings: object = {}) =>
    deploy({ deploymentMonitor: { id: 'logs', parameters: { level: 'error' } }, ...settings }).withDeploymentMonitor(
      { id: 'logs' },
      answers,
    );
  const says = (directive: string, message?: string) => ({
    body: { nextStep: { directive }, ...(message ? { statusReason: { message } } : {}) },
  });
  const questions = ({ requests }: Awaited<ReturnType<ReturnType<typeof deploy>['toSucceed']>>) =>
    requests.map(({ url, body }) => {
      const { currentProgress, status, rollback, newServerGroup, oldServerGroup } = body as Record<string, unknown>;
      return [
        new URL(url).pathname,
        ...[newServerGroup, oldServerGroup, currentProgress, status, rollback].filter(Boolean),
      ];
    });

  it('is told of its start, of each step and of its end', async () => {
    const result = await judged(says('continue')).toSucceed();
    expect(questions(result)).toEqual([
      ['/deployment/starting'],
      ['/deployment/evaluateHealth', 'hello-prod-v001', 'hello-prod-v000', 25],
      ['/deployment/evaluateHealth', 'hello-prod-v001', 'hello-prod-v000', 100],
      ['/deployment/completed', 'hello-prod-v001', 'hello-prod-v000', 'success', 'not-performed'],
    ]);
    expect(result.requests[1]?.body).toMatchObject({
      application: 'hello',
      account: 'local-gce',
      region: 'us-central1',
      cloudProvider: 'gce',
      parameters: { level: 'error' },
      executionId: result.execution.id,
    });
  });

  it('is asked again while it waits', async () => {
    const result = await judged((request, count) => says(count === 1 || count === 2 ? 'wait' : 'continue')).toSucceed();
    expect(questions(result).filter(([path]) => path === '/deployment/evaluateHealth')).toHaveLength(4);
  });

  it('does not start when the monitor refuses', async () => {
    const result = await judged(says('abort', 'hello is not watched')).toFail({ reason: /hello is not watched/ });
    expect(result.operations).toEqual([]);
  });

  it('is taken back when the monitor ends it, and the monitor hears of that', async () => {
    const result = await judged(({ url }) =>
      url.endsWith('evaluateHealth') ? says('abort', '40 errors a minute') : says('continue'),
    ).toFail({ reason: /40 errors a minute/ });
    expect(result.serverGroups[0]).toMatchObject({
      name: 'hello-prod-v000',
      isDisabled: false,
      capacity: { desired: 4 },
    });
    expect(result.serverGroups.every(({ holds }) => holds === undefined)).toBe(true);
    expect(questions(result).at(-1)).toEqual([
      '/deployment/completed',
      'hello-prod-v001',
      'hello-prod-v000',
      'failure',
      'success',
    ]);
  });

  it('is judged at its end alone once the monitor lets it go on to there', async () => {
    const result = await judged(says('complete'), { deploySteps: [25, 50] }).toSucceed();
    const asked = questions(result).filter(([path]) => path === '/deployment/evaluateHealth');
    expect(asked.map((question) => question[3])).toEqual([25, 100]);
  });

  it('is taken back when the monitor cannot be asked three times in a row, or says what nobody understands', async () => {
    const failing = (answer: object) =>
      judged(({ url }) => (url.endsWith('evaluateHealth') ? answer : says('continue')));
    const away = await failing({ status: 503, body: 'away' }).toFail({ reason: /answered 503 at .*, 3 times/ });
    expect(questions(away).filter(([path]) => path === '/deployment/evaluateHealth')).toHaveLength(3);
    await failing({ body: { nextStep: { directive: 'perhaps' } } }).toFail({ reason: /nextStep.directive/ });
  });

  it('goes on without a monitor that may fail', async () => {
    await judged(({ url }) => (url.endsWith('evaluateHealth') ? { status: 503 } : says('continue')), {
      deploymentMonitor: { id: 'logs', failOnErrorOverride: true },
    }).toFail();
    const result = await deploy({ deploymentMonitor: { id: 'logs', failOnErrorOverride: false } })
      .withDeploymentMonitor({ id: 'logs' }, ({ url }) =>
        url.endsWith('evaluateHealth') ? { status: 503 } : says('continue'),
      )
      .toSucceed();
    expect(questions(result).at(-1)?.[0]).toBe('/deployment/completed');
  });

  it('is taken back when the monitor does not decide in its time', async () => {
    await judged(({ url }) => (url.endsWith('evaluateHealth') ? says('wait') : says('continue')), {
      deploymentMonitor: { id: 'logs', maxAnalysisMinutesOverride: 5 },
    }).toFail({ reason: /has not decided within 5 min/ });
  });

  it('succeeds though nobody hears of its end', async () => {
    await judged(({ url }) => (url.endsWith('completed') ? { status: 500 } : says('continue'))).toSucceed();
  });
});
