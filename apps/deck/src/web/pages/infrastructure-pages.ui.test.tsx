import { ServiceError } from '@gennaker/contracts/error';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { anAccount, aServerGroup, helloClouds } from '../testing/cloud-things.ts';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const empty = {
  'GET /applications': [{ name: 'hello' }],
  'GET /applications/hello/pipelines': [],
  'GET /auth/user': aUser({ isAdmin: true }),
  'GET /applications/hello/serverGroups': [],
  'GET /applications/hello/loadBalancers': [],
  'GET /applications/hello/firewalls': [],
  'GET /applications/hello/securityGroups': [],
  'GET /images/find': [],
  'GET /search': [],
  'GET /credentials': [],
  'GET /accounts': [],
};

describe('a page of what clouds have, where there is nothing yet', () => {
  it.each(['clusters', 'loadBalancers', 'firewalls', 'images', 'instances'])(
    '%s shows its heading and nothing that axe finds fault with',
    async (page) => {
      fakeGate(empty);
      renderPage(`/applications/hello/${page}`);
      expect(await screen.findByRole('main', undefined, { timeout: 10_000 })).toBeDefined();
      await vi.waitFor(() => expect(screen.queryByText(/went wrong|cannot be shown/i)).toBeNull());
      expect(await violations()).toEqual([]);
    },
  );

  it.each(['/accounts', '/search?q=hello'])('%s likewise', async (path) => {
    fakeGate(empty);
    renderPage(path);
    expect(await screen.findByRole('main', undefined, { timeout: 10_000 })).toBeDefined();
    expect(await violations()).toEqual([]);
  });
});

describe('the keys of a list', () => {
  const press = (key: string): void => void fireEvent.keyDown(document.activeElement ?? document.body, { key });
  const focused = (): string | null | undefined => document.activeElement?.textContent;

  it('go down and up, stop at its ends, and go on from what is open', async () => {
    fakeGate(helloClouds([aServerGroup(1), aServerGroup(2), aServerGroup(3)]));
    renderPage('/applications/hello/clusters');
    const newest = await screen.findByRole('button', { name: 'hello-prod-v003' }, { timeout: 10_000 });
    press('j');
    expect(document.activeElement).toBe(newest);
    press('k');
    expect(document.activeElement).toBe(newest);
    press('j');
    expect(focused()).toBe('hello-prod-v002');
    // Enter is the button's own.
    fireEvent.click(document.activeElement ?? document.body);
    await screen.findByRole('complementary', { name: 'Server group hello-prod-v002' });
    press('j');
    expect(focused()).toBe('hello-prod-v001');
    press('j');
    expect(focused()).toBe('hello-prod-v001');
    press('Escape');
    await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull());
    screen.getByRole('textbox', { name: 'Filter server groups' }).focus();
    press('k');
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Filter server groups' }));
  });

  it.each([
    ['instances', 'hello-prod-v001-ab12'],
    ['loadBalancers', 'hello-lb'],
    ['firewalls', 'hello-web'],
    ['images', 'hello-1-1-0-h2-def5678-all-debian-12-nodejs-ac4695c28b69'],
  ])('work in %s too', async (page, first) => {
    fakeGate(helloClouds());
    renderPage(`/applications/hello/${page}`);
    const found = await screen.findByRole('button', { name: first }, { timeout: 10_000 });
    press('j');
    expect(document.activeElement).toBe(found);
  });

  it('choose what has the focus, to act on several at once', async () => {
    fakeGate(helloClouds([aServerGroup(1), aServerGroup(2)]));
    renderPage('/applications/hello/clusters');
    await screen.findByRole('button', { name: 'hello-prod-v002' }, { timeout: 10_000 });
    press('x');
    expect(screen.queryByRole('group', { name: 'Chosen server groups' })).toBeNull();
    press('j');
    press('x');
    expect(screen.getByText('1 server groups chosen')).toBeDefined();
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: 'Choose hello-prod-v002' }).checked).toBe(true);
    press('x');
    expect(screen.queryByRole('group', { name: 'Chosen server groups' })).toBeNull();
  });

  it('of everywhere: Ctrl K goes to the search and its words', async () => {
    fakeGate(helloClouds());
    const { history } = renderPage('/applications/hello/clusters');
    await screen.findByRole('heading', { level: 1, name: 'Clusters' }, { timeout: 10_000 });
    fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
    const words = await screen.findByRole('textbox', { name: 'Search everything' }, { timeout: 10_000 });
    expect(document.activeElement).toBe(words);
    expect(history.location.pathname).toBe('/search');
  });

  it('are told by ?', async () => {
    fakeGate(helloClouds());
    renderPage('/applications/hello/clusters');
    await screen.findByRole('heading', { level: 1, name: 'Clusters' }, { timeout: 10_000 });
    press('?');
    expect(await screen.findByText('Next in a list that opens beside itself')).toBeDefined();
  });
});

describe('a list of what clouds have', () => {
  const canary = aServerGroup(1, {
    name: 'hello-canary-v001',
    moniker: { app: 'hello', stack: 'canary', cluster: 'hello-canary', sequence: 1 },
    isDisabled: true,
  });

  it('is narrowed by stack and state in its address', async () => {
    fakeGate(helloClouds([aServerGroup(1), canary]));
    const { history } = renderPage('/applications/hello/clusters?stack=canary&status=Disabled');
    expect(await screen.findByRole('button', { name: 'hello-canary-v001' }, { timeout: 10_000 })).toBeDefined();
    expect(screen.queryByRole('button', { name: 'hello-prod-v001' })).toBeNull();
    fireEvent.click(screen.getByLabelText('Stack: all'));
    await waitFor(() => expect(screen.queryByLabelText('Stack: all')).toBeNull());
    fireEvent.click(screen.getByLabelText('Status: all'));
    expect(await screen.findByRole('button', { name: 'hello-prod-v001' })).toBeDefined();
    expect(history.location.search).toBe('');
    expect(await violations()).toEqual([]);
  });

  it('says how to get back what stands outside of all its filters', async () => {
    fakeGate(helloClouds([aServerGroup(1), canary]));
    const { history } = renderPage('/applications/hello/instances?stack=canary&status=Down');
    fireEvent.click(await screen.findByRole('button', { name: 'Clear the filter' }, { timeout: 10_000 }));
    expect(await screen.findAllByRole('button', { name: /^hello-prod-v001-/ })).not.toHaveLength(0);
    expect(history.location.search).toBe('');
  });
});

describe('the page of instances', () => {
  it('has all that are shown chosen at once, and none again', async () => {
    fakeGate(helloClouds([aServerGroup(1), aServerGroup(2)]));
    renderPage('/applications/hello/instances?q=v001');
    fireEvent.click(await screen.findByRole('checkbox', { name: 'All that are shown' }, { timeout: 10_000 }));
    expect(screen.getByText('2 instances chosen')).toBeDefined();
    fireEvent.click(screen.getByRole('checkbox', { name: '2 of 2' }));
    expect(screen.queryByRole('group', { name: 'Chosen instances' })).toBeNull();
  });
});

describe('a page of what clouds have, when gate does not answer for a while', () => {
  it('keeps what it shows and what a dialog holds, and says how old that is', async () => {
    let away = false;
    fakeGate({
      ...helloClouds(),
      'GET /applications/hello/serverGroups': () =>
        away ? new ServiceError(503, 'Gate restarts') : [aServerGroup(1), aServerGroup(2)],
      'POST /preview': [],
    });
    const { client } = renderPage('/applications/hello/clusters');
    fireEvent.click(await screen.findByRole('checkbox', { name: 'Choose hello-prod-v001' }, { timeout: 10_000 }));
    fireEvent.click(screen.getByRole('button', { name: 'Destroy' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Destroy hello-prod-v001' }));
    fireEvent.change(dialog.getByLabelText('Reason'), { target: { value: 'It is old' } });
    away = true;
    await client.refetchQueries({ queryKey: ['serverGroups'] });
    expect(await screen.findByText(/^The server groups cannot be read now: what is shown was read/)).toBeDefined();
    expect(screen.getByText('Gate restarts')).toBeDefined();
    expect(screen.getByText('hello-prod-v002')).toBeDefined();
    expect(dialog.getByLabelText<HTMLTextAreaElement>('Reason').value).toBe('It is old');
  });

  it('says so alone where it had nothing to show yet', async () => {
    fakeGate({ ...helloClouds(), 'GET /credentials': new ServiceError(503, 'Gate restarts') });
    renderPage('/accounts');
    expect((await screen.findByRole('alert', {}, { timeout: 10_000 })).textContent).toContain('Gate restarts');
    expect(screen.queryByText(/was read/)).toBeNull();
  });

  it('keeps the accounts too', async () => {
    let away = false;
    fakeGate({
      ...helloClouds(),
      'GET /credentials': () => (away ? new ServiceError(503, 'Gate restarts') : [anAccount]),
    });
    const { client } = renderPage('/accounts');
    expect(await screen.findByText('local-gce', {}, { timeout: 10_000 })).toBeDefined();
    away = true;
    await client.refetchQueries({ queryKey: ['choices'] });
    expect(await screen.findByText(/^The accounts cannot be read now/)).toBeDefined();
    expect(screen.getByText('local-gce')).toBeDefined();
  });
});

describe('an address of something that is not there', () => {
  it.each([
    ['clusters?group=', 'server groups'],
    ['instances?open=', 'instances'],
    ['loadBalancers?open=', 'load balancers'],
    ['firewalls?open=', 'firewalls'],
    ['images?open=', 'images'],
  ])('says so beside the list: %s', async (address, things) => {
    fakeGate(helloClouds());
    const { history } = renderPage(`/applications/hello/${address}local-gce%2Feurope-west1%2Fhello-gone`);
    const beside = within(await screen.findByRole('complementary', {}, { timeout: 10_000 }));
    expect(beside.getByRole('heading', { name: 'hello-gone' })).toBeDefined();
    expect(beside.getByText(new RegExp(`local-gce · europe-west1 shows it among the ${things}`))).toBeDefined();
    expect(await violations()).toEqual([]);
    fireEvent.click(beside.getByRole('button', { name: 'Close' }));
    await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull());
    expect(history.location.search).not.toContain('hello-gone');
  });

  it('that is an instance tells why it cannot be read, and promises nothing more', async () => {
    fakeGate(helloClouds());
    renderPage('/applications/hello/clusters?group=local-gce%2Fus-central1%2Fhello-prod-v001&instance=hello-gone');
    const beside = await screen.findByRole('complementary', { name: 'Instance hello-gone' }, { timeout: 10_000 });
    expect(await within(beside).findByText('The instance could not be read')).toBeDefined();
    expect(beside.querySelector('.mantine-Skeleton-root')).toBeNull();
    expect(within(beside).queryByRole('button', { name: 'Terminate' })).toBeNull();
  });
});
