import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { fakeGate } from '../testing/fake-gate.ts';
import { renderDeck } from '../testing/render-deck.tsx';
import { ExpressionTrial } from './expression-trial.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const stage = { type: 'wait', name: 'Wait', refId: '1', requisiteStageRefIds: [], comments: 'v${parameters.version}' };
const pipeline = { id: 'p', application: 'hello', name: 'P', stages: [stage] };
const execution = (id: string, pipelineConfigId: string, buildTime: number) => ({
  ...{ id, pipelineConfigId, buildTime, type: 'PIPELINE', application: 'hello', name: 'P', status: 'SUCCEEDED' },
  ...{ canceled: false, trigger: { type: 'manual' }, authentication: { user: 'ann', allowedAccounts: [] } },
  stages: [{ ...stage, id: `${id}-stage`, status: 'SUCCEEDED', context: {}, outputs: {}, tasks: [] }],
});

describe('expressions tried in the editor', () => {
  it("show each part's value in the newest execution of the pipeline", async () => {
    const sent = fakeGate({
      'GET /applications/hello/pipelines': [execution('old', 'p', 1), execution('new', 'p', 2), execution('x', 'q', 3)],
      'POST /pipelines/new/previewExpression': {
        result: 'v1.2',
        steps: [
          { text: 'parameters', value: { version: '1.2' } },
          { text: 'parameters.other', error: 'There is none' },
        ],
        names: ['parameters', 'parameters.version'],
      },
    });
    renderDeck(<ExpressionTrial pipeline={pipeline} stage={stage} />);
    expect(sent).toEqual([]);
    const details = screen.getByText(/Try expressions/).closest('details');
    if (!details) throw new Error('it can be opened');
    details.open = true;
    fireEvent(details, new Event('toggle'));
    const table = await screen.findByRole('table', { name: 'Steps' });
    expect(within(table).getByText('{"version":"1.2"}')).toBeDefined();
    expect(within(table).getByText('There is none')).toBeDefined();
    expect(within(table).getByText('"v1.2"')).toBeDefined();
    expect(sent.at(-1)?.body).toEqual({ text: 'v${parameters.version}', stageId: 'new-stage' });
    expect(await violations()).toEqual([]);
  });

  it('say so when the pipeline has not run', async () => {
    fakeGate({ 'GET /applications/hello/pipelines': [] });
    renderDeck(<ExpressionTrial pipeline={pipeline} stage={stage} />);
    const details = screen.getByText(/Try expressions/).closest('details');
    if (!details) throw new Error('it can be opened');
    details.open = true;
    fireEvent(details, new Event('toggle'));
    expect(await screen.findByText('It has not run yet.')).toBeDefined();
  });
});
