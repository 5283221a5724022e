import { MantineProvider } from '@mantine/core';
import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import type { TrafficPoint, TrafficReport } from '@gennaker/contracts/traffic-report';
import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { type LiveData, LiveDataProvider, type TrafficWindow } from './live-data.tsx';
import { StageTraffic } from './stage-traffic.tsx';
import { TrafficChart } from './traffic-chart.tsx';
import { trafficLayers } from './traffic-layers.ts';

afterEach(cleanup);

const START = 1_800_000_000_000;
const point = (second: number, requests: number, failures = 0): TrafficPoint => ({
  at: START + second * 1_000,
  requests,
  failures,
  connections: 0,
  p99: 12,
});
const group = (serverGroup: string, points: readonly TrafficPoint[]) => ({
  serverGroup,
  requests: points.reduce((sum, { requests }) => sum + requests, 0),
  failures: points.reduce((sum, { failures }) => sum + failures, 0),
  connections: 0,
  p50: 4,
  p90: 9,
  p99: 18,
  points: [...points],
});
const report: TrafficReport = {
  ...{ account: 'local-gce', region: 'us-central1', from: START, to: START + 3_000 },
  ...{ stepMs: 1_000, resolutionMs: 1_000, delayMs: 0, complete: true, uncounted: [] },
  serverGroups: [group('hello-prod-v002', [point(2, 10, 4), point(3, 40)]), group('hello-prod-v001', [point(1, 40)])],
  unserved: { requests: 2, points: [point(2, 2, 2)] },
  summary: 'hello-prod-v002 answered 50 requests, 4 failed, p99 18 ms',
};

describe('layers of traffic', () => {
  it('stack what each version answered and failed, and what nobody took, period by period', () => {
    expect(trafficLayers(report)).toEqual({
      unit: 'requests',
      times: [START + 1_000, START + 2_000, START + 3_000],
      layers: [
        { serverGroup: 'hello-prod-v002', failed: false, rates: [0, 6, 40] },
        { serverGroup: 'hello-prod-v002', failed: true, rates: [0, 4, 0] },
        { serverGroup: 'hello-prod-v001', failed: false, rates: [40, 0, 0] },
        { serverGroup: null, failed: true, rates: [0, 2, 0] },
      ],
      highest: 40,
    });
  });
  it('show connections where no requests are counted', () => {
    const only = { ...group('db-v001', []), points: [{ ...point(1, 0), connections: 5 }], connections: 5 };
    expect(trafficLayers({ ...report, serverGroups: [only] })).toMatchObject({ unit: 'connections', highest: 5 });
  });
});

describe('the traffic chart', () => {
  it('is told in words and numbers too', () => {
    render(<TrafficChart report={report} />);
    expect(screen.getByRole('img').getAttribute('aria-label')).toBe(
      'Requests per second by version: hello-prod-v002 answered 50 requests, 4 failed, p99 18 ms',
    );
    const cells = (name: RegExp) =>
      within(screen.getByRole('row', { name }))
        .getAllByRole('cell')
        .map(({ textContent }) => textContent);
    expect(cells(/v002/)).toEqual(['50', '4', '4 ms', '9 ms', '18 ms']);
    expect(cells(/No instance could take it/).slice(0, 2)).toEqual(['2', '2']);
  });
  it('shows no zeros for what is not counted', () => {
    const points = group('hello-prod-v001', []);
    const blind = { ...report, serverGroups: [points], unserved: { requests: 0, points: [] }, uncounted: ['hello-lb'] };
    expect(render(<TrafficChart report={blind} />).container.innerHTML).toBe('');
  });
  it('draws a part for each layer, all within the picture', () => {
    const { container } = render(<TrafficChart report={report} />);
    const paths = [...container.querySelectorAll('path')].map((path) => path.getAttribute('d') ?? '');
    expect(paths).toHaveLength(4);
    const ordinates = paths.flatMap((d) => [...d.matchAll(/,(-?[\d.]+)/g)].map(([, y]) => Number(y)));
    expect(Math.min(...ordinates)).toBe(0);
    expect(Math.max(...ordinates)).toBe(120);
  });
});

const stage = (type: string, keys: Partial<StageView>): StageView => ({
  id: type,
  refId: '1',
  requisiteStageRefIds: [],
  type,
  name: type,
  status: 'SUCCEEDED',
  context: {},
  outputs: {},
  tasks: [],
  ...keys,
});
const deploy = stage('createServerGroup', {
  startTime: START,
  context: {
    credentials: 'local-gce',
    region: 'us-central1',
    loadBalancers: ['hello-lb'],
    createdServerGroup: { account: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v002' },
  },
});

describe('traffic of a stage', () => {
  const show = (children: readonly StageView[], answer: { report?: TrafficReport; problem?: string } = {}) => {
    window.matchMedia ??= () =>
      ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} }) as unknown as MediaQueryList;
    const asked: (TrafficWindow | undefined)[] = [];
    const useTraffic = (wanted: TrafficWindow | undefined) => {
      asked.push(wanted);
      return answer;
    };
    render(
      <MantineProvider env="test">
        <LiveDataProvider value={{ useTraffic } as Partial<LiveData> as LiveData}>
          <StageTraffic
            execution={{ application: 'hello' } as ExecutionView}
            stage={stage('deploy', {})}
            children={children}
          />
        </LiveDataProvider>
      </MantineProvider>,
    );
    return asked;
  };
  it('is read live while a deploy runs, from its start on', () => {
    const asked = show([deploy], { report: { ...report, complete: false, delayMs: 210_000, resolutionMs: 60_000 } });
    expect(asked).toEqual([
      {
        application: 'hello',
        account: 'local-gce',
        region: 'us-central1',
        cluster: 'hello-prod',
        from: START,
        to: undefined,
      },
    ]);
    expect(screen.getByText('Counted every 60 s and shown some 210 s later.')).toBeTruthy();
  });
  it('is told by the report once it is made, which asks nobody any more', () => {
    const context = { credentials: 'local-gce', region: 'us-central1', cluster: 'hello-prod' };
    const outputs = { trafficReport: report, trafficSummary: `During the deploy ${report.summary}` };
    expect(show([deploy, stage('trafficReport', { context, outputs })])).toEqual([undefined]);
    expect(screen.getByText(/^During the deploy hello-prod-v002 answered 50 requests/)).toBeTruthy();
  });
  it('says why it is not known', () => {
    show([deploy], { problem: 'The cloud of account local-gce counts no traffic' });
    expect(screen.getByText('The cloud of account local-gce counts no traffic')).toBeTruthy();
  });
  it('is nothing where nothing is behind load balancers', () =>
    expect(show([stage('createServerGroup', { startTime: START }), stage('wait', {})])).toEqual([]));
});
