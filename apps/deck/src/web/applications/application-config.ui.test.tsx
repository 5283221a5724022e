import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { helloClouds } from '../testing/cloud-things.ts';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const world = {
  ...helloClouds(),
  'GET /auth/user': aUser(),
  'GET /applications': [
    { name: 'hello', email: 'a@example.com', description: 'Says hello', permissions: { WRITE: ['ops'] } },
  ],
  'GET /applications/hello/pipelines': [],
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
const show = async () => {
  const sent = fakeGate(world);
  renderPage('/applications/hello/config');
  await screen.findByRole('heading', { name: 'Attributes' }, { timeout: 10_000 });
  return { sent, job: () => sent.find(({ method }) => method === 'POST')?.body };
};
const section = (name: string) => within(screen.getByRole('region', { name }));

describe('the configuration of an application', () => {
  it('changes attributes alone; an emptied one is sent, and an owner is needed', async () => {
    const { job } = await show();
    expect(await violations()).toEqual([]);
    const attributes = section('Attributes');
    const save = attributes.getByRole('button', { name: 'Save attributes' });
    const fill = (label: RegExp, value: string): void =>
      void fireEvent.change(attributes.getByLabelText(label), { target: { value } });
    fill(/Owner e-mail/, '');
    expect(save).toHaveProperty('disabled', true);
    fill(/Owner e-mail/, 'b@example.com');
    fill(/Description/, '');
    fireEvent.click(save);
    expect(await attributes.findByText('Saved')).toBeDefined();
    expect(job()).toMatchObject({
      job: [{ type: 'updateApplication', application: { name: 'hello', email: 'b@example.com', description: '' } }],
    });
    expect(JSON.stringify(job())).not.toContain('permissions');
  });

  it('says which roles may do what, and what is open to everybody', async () => {
    const { job } = await show();
    const permissions = section('Permissions');
    expect(permissions.getByText('ops')).toBeDefined();
    expect(permissions.getAllByText(/open to everybody/)).toHaveLength(2);
    const field = permissions.getByLabelText('May start its pipelines', { selector: 'input' });
    field.focus();
    fireEvent.change(field, { target: { value: 'dev' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    fireEvent.click(permissions.getByRole('button', { name: 'Save permissions' }));
    expect(await permissions.findByText('Saved')).toBeDefined();
    expect(job()).toMatchObject({ job: [{ application: { permissions: { WRITE: ['ops'], EXECUTE: ['dev'] } } }] });
  });

  it('deletes it when its name was typed', async () => {
    const { job } = await show();
    fireEvent.click(screen.getByRole('button', { name: 'Delete this application' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Delete hello?' }));
    const confirm = dialog.getByRole('button', { name: 'Delete hello' });
    expect(confirm).toHaveProperty('disabled', true);
    expect(await violations()).toEqual([]);
    fireEvent.change(dialog.getByLabelText(/to confirm/), { target: { value: 'hello' } });
    fireEvent.click(confirm);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(job()).toMatchObject({ job: [{ type: 'deleteApplication', application: { name: 'hello' } }] });
  });
});
