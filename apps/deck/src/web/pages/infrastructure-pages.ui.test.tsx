import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { aServerGroup, helloClouds } from '../testing/cloud-things.ts';
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

  it('are told by ?', async () => {
    fakeGate(helloClouds());
    renderPage('/applications/hello/clusters');
    await screen.findByRole('heading', { level: 1, name: 'Clusters' }, { timeout: 10_000 });
    press('?');
    expect(await screen.findByText('Next in a list that opens beside itself')).toBeDefined();
  });
});
