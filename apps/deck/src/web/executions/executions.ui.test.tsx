import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { aStage, anExecution, renderDeck } from '../testing/render-deck.tsx';
import { Judgment } from './judgment.tsx';
import { StageBars } from './stage-bars.tsx';
import { StageDetails } from './stage-details.tsx';
import { interestingStage, stageReason, topLevelStages } from './stage-order.ts';
import { triggerSentence } from './trigger-sentence.ts';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('stage bars', () => {
  const execution = anExecution([
    aStage('3', { name: 'Approve', type: 'manualJudgment', status: 'RUNNING', requisiteStageRefIds: ['2'] }),
    aStage('2', { name: 'Deploy', status: 'TERMINAL', requisiteStageRefIds: ['1'] }),
    aStage('1', { name: 'Bake', status: 'SUCCEEDED' }),
    aStage('1<1', { name: 'Inner', status: 'SUCCEEDED', parentStageId: 's1', syntheticStageOwner: 'STAGE_BEFORE' }),
  ]);

  it('stand in the order of the graph, with the status in words', () => {
    renderDeck(<StageBars execution={execution} onSelect={() => {}} />);
    expect(screen.getAllByRole('button').map((bar) => bar.getAttribute('aria-label'))).toEqual([
      'Bake: Succeeded',
      'Deploy: Failed',
      'Approve: Waiting for approval',
    ]);
  });

  it('select a stage by click and move along by arrow keys', () => {
    const onSelect = vi.fn();
    renderDeck(<StageBars execution={execution} onSelect={onSelect} />);
    const [first, second] = screen.getAllByRole('button');
    if (!first || !second) throw new Error('there are two bars');
    first.focus();
    fireEvent.keyDown(first, { key: 'ArrowRight' });
    expect(document.activeElement).toBe(second);
    fireEvent.click(second);
    expect(onSelect).toHaveBeenCalledWith(expect.objectContaining({ name: 'Deploy' }));
  });

  it('survive a circle in what they are given', () => {
    const circle = anExecution([
      aStage('1', { requisiteStageRefIds: ['2'] }),
      aStage('2', { requisiteStageRefIds: ['1'] }),
    ]);
    expect(topLevelStages(circle)).toHaveLength(2);
  });

  it('lead to what needs somebody first', () => {
    expect(interestingStage(execution)?.name).toBe('Approve');
  });
});

describe('reasons', () => {
  it('of a stage come from the task below it that waits', () => {
    const waiting = { summary: 'Waiting for 2 of 4 instances' };
    const execution = anExecution([
      aStage('1', { status: 'RUNNING' }),
      aStage('1<1', {
        status: 'RUNNING',
        parentStageId: 's1',
        syntheticStageOwner: 'STAGE_BEFORE',
        tasks: [
          { id: '1', name: 'create', implementingClass: 'x', status: 'SUCCEEDED', reason: { summary: 'Created' } },
          { id: '2', name: 'wait', implementingClass: 'x', status: 'RUNNING', reason: waiting },
        ],
      }),
    ]);
    const [first] = execution.stages;
    if (!first) throw new Error('there is a stage');
    expect(stageReason(execution, first)).toEqual(waiting);
    renderDeck(<StageDetails execution={execution} stage={first} />);
    expect(screen.getByText('Waiting for 2 of 4 instances')).toBeDefined();
  });
});

describe('a trigger in words', () => {
  it('names job and number of a build', () => {
    expect(
      triggerSentence(anExecution([], { trigger: { type: 'jenkins', buildInfo: { name: 'hello', number: 2 } } })),
    ).toBe('Jenkins hello #2');
  });
  it('is honest about a type it does not know', () => {
    expect(triggerSentence(anExecution([], { trigger: { type: 'pigeon' } }))).toBe('Started by pigeon');
  });
});

describe('a judgment', () => {
  const stage = aStage('1', {
    name: 'Approve',
    type: 'manualJudgment',
    status: 'RUNNING',
    context: { instructions: 'Look at it', judgmentInputs: [{ value: 'Now' }, { value: 'At night' }] },
  });
  const execution = anExecution([stage]);

  it('shows the instructions and sends the answer with the choice', async () => {
    const fetch = vi.fn(
      async (_url: string, _init?: RequestInit) =>
        new Response(JSON.stringify(anExecution([{ ...stage, status: 'SUCCEEDED' }]))),
    );
    vi.stubGlobal('fetch', fetch);
    renderDeck(<Judgment judgment={{ execution, stage }} />);
    expect(screen.getByText('Look at it')).toBeDefined();
    fireEvent.click(screen.getByRole('button', { name: 'Approve' }));
    const sent = () => fetch.mock.calls.filter(([, each]) => each?.method === 'PATCH');
    await waitFor(() => expect(sent()).toHaveLength(1));
    const [url, init] = sent()[0] ?? [];
    expect(url).toBe('/gate/pipelines/e1/stages/s1');
    expect(JSON.parse(String(init?.body))).toEqual({ judgmentStatus: 'continue', judgmentInput: 'Now' });
  });

  it('says why an answer was refused and what to do', async () => {
    vi.stubGlobal(
      'fetch',
      async () =>
        new Response(
          JSON.stringify({
            timestamp: 0,
            status: 400,
            error: 'Bad Request',
            message: 'It was judged already',
            fix: 'Reload',
          }),
          { status: 400 },
        ),
    );
    renderDeck(<Judgment judgment={{ execution, stage }} />);
    fireEvent.click(screen.getByRole('button', { name: 'Stop' }));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('It was judged already');
    expect(alert.textContent).toContain('Reload');
  });
});
