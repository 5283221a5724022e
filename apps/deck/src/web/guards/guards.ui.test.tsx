import { cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { fakeGate, type SentRequest } from '../testing/fake-gate.ts';
import { aServerGroup, helloClouds } from '../testing/cloud-things.ts';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const guard = { account: 'local-gce', location: '*', stack: 'prod', detail: '', enabled: true };
const task = {
  id: 'T',
  name: 'a task',
  application: 'hello',
  status: 'SUCCEEDED',
  variables: [],
  steps: [],
  buildTime: 1,
};
const answers = (trafficGuards: unknown) => ({
  ...helloClouds(),
  'GET /applications': [{ name: 'hello', email: 'a@b.c', trafficGuards }],
  'POST /tasks': { ref: '/tasks/T' },
  'GET /tasks/T': task,
});
const saved = (sent: readonly SentRequest[]) => sent.find(({ method, path }) => method === 'POST' && path === '/tasks');

describe('the configuration of an application', () => {
  it('changes its traffic guards and saves them as one', async () => {
    const sent = fakeGate(answers([guard]));
    renderPage('/applications/hello/config');
    const stack = await screen.findByLabelText(/^Stack/u);
    expect((stack as HTMLInputElement).value).toBe('prod');
    const save = screen.getByRole('button', { name: 'Save guards' });
    expect(save).toHaveProperty('disabled', true);
    fireEvent.change(stack, { target: { value: '*' } });
    fireEvent.change(screen.getByLabelText(/^Healthy capacity/u), { target: { value: '60' } });
    expect(await violations()).toEqual([]);
    fireEvent.click(save);
    await screen.findByText('Saved');
    expect(saved(sent)?.body).toMatchObject({
      job: [
        {
          type: 'updateApplication',
          application: { name: 'hello', trafficGuards: [{ ...guard, stack: '*', minCapacityPercentage: 60 }] },
        },
      ],
    });
  });

  it('does not save a guard without a region, and says so', async () => {
    fakeGate(answers([guard]));
    renderPage('/applications/hello/config');
    // The list of choices has the same name as the field.
    const [region] = await screen.findAllByLabelText(/^Region/u);
    if (!region) throw new Error('there is no field for the region');
    fireEvent.change(region, { target: { value: '' } });
    expect(await screen.findByText('must be a name, or * for all of them')).toBeDefined();
    expect(screen.getByRole('button', { name: 'Save guards' })).toHaveProperty('disabled', true);
  });

  it('says that stored guards which cannot be followed keep everything', async () => {
    fakeGate(answers([{ account: 5 }]));
    renderPage('/applications/hello/config');
    expect(await screen.findByText('The stored guards cannot be followed')).toBeDefined();
  });
});

describe('the clusters page', () => {
  it('shows who changes a cluster, why, and how many wait behind', async () => {
    const executionId = '01HZZZZZZZZZZZZZZZZZZZZZZZ';
    fakeGate({
      ...helloClouds([aServerGroup(1)]),
      'GET /applications/hello/locks': [
        {
          account: 'local-gce',
          region: 'us-central1',
          cluster: 'hello-prod',
          holder: `${executionId}/S1`,
          reason: 'stage "Deploy" of hello: ship it',
          epoch: 7,
          expires: Date.now() + 60_000,
          since: Date.now() - 30_000,
          executionId,
          stageId: 'S1',
          waiting: [{ holder: 'operation X', reason: 'destroyServerGroup by ada' }],
        },
      ],
    });
    renderPage('/applications/hello/clusters');
    const badge = await screen.findByText('Being changed');
    const region = badge.closest('.region-head');
    if (!(region instanceof HTMLElement)) throw new Error('the badge stands nowhere');
    expect(within(region).getByRole('link').getAttribute('href')).toContain(executionId);
    expect(region.textContent).toContain('1 waits behind it');
    expect(await violations()).toEqual([]);
  });
});
