import { ServiceError } from '@gennaker/contracts/error';
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { aStage, anExecution, renderDeck } from '../testing/render-deck.tsx';
import { judgmentRules, mayJudge } from './judgment-rules.ts';
import { Judgment } from './judgment.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const asking = (context: Record<string, unknown>) =>
  aStage('1', { name: 'Approve', type: 'manualJudgment', status: 'RUNNING', startTime: 1000, context });
const show = (context: Record<string, unknown>) => {
  const stage = asking(context);
  renderDeck(<Judgment judgment={{ execution: anExecution([stage]), stage }} />);
};
const button = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name });

describe('the rules of a judgment', () => {
  it.each([
    [{ judgmentTimeoutMs: 60_000 }, 61_000],
    [{ deadline: 5 }, 301_000],
    [{ deadline: '5' }, 301_000],
    [{ deadline: '2026-01-01T00:00:00Z' }, Date.parse('2026-01-01T00:00:00Z')],
    [{ deadline: 'soon' }, undefined],
    [{}, undefined],
  ])('with %j have the deadline %s', (context, deadline) => {
    expect(judgmentRules(asking(context)).deadline).toBe(deadline);
  });
  it('let those answer who have one of the roles, whatever its case, and administrators', () => {
    const rules = judgmentRules(asking({ selectedStageRoles: ['Ops'] }));
    expect(mayJudge(rules, { roles: ['ops'], admin: false })).toBe(true);
    expect(mayJudge(rules, { roles: ['dev'], admin: false })).toBe(false);
    expect(mayJudge(rules, { roles: [], admin: true })).toBe(true);
  });
});

describe('a judgment', () => {
  it('names the role that is asked for and keeps others from answering', async () => {
    fakeGate({ 'GET /auth/user': aUser({ roles: ['dev'] }) });
    show({ selectedStageRoles: ['ops'] });
    expect(await screen.findByText('Only ops may answer; you have dev.')).toBeDefined();
    expect(button('Approve').disabled).toBe(true);
  });

  it('tells who approved so far; who approved does not do it twice', async () => {
    fakeGate({ 'GET /auth/user': aUser() });
    show({ requiredApprovals: 2, approvals: [{ user: 'ann', at: 0, comment: 'fine' }] });
    expect(screen.getByText(/^1 of 2: ann, .*, fine$/)).toBeDefined();
    expect(await screen.findByText('You have approved; others still have to.')).toBeDefined();
    expect(button('Approve').disabled).toBe(true);
    expect(button('Stop').disabled).toBe(false);
  });

  it('asks for a comment where one is required, and sends it', async () => {
    const done = anExecution([]);
    const sent = fakeGate({ 'GET /auth/user': aUser(), 'PATCH /pipelines/e1/stages/s1': done });
    show({ requireComment: true });
    expect(button('Approve').disabled).toBe(true);
    fireEvent.change(screen.getByLabelText(/Comment/), { target: { value: 'looked at it' } });
    fireEvent.click(button('Approve'));
    await waitFor(() =>
      expect(sent.find(({ method }) => method === 'PATCH')?.body).toEqual({
        judgmentStatus: 'continue',
        judgmentComment: 'looked at it',
      }),
    );
  });

  it('counts down to its deadline and says what happens then', () => {
    fakeGate({ 'GET /auth/user': aUser() });
    const at = new Date(Date.now() + 3_600_000).toISOString();
    show({ deadline: at, onDeadline: 'continue' });
    expect(screen.getByText(/without an answer it goes on by itself/)).toBeDefined();
  });

  it('shows a refusal with its reason at the buttons', async () => {
    fakeGate({
      'GET /auth/user': aUser(),
      'PATCH /pipelines/e1/stages/s1': new ServiceError(403, 'Who started it does not approve it', {
        fix: 'Ask somebody else',
      }),
    });
    show({});
    fireEvent.click(button('Approve'));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('Who started it does not approve it');
    expect(alert.textContent).toContain('Ask somebody else');
  });
});
