import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { helloClouds } from '../testing/cloud-things.ts';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it('the search finds applications, pipelines and projects beside the things of clouds', async () => {
  fakeGate({
    ...helloClouds(),
    'GET /auth/user': aUser(),
    'GET /applications': [{ name: 'hello' }, { name: 'api', description: 'Answers the shop' }],
    'GET /applications/hello/pipelines': [],
    'GET /applications/api/pipelines': [],
    'GET /pipelineConfigs': [
      { id: 'p1', name: 'Deliver shop', application: 'hello' },
      { id: 'p2', name: 'Other', application: 'hello' },
    ],
    'GET /projects': [],
    'GET /search': [],
  });
  renderPage('/search?q=shop');
  const pipelines = within(await screen.findByRole('region', { name: 'Pipelines' }, { timeout: 10_000 }));
  const links = pipelines.getAllByRole('link');
  expect(links.map((link) => [link.textContent, link.getAttribute('href')])).toEqual([
    ['Deliver shop', '/applications/hello/executions/configure/p1'],
  ]);
  expect(within(screen.getByRole('region', { name: 'Applications' })).getByText('api')).toBeDefined();
  expect(screen.queryByRole('region', { name: 'Projects' })).toBeNull();
  expect(screen.queryByText(/Nothing matches/)).toBeNull();
  expect(await violations()).toEqual([]);
});

const hits = (count: number, type: string, name: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => ({ type, provider: 'gce', name: name(index), account: 'local-gce' }));
const resultSet = (type: string, totalMatches: number, results: object[]) => ({
  ...{ type, pageNumber: 1, pageSize: 100, platform: '', query: '' },
  ...{ totalMatches, results },
});

it('the search shows more of a kind on request', async () => {
  const sent = fakeGate({
    ...helloClouds(),
    'GET /search': ({ query }: { query: string }) => {
      const size = Number(new URLSearchParams(query).get('pageSize'));
      return [
        resultSet(
          'healthChecks',
          150,
          hits(Math.min(size, 150), 'healthChecks', (index) => `hello-hc-${index}`),
        ),
      ];
    },
  });
  renderPage('/search?q=hello-hc');
  const found = within(await screen.findByRole('region', { name: 'Health checks' }, { timeout: 10_000 }));
  expect(found.getByText('100 of 150')).toBeDefined();
  fireEvent.click(found.getByRole('button', { name: 'Show more health checks' }));
  await waitFor(() => expect(found.getAllByRole('listitem')).toHaveLength(150));
  expect(found.queryByRole('button')).toBeNull();
  expect(sent.filter(({ path }) => path === '/search')).toHaveLength(2);
});

it('what was found for other words is not shown under new ones', async () => {
  let answer: (sets: object[]) => void = () => {};
  fakeGate({
    ...helloClouds(),
    'GET /search': ({ query }: { query: string }) =>
      new URLSearchParams(query).get('q') === 'hello-a'
        ? [
            resultSet(
              'healthChecks',
              1,
              hits(1, 'healthChecks', () => 'hello-a-hc'),
            ),
          ]
        : new Promise((resolve) => (answer = resolve)),
  });
  renderPage('/search?q=hello-a');
  await screen.findByText('hello-a-hc', {}, { timeout: 10_000 });
  fireEvent.change(screen.getByRole('textbox', { name: 'Search everything' }), { target: { value: 'hello-b' } });
  expect(await screen.findByRole('status', { name: 'Searching' })).toBeDefined();
  expect(screen.queryByText('hello-a-hc')).toBeNull();
  answer([
    resultSet(
      'healthChecks',
      1,
      hits(1, 'healthChecks', () => 'hello-b-hc'),
    ),
  ]);
  expect(await screen.findByText('hello-b-hc')).toBeDefined();
});

it('an image that was found leads to the page of images of the application whose name it has, or else of any', async () => {
  const names = ['hello-api-1-1-0', 'debian-12-nodejs'];
  fakeGate({
    ...helloClouds(),
    'GET /applications': [{ name: 'hello' }, { name: 'hello-api' }],
    'GET /search': [
      resultSet(
        'images',
        2,
        hits(2, 'images', (index) => names[index] ?? ''),
      ),
    ],
  });
  renderPage('/search?q=image&type=images');
  const found = within(await screen.findByRole('region', { name: 'Images' }, { timeout: 10_000 }));
  await waitFor(() =>
    expect(found.getAllByRole('link').map((link) => link.getAttribute('href')?.split('?')[0])).toEqual([
      '/applications/hello-api/images',
      '/applications/hello/images',
    ]),
  );
  expect(found.getAllByRole('link')[0]?.getAttribute('href')).toContain('open=local-gce%2Fhello-api-1-1-0');
});
