import type { StoredAccount } from '@gennaker/contracts/cloud-accounts';
import { ServiceError } from '@gennaker/contracts/error';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { anAccount, helloClouds } from '../testing/cloud-things.ts';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const stored: StoredAccount = {
  name: 'prod',
  type: 'gce',
  project: 'shop-prod',
  regions: ['europe-west1'],
  credentials: { type: 'file', path: 'prod.json' },
  source: 'added',
  readOnly: false,
};
const accounts = {
  ...helloClouds(),
  'GET /credentials': [
    { ...anAccount, readOnly: true, source: 'configuration' },
    {
      ...anAccount,
      name: 'prod',
      project: 'shop-prod',
      source: 'added',
      readOnly: false,
      inventory: {
        lastSeen: 1,
        failingSince: Date.now() - 90_000,
        error: 'Permission compute.instances.list denied',
        serverGroups: 3,
        instances: 9,
      },
    },
    { ...anAccount, name: 'old', problem: 'the file old.json does not exist in the credentials folder' },
  ],
  'GET /credentials/type/gce': [stored],
};
const denied = {
  account: 'prod',
  ok: false,
  missingPermissions: ['compute.instances.list'],
  checks: [
    { name: 'credentials', outcome: 'ok', reason: { summary: 'The key of robot@shop-prod is accepted' } },
    {
      name: 'permission compute.instances.list',
      outcome: 'failed',
      reason: { summary: 'Instances cannot be listed', next: 'Grant the role Compute Viewer' },
    },
  ],
};
const row = async (name: string) => within((await screen.findByText(name)).closest('tr') as HTMLElement);

/** Shows the page; `extra` answers beside those of the accounts. */
async function show(extra: Record<string, unknown> = {}) {
  const sent = fakeGate({ ...accounts, ...extra });
  renderPage('/accounts');
  await screen.findByText('shop-prod', {}, { timeout: 10_000 });
  return sent;
}
const fill = (label: RegExp | string, value: string): void =>
  void fireEvent.change(screen.getByLabelText(label, { selector: 'input' }), { target: { value } });

describe('the page of accounts', () => {
  it('tells of each whether it is seen, since when not, and why', async () => {
    await show();
    expect((await row('local-gce')).getByText('From gennaker.yml')).toBeDefined();
    expect((await row('prod')).getByText('Permission compute.instances.list denied')).toBeDefined();
    expect((await row('old')).getByText('the file old.json does not exist in the credentials folder')).toBeDefined();
    expect(await violations()).toEqual([]);
  });

  it('lets nobody but an administrator change anything', async () => {
    fakeGate({ ...accounts, 'GET /auth/user': aUser() });
    renderPage('/accounts');
    await screen.findByText('shop-prod');
    expect(screen.queryByRole('button', { name: 'Add an account' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Change prod' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Verify prod' })).toBeNull();
  });

  it('verifies an account: what works, what does not, and what to do about it', async () => {
    const sent = await show({ 'POST /credentials/prod/verify': denied });
    const opener = await screen.findByRole('button', { name: 'Verify prod' });
    opener.focus();
    fireEvent.click(opener);
    const dialog = within(await screen.findByRole('dialog', { name: 'What works of prod' }));
    fireEvent.click(dialog.getByRole('button', { name: 'Try it' }));
    expect(await dialog.findByText('Missing permissions: compute.instances.list')).toBeDefined();
    expect(dialog.getByText('Grant the role Compute Viewer')).toBeDefined();
    expect(await violations()).toEqual([]);
    fireEvent.click(dialog.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(document.activeElement).toBe(opener);
    expect(sent.filter(({ method }) => method !== 'GET').map(({ path }) => path)).toEqual(['/credentials/prod/verify']);
  });

  it('adds an account: it is tried first on request, and kept by reference alone', async () => {
    const sent = await show({
      'POST /credentials/verify': { ...denied, account: 'test', ok: true, missingPermissions: [], checks: [] },
      'POST /credentials': { ...stored, name: 'test' },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Add an account' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Add an account' }));
    fill(/^Name/, 'test');
    fill(/^Project/, 'shop-test');
    const regions = screen.getByLabelText(/^Regions/, { selector: 'input' });
    regions.focus();
    fireEvent.change(regions, { target: { value: 'europe-west1' } });
    fireEvent.keyDown(regions, { key: 'Enter' });
    fireEvent.click(dialog.getByRole('combobox', { name: 'Credentials' }));
    fireEvent.click(screen.getByRole('option', { name: 'A file in the credentials folder', hidden: true }));
    fill(/^File/, 'test.json');
    fireEvent.click(dialog.getByRole('button', { name: 'Try it' }));
    expect(await dialog.findByText('test works')).toBeDefined();
    fireEvent.click(dialog.getByRole('button', { name: 'Add' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const definition = {
      name: 'test',
      type: 'gce',
      project: 'shop-test',
      regions: ['europe-west1'],
      credentials: { type: 'file', path: 'test.json' },
    };
    expect(sent.filter(({ method }) => method === 'POST').map(({ path, body }) => [path, body])).toEqual([
      ['/credentials/verify', definition],
      ['/credentials', definition],
    ]);
  });

  it('shows what was found of a definition only while it is the one that was tried', async () => {
    await show({
      'POST /credentials/verify': { ...denied, account: 'prod', ok: true, missingPermissions: [], checks: [] },
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Change prod' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Change prod' }));
    fireEvent.click(dialog.getByRole('button', { name: 'Try it' }));
    expect(await dialog.findByText('prod works')).toBeDefined();
    fill(/^Project/, 'shop-other');
    expect(dialog.queryByText('prod works')).toBeNull();
    fill(/^Project/, 'shop-prod');
    expect(dialog.getByText('prod works')).toBeDefined();
  });

  it('keeps where credentials of each kind are apart', async () => {
    await show();
    fireEvent.click(await screen.findByRole('button', { name: 'Change prod' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Change prod' }));
    const choose = (kind: string) => {
      fireEvent.click(dialog.getByRole('combobox', { name: 'Credentials' }));
      fireEvent.click(screen.getByRole('option', { name: kind, hidden: true }));
    };
    choose('A variable that holds the JSON');
    expect(dialog.getByLabelText<HTMLInputElement>(/^Variable/).value).toBe('');
    choose('A file in the credentials folder');
    expect(dialog.getByLabelText<HTMLInputElement>(/^File/).value).toBe('prod.json');
  });

  it('reads as many pages of definitions as there are, so that the last account can be changed as well', async () => {
    const many = Array.from({ length: 1_200 }, (_, index) => ({ ...stored, name: `a-${10_000 + index}` }));
    const last = { ...anAccount, name: 'a-11199', project: 'the-last', source: 'added', readOnly: false };
    await show({
      'GET /credentials': [...accounts['GET /credentials'], last],
      'GET /credentials/type/gce': ({ query }: { query: string }) => {
        const asked = new URLSearchParams(query);
        const from = asked.get('startingAccountName') ?? '';
        return many.filter(({ name }) => name >= from).slice(0, Number(asked.get('limit') ?? 200));
      },
    });
    expect(await screen.findByRole('button', { name: 'Change a-11199' })).toBeDefined();
  });

  it('lets an added account be removed that gennaker.yml names too, and nothing of that one', async () => {
    const twin = { ...anAccount, name: 'prod', project: 'of-file', source: 'configuration', readOnly: true };
    const added = {
      ...anAccount,
      name: 'prod',
      source: 'added',
      readOnly: false,
      problem: 'gennaker.yml names it too',
    };
    await show({
      'GET /credentials': [{ ...anAccount, project: 'shop-prod' }, twin, added],
      'GET /credentials/type/gce': [{ ...stored, project: 'of-file', source: 'configuration', readOnly: true }, stored],
    });
    expect(await screen.findAllByRole('button', { name: 'Remove prod' })).toHaveLength(1);
    const row = screen.getByText('gennaker.yml names it too').closest('tr');
    expect(within(row as HTMLElement).getByRole('button', { name: 'Remove prod' })).toBeDefined();
  });

  it('tells administrators what was done to accounts, by whom', async () => {
    await show({
      'GET /credentials/history': [
        {
          at: Date.now() - 60_000,
          user: 'ann',
          action: 'changed',
          account: 'prod',
          changes: [{ field: 'environment', before: 'prod' }],
        },
        { at: Date.now() - 120_000, user: 'bob', action: 'added', account: 'prod', changes: [] },
      ],
    });
    fireEvent.click(await screen.findByRole('button', { name: 'History' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'What was done to accounts' }));
    expect((await dialog.findByText('ann')).closest('tr')?.textContent).toContain('changedenvironment: prod → none');
    expect(dialog.getByText('bob').closest('tr')?.textContent).toContain('added');
    expect(await violations()).toEqual([]);
  });

  it('says which field of a definition is wrong before anything is sent, and what the server refuses', async () => {
    const sent = await show({
      'PUT /credentials': new ServiceError(400, 'Another account has this project', { fix: 'Choose another one' }),
    });
    fireEvent.click(await screen.findByRole('button', { name: 'Change prod' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Change prod' }));
    fill(/^File/, '/etc/prod.json');
    fireEvent.click(dialog.getByRole('button', { name: 'Save' }));
    expect((await dialog.findByRole('alert')).textContent).toContain('credentials.path: must be a path within');
    expect(sent.every(({ method }) => method === 'GET')).toBe(true);
    fill(/^File/, 'prod.json');
    fireEvent.click(dialog.getByRole('button', { name: 'Save' }));
    expect(await dialog.findByText('Another account has this project')).toBeDefined();
    expect(dialog.getByText('Choose another one')).toBeDefined();
  });

  it('removes an account after it was said what that means', async () => {
    const sent = await show({ 'DELETE /credentials/prod': undefined });
    fireEvent.click(await screen.findByRole('button', { name: 'Remove prod' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Remove prod?' }));
    expect(dialog.getByText(/its 3 server groups run on/)).toBeDefined();
    fireEvent.click(dialog.getByRole('button', { name: 'Remove prod' }));
    await waitFor(() => expect(sent.some(({ method }) => method === 'DELETE')).toBe(true));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });
});
