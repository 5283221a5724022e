import { ServiceError } from '@gennaker/contracts/error';
import type { TrafficReport } from '@gennaker/contracts/traffic-report';
import { LiveDataProvider } from '@gennaker/ui/live-data';
import { cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { liveData } from '../queries/live-choices.ts';
import { violations } from '../testing/axe.ts';
import { fakeGate } from '../testing/fake-gate.ts';
import { anExecution, aStage, renderDeck } from '../testing/render-deck.tsx';
import { StageDetails } from './stage-details.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const START = 1_800_000_000_000;
const METER = 'GET /applications/hello/meter';
const counts = { failures: 1, connections: 0, p99: 18 };
const report: TrafficReport = {
  ...{ account: 'local-gce', region: 'us-central1', from: START, to: START + 2_000, complete: true },
  ...{ stepMs: 1_000, resolutionMs: 1_000, delayMs: 0, uncounted: [], unserved: { requests: 0, points: [] } },
  serverGroups: [
    {
      ...{ serverGroup: 'hello-prod-v002', requests: 12_040, p50: 4, p90: 9, ...counts },
      points: [{ at: START + 2_000, requests: 12_040, ...counts }],
    },
  ],
  summary: 'hello-prod-v002 answered 12,040 requests, 1 failed, p99 18 ms',
};

/** A deploy that ended, whose report of traffic was not made. */
const stages = [
  aStage('1', { type: 'deploy', name: 'Deploy', status: 'SUCCEEDED', startTime: START, endTime: START + 2_000 }),
  aStage('1<1', {
    type: 'createServerGroup',
    name: 'Deploy in us-central1',
    status: 'SUCCEEDED',
    parentStageId: 's1',
    syntheticStageOwner: 'STAGE_BEFORE',
    startTime: START,
    endTime: START + 2_000,
    context: {
      credentials: 'local-gce',
      region: 'us-central1',
      loadBalancers: ['hello-lb'],
      createdServerGroup: { account: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v002' },
    },
  }),
];

describe("traffic in a stage's details", () => {
  const show = () => {
    const [deploy] = stages;
    if (!deploy) throw new Error('no stage');
    renderDeck(
      <LiveDataProvider value={liveData}>
        <StageDetails execution={anExecution(stages)} stage={deploy} />
      </LiveDataProvider>,
    );
  };
  it('is asked of gate for the time of the deploy, and can be read without looking at the picture', async () => {
    const sent = fakeGate({ [METER]: report });
    show();
    expect(await screen.findByText(report.summary)).toBeTruthy();
    expect(screen.getByRole('row', { name: /hello-prod-v002 12,040 1 4 ms 9 ms 18 ms/ })).toBeTruthy();
    const asked = sent.filter(({ path }) => path === '/applications/hello/meter');
    expect(asked).toHaveLength(1);
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.query))).toEqual({
      account: 'local-gce',
      region: 'us-central1',
      cluster: 'hello-prod',
      from: String(START),
      to: String(START + 2_000),
    });
    expect(await violations()).toEqual([]);
  });
  it('says why it is not known', async () => {
    fakeGate({ [METER]: new ServiceError(501, 'The cloud of account local-gce counts no traffic') });
    show();
    expect(await screen.findByText('The cloud of account local-gce counts no traffic')).toBeTruthy();
  });
});
