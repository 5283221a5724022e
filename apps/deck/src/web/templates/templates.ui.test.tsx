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

const template = {
  schema: 'v2',
  id: 'roll-out',
  metadata: { name: 'Roll out', description: 'Bakes and deploys', owner: 'ann', scopes: ['global'] },
  variables: [
    { name: 'package', type: 'string' },
    { name: 'replicas', type: 'int', defaultValue: 2 },
  ],
  pipeline: { stages: [] },
  digest: 'abcdef0123456789',
  tag: 'latest',
  updateTs: '1',
  lastModifiedBy: 'ann',
};

it('a pipeline is made of a template after what it stands for was shown', async () => {
  const sent = fakeGate({
    ...helloClouds(),
    'GET /auth/user': aUser(),
    'GET /applications': [{ name: 'hello' }],
    'GET /applications/hello/pipelines': [],
    'GET /applications/hello/pipelineConfigs': [],
    'GET /v2/pipelineTemplates': [template],
    'POST /v2/pipelineTemplates/plan': { name: 'Deliver', stages: [{ type: 'bake', package: 'hello' }] },
    'POST /pipelineConfigs': ({ body }: { readonly body: unknown }) => ({ pipeline: body, warnings: [] }),
  });
  renderPage('/pipeline-templates');
  fireEvent.click(await screen.findByRole('button', { name: 'Use Roll out' }, { timeout: 10_000 }));
  const dialog = within(await screen.findByRole('dialog', { name: 'A pipeline from Roll out' }));
  const create = dialog.getByRole('button', { name: 'Create pipeline' });
  fireEvent.click(dialog.getByRole('combobox', { name: 'Application' }));
  fireEvent.click(await screen.findByRole('option', { name: 'hello' }));
  fireEvent.change(dialog.getByLabelText(/Name of the pipeline/), { target: { value: 'Deliver' } });
  expect(create).toHaveProperty('disabled', true);
  fireEvent.change(dialog.getByLabelText(/^package/), { target: { value: 'hello' } });
  expect(await dialog.findByRole('region', { name: 'The pipeline that it stands for' })).toBeDefined();
  expect(await violations()).toEqual([]);
  fireEvent.click(create);
  await waitFor(() => expect(sent.some(({ path }) => path === '/pipelineConfigs')).toBe(true));
  expect(sent.find(({ path }) => path === '/pipelineConfigs')?.body).toMatchObject({
    type: 'templatedPipeline',
    application: 'hello',
    name: 'Deliver',
    template: { reference: 'spinnaker://roll-out' },
    variables: { package: 'hello' },
  });
});

it('a template shows its versions and the pipelines that use it', async () => {
  fakeGate({
    ...helloClouds(),
    'GET /auth/user': aUser(),
    'GET /applications': [],
    'GET /v2/pipelineTemplates': [template],
    'GET /v2/pipelineTemplates/versions': { 'roll-out': [template] },
    'GET /v2/pipelineTemplates/roll-out/dependents': [
      { id: 'p1', name: 'Deliver', application: 'hello', reference: 'spinnaker://roll-out:stable' },
    ],
  });
  renderPage('/pipeline-templates');
  const summary = await screen.findByText('Versions, and pipelines that use it', {}, { timeout: 10_000 });
  const details = summary.closest('details');
  if (!details) throw new Error('There is nothing to unfold');
  details.open = true;
  fireEvent(details, new Event('toggle'));
  expect(await screen.findByText('hello · Deliver')).toBeDefined();
  expect(within(screen.getByRole('list', { name: 'Versions' })).getByText('abcdef012345')).toBeDefined();
  expect(await violations()).toEqual([]);
});

it('a template is made of a pipeline, named before it is stored', async () => {
  const { digest: _digest, tag: _tag, updateTs: _at, lastModifiedBy: _by, ...made } = template;
  const sent = fakeGate({
    ...helloClouds(),
    'GET /auth/user': aUser(),
    'GET /applications': [{ name: 'hello' }],
    'GET /applications/hello/pipelines': [],
    'GET /applications/hello/pipelineConfigs': [{ id: 'p1', name: 'Deliver', application: 'hello', stages: [] }],
    'GET /pipelineConfigs/p1/convertToTemplate': made,
    'POST /v2/pipelineTemplates/create': {
      ...{ id: 't1', name: 'task', application: 'hello', status: 'SUCCEEDED', variables: [], steps: [], buildTime: 1 },
    },
    'GET /v2/pipelineTemplates': [template],
  });
  const { history } = renderPage('/applications/hello/executions/configure/p1');
  fireEvent.click(await screen.findByRole('button', { name: 'More about this pipeline' }, { timeout: 10_000 }));
  fireEvent.click(await screen.findByRole('menuitem', { name: 'Make a template of it' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'A template of Deliver' }));
  expect(await dialog.findByText(/It asks for package, replicas/)).toBeDefined();
  expect(await violations()).toEqual([]);
  fireEvent.change(dialog.getByLabelText(/^Id/), { target: { value: 'deliver' } });
  fireEvent.change(dialog.getByLabelText(/^Name/), { target: { value: 'Deliver anything' } });
  fireEvent.click(dialog.getByRole('button', { name: 'Store the template' }));
  await waitFor(() => expect(history.location.pathname).toBe('/pipeline-templates'));
  expect(sent.find(({ method }) => method === 'POST')?.body).toEqual({
    ...made,
    id: 'deliver',
    metadata: { ...made.metadata, name: 'Deliver anything' },
  });
});
