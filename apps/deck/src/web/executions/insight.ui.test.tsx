import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakeGate } from '../testing/fake-gate.ts';
import { aStage, anExecution, renderDeck } from '../testing/render-deck.tsx';
import { violations } from '../testing/axe.ts';
import { CompareView } from './compare-view.tsx';
import { Replay } from './replay.tsx';
import { StartDialog } from './start-dialog.tsx';
import { Waterfall } from './waterfall.tsx';
import { WhyPanel } from './why-panel.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const execution = anExecution(
  [
    aStage('1', { name: 'Bake', status: 'SUCCEEDED', startTime: 1000, endTime: 61_000 }),
    aStage('2', { name: 'Deploy', status: 'RUNNING', startTime: 61_000, requisiteStageRefIds: ['1'] }),
  ],
  { startTime: 1000, pipelineConfigId: 'p1' },
);

describe('the why-panel', () => {
  const explanation = {
    executionId: 'e1',
    status: 'RUNNING',
    moving: false,
    summary: 'Waits for 2 of 4 instances to be healthy',
    items: [
      {
        subject: 'task',
        id: 's2/t1',
        name: 'Deploy: wait for up',
        status: 'RUNNING',
        reason: { summary: '2 of 4 are healthy', evidence: { healthy: 2, wanted: 4 }, next: 'gives up in 10 minutes' },
      },
    ],
  };

  it('says it in a sentence, with the evidence as a table, what comes next, and a way to the stage', async () => {
    fakeGate({ 'GET /pipelines/e1/explain': explanation });
    const onSelect = vi.fn();
    renderDeck(<WhyPanel execution={execution} onSelect={onSelect} />);
    expect((await screen.findByRole('heading', { name: explanation.summary })).tagName).toBe('H2');
    expect(screen.getByRole('row', { name: 'healthy 2' })).toBeDefined();
    expect(screen.getByText('Next: gives up in 10 minutes')).toBeDefined();
    fireEvent.click(screen.getByRole('button', { name: 'Deploy: wait for up' }));
    expect(onSelect).toHaveBeenCalledWith('s2');
    expect(await violations()).toEqual([]);
  });

  it('keeps to the sentence while it moves; the rest is one press away', async () => {
    fakeGate({ 'GET /pipelines/e1/explain': { ...explanation, moving: true } });
    renderDeck(<WhyPanel execution={execution} onSelect={() => {}} />);
    await screen.findByRole('heading', { name: explanation.summary });
    expect(screen.getByText('Details').closest('details')?.open).toBe(false);
    expect(screen.getByText('Details').closest('details')?.textContent).toContain('2 of 4 are healthy');
  });

  it('is silent about what succeeded, and asks nothing', () => {
    const sent = fakeGate({});
    renderDeck(<WhyPanel execution={{ ...execution, status: 'SUCCEEDED' }} onSelect={() => {}} />);
    expect(screen.queryByRole('region')).toBeNull();
    expect(sent).toEqual([]);
  });
});

describe('the waterfall', () => {
  it('shows when the stages to come will probably run', async () => {
    const usual = (refId: string) => ({ refId, name: refId, type: 'wait', p50Ms: 60_000, p90Ms: 90_000, runs: 3 });
    fakeGate({ 'GET /pipelines/e1/prediction': { basis: 3, stages: ['1', '2', '3', '4'].map(usual) } });
    const begun = Date.now() - 30_000;
    const running = anExecution(
      [
        aStage('1', { status: 'RUNNING', startTime: begun }),
        aStage('2', { requisiteStageRefIds: ['1'] }),
        aStage('3', { requisiteStageRefIds: ['2'] }),
      ],
      { startTime: begun },
    );
    const { container } = renderDeck(<Waterfall execution={running} selected={undefined} onSelect={() => {}} />);
    await screen.findByText(/half of the last 3 runs/);
    const [second, third, ...more] = [...container.querySelectorAll<HTMLElement>('.waterfall-ghost')];
    expect(more).toEqual([]);
    const left = (bar: HTMLElement | undefined) => Number.parseFloat(bar?.style.left ?? '');
    expect(left(second)).toBeCloseTo(100 / 3, 0);
    expect(left(third)).toBeCloseTo(200 / 3, 0);
  });
  it('shows how long each stage took, what is usual, that it is slow, and when it is done', async () => {
    fakeGate({
      'GET /pipelines/e1/prediction': {
        basis: 12,
        stages: [{ refId: '1', name: 'Bake', type: 'bake', p50Ms: 30_000, p90Ms: 50_000, runs: 12 }],
        finishAt: { p50: Date.now() + 90_000, p90: Date.now() + 120_000 },
        slow: { summary: 'Bake took longer than nine of ten earlier runs' },
      },
    });
    renderDeck(<Waterfall execution={execution} selected="s1" onSelect={() => {}} />);
    expect(
      await screen.findByRole('button', { name: 'Bake: Succeeded, 1m 00s, usually 30s, at most 50s' }),
    ).toBeDefined();
    expect(screen.getByText('Bake took longer than nine of ten earlier runs')).toBeDefined();
    expect(screen.getByText(/Probably done at/)).toBeDefined();
    expect(await violations()).toEqual([]);
  });

  it('works without any prediction', () => {
    fakeGate({});
    renderDeck(<Waterfall execution={execution} selected={undefined} onSelect={() => {}} />);
    expect(screen.getByText('There are no finished runs yet to compare with.')).toBeDefined();
  });
});

describe('replay', () => {
  const history = [
    { sequence: 1, type: 'ExecutionStarted', at: 1000, data: {} },
    { sequence: 2, type: 'StageStarted', at: 61_000, data: { stageId: 's2' } },
    { sequence: 3, type: 'ExecutionPaused', at: 62_000, data: { user: 'ann' } },
  ];
  it('lists the events with who or what decided them, and goes to one', async () => {
    fakeGate({ 'GET /pipelines/e1/events': history });
    const onAt = vi.fn();
    renderDeck(<Replay execution={execution} at={undefined} onAt={onAt} />);
    const event = await screen.findByRole('button', { name: /Deploy: stage started/ });
    expect(screen.getByRole('button', { name: /Execution paused.*by ann/ })).toBeDefined();
    fireEvent.click(event);
    expect(onAt).toHaveBeenCalledWith(2);
    expect(await violations()).toEqual([]);
  });
  it('goes along by arrow keys, and back to live', async () => {
    fakeGate({ 'GET /pipelines/e1/events': history });
    const onAt = vi.fn();
    renderDeck(<Replay execution={execution} at={2} onAt={onAt} />);
    const slider = await screen.findByRole('slider', { name: 'Event' });
    expect(slider.getAttribute('aria-valuetext')).toMatch(/^2 of \d+: /);
    fireEvent.keyDown(slider, { key: 'ArrowRight' });
    expect(onAt).toHaveBeenLastCalledWith(3);
    fireEvent.click(screen.getByRole('button', { name: 'Live' }));
    expect(onAt).toHaveBeenLastCalledWith(undefined);
  });
});

describe('comparing', () => {
  it('shows the stages side by side with their differences', async () => {
    fakeGate({
      'GET /applications/hello/pipelines': [],
      'GET /executions/compare': {
        a: { id: 'e1', name: 'Deliver', status: 'SUCCEEDED' },
        b: { id: 'e2', name: 'Deliver', status: 'TERMINAL' },
        differences: [{ path: 'parameters.version', a: '1', b: '2' }],
        stages: [
          {
            refId: '1',
            name: 'Bake',
            a: { status: 'SUCCEEDED', durationMs: 5000 },
            b: { status: 'TERMINAL', durationMs: 9000 },
            differences: [{ path: 'context.rebake', b: true }],
          },
        ],
      },
    });
    renderDeck(<CompareView execution={execution} other="e2" onOther={() => {}} />);
    const row = await screen.findByRole('row', { name: /Bake/ });
    expect(row.textContent).toContain('9s');
    expect(row.textContent).toContain('absent');
    expect(screen.getByText('parameters.version')).toBeDefined();
    expect(await violations()).toEqual([]);
  });
});

describe('the start dialog', () => {
  const pipeline = { application: 'hello', name: 'Deliver', id: 'p1', stages: [] };
  const stage = { requisiteStageRefIds: [], type: 'wait', context: {}, tasks: [], before: [], after: [] };
  it('shows what a start would do before it is pressed', async () => {
    const sent = fakeGate({
      'POST /plan': {
        application: 'hello',
        name: 'Deliver',
        trigger: {},
        parameters: {},
        artifacts: [],
        stages: [
          { ...stage, refId: '1', name: 'Bake', enabled: 'yes' },
          { ...stage, refId: '2', name: 'Deploy', enabled: 'no', reason: { summary: 'it is Friday' } },
        ],
        warnings: [{ message: 'no such account', stageRefId: '1', fix: 'Choose another' }],
        queue: { summary: 'It would be number 3 in the queue' },
        durationMs: { p50: 60_000, p90: 120_000, basis: 7 },
      },
    });
    renderDeck(<StartDialog pipeline={pipeline} running={0} onClose={() => {}} />);
    expect(await screen.findByText('It would be number 3 in the queue')).toBeDefined();
    expect(screen.getByText('Bake: no such account')).toBeDefined();
    expect(screen.getByText('Is skipped')).toBeDefined();
    expect(screen.getByText('it is Friday')).toBeDefined();
    expect(screen.getByText('Usually 1m 00s, nine of ten within 2m 00s (7 runs)')).toBeDefined();
    await waitFor(() => expect(sent[0]?.body).toMatchObject({ id: 'p1', trigger: { type: 'manual' } }));
  });
  it('shows what its stages would do against live state', async () => {
    const capacity = { min: 3, max: 3, desired: 3 };
    const plan = {
      application: 'hello',
      name: 'Deliver',
      trigger: {},
      parameters: {},
      artifacts: [],
      stages: [{ ...stage, refId: '1', name: 'Deploy', enabled: 'yes' }],
      warnings: [],
    };
    const live = {
      stageRefId: '1',
      name: 'Deploy',
      deploys: [
        {
          account: 'local-gce',
          region: 'us-central1',
          cluster: 'hello-prod',
          serverGroupName: 'hello-prod-v003',
          strategy: 'redblack',
          replaces: { serverGroupName: 'hello-prod-v002', capacity, image: 'hello-2' },
          steps: ['Make hello-prod-v003 with 3 instances', 'Disable older server groups'],
          guards: [
            {
              step: 1,
              goingBack: false,
              outcome: 'refuses',
              reason: { summary: '1 of 4 would be left', next: 'Wait' },
            },
          ],
        },
      ],
      operations: [
        { operation: 'createServerGroup', account: 'local-gce', changes: ['It is made.'], warnings: [], problems: [] },
      ],
      problems: ['It would leave 0 of 3 instances'],
      locks: ['hello-prod is being changed'],
      notes: ['Only a run can tell the image'],
      durationMs: { p50: 60_000, p90: 120_000, basis: 7 },
    };
    fakeGate({ 'POST /plan': { ...plan, live: { stages: [live] } } });
    renderDeck(<StartDialog pipeline={pipeline} running={0} onClose={() => {}} />);
    const steps = await screen.findByRole('list', { name: 'Steps of hello-prod-v003' });
    expect([...steps.children].map((step) => step.textContent)).toEqual([
      'Make hello-prod-v003 with 3 instances',
      'Disable older server groups1 of 4 would be left. Wait',
    ]);
    for (const text of [...live.problems, ...live.locks, ...live.notes, 'It is made.'])
      expect(screen.getByText(text)).toBeDefined();
    expect(screen.getByText(/hello-prod-v002 serves now with 3 instances of hello-2/)).toBeDefined();
    expect(await violations()).toEqual([]);
  });
  it('says that live state is unknown while clouds cannot be asked', async () => {
    fakeGate({
      'POST /plan': {
        application: 'hello',
        name: 'Deliver',
        trigger: {},
        parameters: {},
        artifacts: [],
        stages: [{ ...stage, refId: '1', name: 'Deploy', enabled: 'yes' }],
        warnings: [],
        live: { unknown: { summary: 'Live state is unknown', next: 'plan again' }, stages: [] },
      },
    });
    renderDeck(<StartDialog pipeline={pipeline} running={0} onClose={() => {}} />);
    expect(await screen.findByText('Live state is unknown')).toBeDefined();
    expect(screen.getByText('Deploy')).toBeDefined();
  });
  it('can start although no plan can be had', async () => {
    fakeGate({});
    renderDeck(<StartDialog pipeline={pipeline} running={0} onClose={() => {}} />);
    expect(await screen.findByText('What it would do could not be planned')).toBeDefined();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Start' }).disabled).toBe(false);
  });
});
