import { ServiceError } from '@gennaker/contracts/error';
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakeGate } from '../testing/fake-gate.ts';
import { aStage, anExecution, renderDeck } from '../testing/render-deck.tsx';
import { StageDeedsBar } from './stage-deeds-bar.tsx';
import { deedsFor } from './stage-deeds.ts';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const failed = aStage('2', { name: 'Deploy', type: 'deploy', status: 'TERMINAL', requisiteStageRefIds: ['1'] });
const execution = anExecution(
  [
    aStage('1', { name: 'Bake', type: 'bake', status: 'SUCCEEDED' }),
    failed,
    aStage('3', { name: 'Test', status: 'CANCELED', requisiteStageRefIds: ['2'] }),
    aStage('4', { name: 'Tell', status: 'NOT_STARTED', requisiteStageRefIds: ['3'] }),
  ],
  { status: 'TERMINAL' },
);
const offered = (stage = failed, of = execution) => deedsFor(of, stage).map(({ deed }) => deed);

describe('what can be done with a stage', () => {
  it('that failed: ignore the failure or run it again, saying what runs after it', () => {
    expect(offered()).toEqual(['ignoreFailure', 'restart']);
    const [ignore, restart] = deedsFor(execution, failed);
    expect(ignore?.preview).toBe('Deploy stays failed but counts as passed, and Test can go on.');
    expect(restart?.preview).toContain('Deploy runs again, and Test after it');
  });
  it('that has not begun, or lies below another: nothing', () => {
    expect(offered(aStage('9', {}))).toEqual([]);
    expect(offered(aStage('9', { status: 'TERMINAL', parentStageId: 's2' }))).toEqual([]);
  });
  it('that waits: skip the rest of the wait, or the stage', () => {
    expect(offered(aStage('9', { type: 'wait', status: 'RUNNING' }))).toEqual(['skipWait', 'skip']);
  });
  it('that runs and does not say that it may be skipped: nothing', () => {
    expect(offered(aStage('9', { type: 'deploy', status: 'RUNNING' }))).toEqual([]);
    expect(offered(aStage('9', { type: 'deploy', status: 'RUNNING', context: { canManuallySkip: true } }))).toEqual([
      'skip',
    ]);
  });
  it('that waits for its hours: begin now, through the window below it', () => {
    const stage = aStage('9', { name: 'Deploy', type: 'deploy', status: 'RUNNING' });
    const window = aStage('9<1', {
      type: 'restrictExecutionDuringTimeWindow',
      status: 'RUNNING',
      parentStageId: 's9',
      syntheticStageOwner: 'STAGE_BEFORE',
    });
    expect(deedsFor(anExecution([stage, window]), stage)).toMatchObject([
      { deed: 'skipWait', stageId: 's9<1', confirm: true },
    ]);
  });

  it('that several people have to approve: nobody skips it alone', () => {
    const offered = (context: Record<string, unknown>) => {
      const judgment = aStage('1', { type: 'manualJudgment', status: 'RUNNING', context });
      return deedsFor(anExecution([judgment]), judgment).map(({ deed }) => deed);
    };
    expect(offered({})).toContain('skip');
    expect(offered({ requiredApprovals: 2 })).toEqual([]);
  });
});

describe('the buttons of a stage', () => {
  it('restart after asking once more, with what will happen in words', async () => {
    const sent = fakeGate({ 'PUT /pipelines/e1/stages/s2/restart': execution, 'GET /pipelines/e1': execution });
    renderDeck(<StageDeedsBar execution={execution} stage={failed} />);
    fireEvent.click(screen.getByRole('button', { name: 'Restart from here' }));
    const dialog = await screen.findByRole('dialog');
    expect(dialog.textContent).toContain('Deploy runs again');
    expect(sent).toEqual([]);
    const confirm = [...dialog.querySelectorAll('button')].find((each) => each.textContent === 'Restart from here');
    fireEvent.click(confirm as HTMLElement);
    await waitFor(() =>
      expect(sent).toContainEqual(
        expect.objectContaining({ method: 'PUT', path: '/pipelines/e1/stages/s2/restart', body: {} }),
      ),
    );
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('skip the rest of a wait at once', async () => {
    const waiting = aStage('1', { name: 'Wait', status: 'RUNNING' });
    const running = anExecution([waiting]);
    const sent = fakeGate({ 'PATCH /pipelines/e1/stages/s1': running, 'GET /pipelines/e1': running });
    renderDeck(<StageDeedsBar execution={running} stage={waiting} />);
    fireEvent.click(screen.getByRole('button', { name: 'Skip the rest of the wait' }));
    await waitFor(() => expect(sent[0]).toMatchObject({ method: 'PATCH', body: { skipRemainingWait: true } }));
  });

  it('say why it was refused and what to do', async () => {
    fakeGate({
      'PUT /pipelines/e1/stages/s2/ignoreFailure': new ServiceError(403, 'Only operators may', { fix: 'Ask one' }),
    });
    renderDeck(<StageDeedsBar execution={execution} stage={failed} />);
    fireEvent.click(screen.getByRole('button', { name: 'Ignore the failure' }));
    const dialog = await screen.findByRole('dialog');
    fireEvent.submit(dialog.querySelector('form') as HTMLFormElement);
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('Only operators may');
    expect(alert.textContent).toContain('Ask one');
  });
});
