import { cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { aStage, anExecution } from '../testing/render-deck.tsx';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const judgment = (refId: string, roles: string[]) =>
  aStage(refId, { type: 'manualJudgment', status: 'RUNNING', context: { selectedStageRoles: roles } });

describe('the inbox', () => {
  it('counts the judgments that one may answer, and no others', async () => {
    fakeGate({
      'GET /auth/user': aUser({ roles: ['ops'] }),
      'GET /applications': [{ name: 'hello' }],
      'GET /applications/hello/pipelines': [
        anExecution([judgment('1', ['ops']), judgment('2', ['security']), judgment('3', [])]),
      ],
      'GET /events/history': [],
    });
    renderPage('/events');
    expect(await screen.findByRole('button', { name: 'Inbox: 2 waiting for approval' })).toBeDefined();
  });
});

describe('the menu of who uses the page', () => {
  it('says so while nobody has to log in', async () => {
    fakeGate({
      'GET /auth/user': aUser({ authentication: false, isAdmin: true }),
      'GET /applications': [],
      'GET /events/history': [],
    });
    renderPage('/events');
    expect(await screen.findByRole('button', { name: 'You: Nobody has to log in' })).toBeDefined();
  });
});
