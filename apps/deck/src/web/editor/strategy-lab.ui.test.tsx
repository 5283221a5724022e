import { ServiceError } from '@gennaker/contracts/error';
import type { LabRequest, LabResult } from '@gennaker/contracts/strategy-lab';
import { LiveDataProvider } from '@gennaker/ui/live-data';
import { StrategyLab } from '@gennaker/ui/strategy-lab';
import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { liveData } from '../queries/live-choices.ts';
import { violations } from '../testing/axe.ts';
import { fakeGate } from '../testing/fake-gate.ts';
import { renderDeck } from '../testing/render-deck.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const SIMULATE = 'POST /strategies/simulate';
const point = (at: number, old: number, made: number, requests: Record<'old' | 'new' | 'failed', number>) => ({
  ...{ at, old, new: made, serving: 4, requests },
});
const result: LabResult = {
  ...{ strategy: 'redblack', scenario: 'goesWell', status: 'SUCCEEDED', durationMs: 3_000, stepMs: 1_000 },
  summary: 'The deploy succeeds after 3 s: 0 of 150 requests failed, the new version got 50 % of them',
  points: [
    point(1_000, 4, 0, { old: 50, new: 0, failed: 0 }),
    point(2_000, 4, 4, { old: 25, new: 25, failed: 0 }),
    point(3_000, 4, 4, { old: 0, new: 48, failed: 2 }),
  ],
  steps: [
    {
      name: 'Deploy in us-central1',
      type: 'createServerGroup',
      from: 0,
      to: 3_000,
      status: 'SUCCEEDED',
      afterFailure: false,
    },
    {
      name: 'Disable older server groups',
      type: 'disableCluster',
      from: 2_000,
      to: 3_000,
      status: 'SUCCEEDED',
      afterFailure: false,
    },
  ],
  invariants: [
    { id: 'total', holds: true, sentence: 'Never more than 8 instances in all: 8 at most.' },
    { id: 'serving', holds: false, sentence: 'Capacity of at least 4 instances serves: never less than 3.' },
  ],
  assumptions: ['An instance boots in 20 s.'],
};
const cluster = { strategy: 'redblack', capacity: { min: 4, max: 4, desired: 4 } };

describe('the strategy lab', () => {
  const open = async (answer: unknown) => {
    const sent = fakeGate({ [SIMULATE]: answer });
    renderDeck(
      <LiveDataProvider value={liveData}>
        <StrategyLab cluster={cluster} application="hello" />
      </LiveDataProvider>,
    );
    expect(sent).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Strategy lab' }));
    return sent;
  };

  it('plays nothing before it is opened, then the cluster as it stands, and says in words what came of it', async () => {
    const sent = await open(result);
    expect(await screen.findByText(result.summary)).toBeTruthy();
    expect(sent.map(({ body }) => body)).toEqual([
      { application: 'hello', cluster, instances: { before: 4, after: 4 }, scenario: 'goesWell' } satisfies LabRequest,
    ]);
    const told = within(screen.getByRole('list', { name: 'What must hold' })).getAllByRole('listitem');
    expect(told.map((item) => item.querySelector('svg')?.getAttribute('aria-label'))).toEqual(['Holds:', 'Broken:']);
    expect(await violations()).toEqual([]);
  });

  it('draws what there was, within the picture, and tells each moment by keys', async () => {
    await open(result);
    const range = await screen.findByRole('slider', { name: 'Moment of the simulated deploy' });
    expect(range.getAttribute('aria-valuetext')).toContain('4 % failed');
    fireEvent.change(range, { target: { value: '1' } });
    expect(range.getAttribute('aria-valuetext')).toBe(
      '2s · 4 old and 4 new instances, capacity of 4 takes traffic · 50 % of the requests answered by the old version, 50 % by the new one · Deploy in us-central1',
    );
    const paths = [...document.querySelectorAll('.gk-lab-plot path[data-part]')];
    expect(paths.map((path) => path.getAttribute('data-part'))).toEqual([
      'old',
      'new',
      'serving',
      'old',
      'new',
      'failed',
    ]);
    const heights = paths.flatMap((path) =>
      [...(path.getAttribute('d') ?? '').matchAll(/,(-?[\d.]+)/g)].map(([, y]) => Number(y)),
    );
    expect(Math.min(...heights)).toBe(0);
    expect(Math.max(...heights)).toBe(110);
  });

  it('has the same as a table', async () => {
    await open(result);
    const row = (await screen.findByText('Disable older server groups')).closest('tr');
    expect([...(row?.querySelectorAll('td') ?? [])].map(({ textContent }) => textContent)).toEqual([
      ...['2', '2s', '4', '4', '4', '96 %', '4 %'],
    ]);
  });

  it('plays another scenario when it is chosen', async () => {
    const sent = await open(result);
    await screen.findByText(result.summary);
    fireEvent.click(screen.getByRole('combobox', { name: 'What happens' }));
    fireEvent.click(await screen.findByRole('option', { name: 'The new version answers errors', hidden: true }));
    await vi.waitFor(() => expect(sent.at(-1)?.body).toMatchObject({ scenario: 'answersErrors' }));
  });

  it('names the setting that cannot be played', async () => {
    const message = 'cluster.maxSurge: it holds an expression, which only a run can evaluate';
    await open(new ServiceError(400, message, { fix: 'put a value in its place' }));
    expect(await screen.findByText(message)).toBeTruthy();
    expect(screen.getByText('put a value in its place')).toBeTruthy();
  });
});
