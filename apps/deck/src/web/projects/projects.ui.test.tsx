import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { aServerGroup, helloClouds } from '../testing/cloud-things.ts';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { anExecution, aStage } from '../testing/render-deck.tsx';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const shop = {
  id: 'p1',
  name: 'Web shop',
  email: 'shop@example.com',
  createTs: 1,
  updateTs: 2,
  lastModifiedBy: 'ann',
  config: {
    applications: ['hello'],
    pipelineConfigs: [{ application: 'hello', pipelineConfigId: 'deliver' }],
    clusters: [{ account: 'local-gce', stack: 'prod', detail: '*', applications: null }],
  },
};
const world = {
  ...helloClouds(),
  'GET /auth/user': aUser(),
  'GET /projects': [shop],
  'GET /projects/p1/pipelines': [anExecution([aStage('1', { status: 'RUNNING' })])],
  'GET /projects/Web%20shop': shop,
  'GET /applications': [{ name: 'hello' }, { name: 'api' }],
  'GET /applications/hello/serverGroups': [aServerGroup(1)],
  'GET /applications/hello/pipelineConfigs': [{ id: 'deliver', name: 'Deliver', application: 'hello' }],
  'GET /applications/hello/pipelines': [],
  'GET /applications/api/pipelines': [],
  'POST /tasks': { ref: '/tasks/t1' },
  'GET /tasks/t1': {
    id: 't1',
    name: 'task',
    application: 'hello',
    status: 'SUCCEEDED',
    variables: [],
    steps: [],
    buildTime: 1,
  },
};
/** The first page of a run is loaded and compiled. */
const SLOW = { timeout: 10_000 };

describe('projects', () => {
  it('one page shows what serves and what runs in several applications', async () => {
    fakeGate(world);
    renderPage('/projects/Web%20shop');
    const clusters = within(await screen.findByRole('region', { name: 'local-gce · stack prod · detail any' }, SLOW));
    expect(clusters.getByText('1.1.0 · build 2')).toBeDefined();
    expect(clusters.getByRole('columnheader', { name: 'us-central1' })).toBeDefined();
    expect(await screen.findByRole('region', { name: 'hello · Deliver' })).toBeDefined();
    expect(within(screen.getByRole('list', { name: 'Applications' })).getByText('1 running')).toBeDefined();
    expect(await violations()).toEqual([]);
  });

  it('a project is created with what its page is to show', async () => {
    const sent = fakeGate({ ...world, 'GET /projects': [], 'GET /projects/Mine': { ...shop, name: 'Mine' } });
    renderPage('/projects');
    fireEvent.click(await screen.findByRole('button', { name: 'Create project' }, SLOW));
    const dialog = within(await screen.findByRole('dialog', { name: 'Create project' }));
    fireEvent.change(dialog.getByLabelText(/Name/), { target: { value: 'Mine' } });
    fireEvent.click(dialog.getByRole('button', { name: 'Add cluster' }));
    expect(dialog.getByRole('button', { name: 'Create' })).toHaveProperty('disabled', true);
    fireEvent.change(dialog.getByLabelText(/Account/, { selector: 'input' }), { target: { value: 'local-gce' } });
    expect(await violations()).toEqual([]);
    fireEvent.click(dialog.getByRole('button', { name: 'Create' }));
    expect(await screen.findByRole('heading', { name: 'Mine' })).toBeDefined();
    expect(sent.find(({ method }) => method === 'POST')?.body).toMatchObject({
      job: [
        {
          type: 'upsertProject',
          project: {
            name: 'Mine',
            config: { applications: [], clusters: [{ account: 'local-gce', stack: '*', detail: '*' }] },
          },
        },
      ],
    });
  });

  it('are listed with their applications, and a deleted one can come back', async () => {
    const sent = fakeGate(world);
    renderPage('/projects');
    expect(await screen.findByRole('link', { name: 'Web shop' }, SLOW)).toBeDefined();
    expect(await violations()).toEqual([]);
    cleanup();
    renderPage('/projects/Web%20shop/dashboard');
    fireEvent.click(await screen.findByRole('button', { name: 'Delete project' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Delete Web shop' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(sent.find(({ method }) => method === 'POST')?.body).toMatchObject({
      job: [{ type: 'deleteProject', project: { id: 'p1' } }],
    });
  });
});
