import { cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
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
      expect(await screen.findByRole('main')).toBeDefined();
      await vi.waitFor(() => expect(screen.queryByText(/went wrong|cannot be shown/i)).toBeNull());
      expect(await violations()).toEqual([]);
    },
  );

  it.each(['/accounts', '/search?q=hello'])('%s likewise', async (path) => {
    fakeGate(empty);
    renderPage(path);
    expect(await screen.findByRole('main')).toBeDefined();
    expect(await violations()).toEqual([]);
  });
});
