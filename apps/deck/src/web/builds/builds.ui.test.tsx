import { ServiceError } from '@gennaker/contracts/error';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { renderPage } from '../testing/render-page.tsx';
import { buildState, builtAt } from './build-words.ts';

// A page's module is loaded when it is opened: how long that takes is not what is tested.
beforeAll(async () => {
  await import('../pages/builds-page.tsx');
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const running = {
  ...{ name: 'team/job/hello', number: 7, url: 'http://jenkins.example/job/team/job/hello/7/', building: true },
  ...{ artifacts: [], scm: [] },
};
const done = {
  ...{ name: 'team/job/hello', number: 6, url: 'http://jenkins.example/job/team/job/hello/6/', building: false },
  ...{ result: 'UNSTABLE', timestamp: '1700000000000', duration: 61_000 },
  artifacts: [
    { fileName: 'hello_1.2_all.deb', relativePath: 'out/hello_1.2_all.deb', displayPath: 'hello_1.2_all.deb' },
    { fileName: 'build.properties', relativePath: 'build.properties' },
  ],
  scm: [{ branch: 'main', sha1: 'abcdef0123456789', message: 'Faster' }],
};
const answers = {
  'GET /auth/user': aUser(),
  'GET /applications': [],
  'GET /v3/builds/demo-jenkins/builds': [running, done],
  'GET /v3/builds/demo-jenkins/build/6': done,
  'GET /v3/builds/demo-jenkins/build/7': running,
};

describe('the builds of a job', () => {
  it('are listed with result, commit and artifacts; one opens beside the list with its console', async () => {
    const sent = fakeGate({
      ...answers,
      'GET /v3/builds/demo-jenkins/build/6/console': { text: 'Building…\nDone\n', nextOffset: 15, complete: true },
      'GET /v3/builds/demo-jenkins/build/6/properties': {
        fileName: 'build.properties',
        properties: { VERSION: '1.2' },
      },
    });
    const { history } = renderPage('/builds?master=demo-jenkins&job=team%2Fhello');
    const opener = await screen.findByRole('button', { name: '#6' });
    expect(screen.getByText('Unstable')).toBeDefined();
    expect(screen.getByText('abcdef0')).toBeDefined();
    expect(sent.find(({ path }) => path.endsWith('/builds'))?.query).toBe('?job=team%2Fjob%2Fhello');
    fireEvent.click(opener);
    const pane = within(await screen.findByRole('complementary', { name: 'Build 6 of team/job/hello' }));
    expect(await pane.findByText('hello_1.2_all.deb')).toBeDefined();
    expect((await pane.findByLabelText('Console of team/job/hello #6')).textContent).toContain('Done');
    expect(pane.getByText('Complete')).toBeDefined();
    expect(sent.find(({ path }) => path.endsWith('/console'))?.query).toBe('?job=team%2Fjob%2Fhello&tail=200000');
    fireEvent.click(pane.getByRole('button', { name: 'Properties of build.properties' }));
    expect((await pane.findByLabelText('Properties of build.properties', { selector: 'pre' })).textContent).toContain(
      '"VERSION": "1.2"',
    );
    expect(history.location.search).toContain('number=6');
    expect(await violations()).toEqual([]);
    fireEvent.keyDown(document.body, { key: 'Escape' });
    await waitFor(() => expect(history.location.search).not.toContain('number'));
  });

  it('say why they cannot be read', async () => {
    fakeGate({
      ...answers,
      'GET /v3/builds/demo-jenkins/builds': new ServiceError(502, 'demo-jenkins does not answer', { fix: 'Start it' }),
    });
    renderPage('/builds?master=demo-jenkins&job=hello');
    expect(await screen.findByText('demo-jenkins does not answer')).toBeDefined();
    expect(screen.getByText('Start it')).toBeDefined();
  });

  it('are those of the only Jenkins at once; the job is chosen by name', async () => {
    fakeGate(answers);
    const { history } = renderPage('/builds');
    expect(await screen.findByText('Choose a job')).toBeDefined();
    fireEvent.click(screen.getByRole('combobox', { name: 'Job' }));
    fireEvent.click(await screen.findByRole('option', { name: 'hello' }));
    await waitFor(() => expect(history.location.search).toContain('job=hello'));
    expect(history.location.search).toContain('master=demo-jenkins');
  });
});

describe('a build', () => {
  it('stands as its server says, and is never green while it runs', () => {
    expect(buildState({ building: true, result: 'SUCCESS' }).look).toBe('running');
    expect(buildState({ building: false, result: 'SUCCESS' }).look).toBe('succeeded');
    expect(buildState({ building: false, result: 'NEW_WORD' })).toEqual({ look: 'waiting', words: 'NEW_WORD' });
  });
  it('began when its server says, as number or text, or nobody knows', () => {
    expect([builtAt({ timestamp: '5' }), builtAt({ timestamp: 5 }), builtAt({}), builtAt({ timestamp: 'x' })]).toEqual([
      ...[5, 5, undefined, undefined],
    ]);
  });
});
