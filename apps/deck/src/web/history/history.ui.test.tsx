import { ServiceError } from '@gennaker/contracts/error';
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

const wait = (waitTime: number) => ({ refId: '1', type: 'wait', name: 'Rest', requisiteStageRefIds: [], waitTime });
const pipeline = (version: number, keys: Record<string, unknown> = {}) => ({
  id: 'p1',
  name: 'Deliver',
  application: 'hello',
  updateTs: String(version * 1000),
  lastModifiedBy: version === 1 ? 'ann' : 'ben',
  stages: [wait(version)],
  ...keys,
});
const change = (path: string, before: unknown, after: unknown) => ({
  path,
  kind: 'changed',
  before,
  after,
  sentence: `${path} ${JSON.stringify(before)} became ${JSON.stringify(after)}`,
});
const waited = change('stages[Rest].waitTime', 1, 2);
const versionOf = (version: number) => ({
  version,
  updateTs: String(version * 1000),
  lastModifiedBy: version === 1 ? 'ann' : 'ben',
  deleted: false,
});
const history = {
  ...helloClouds(),
  'GET /auth/user': aUser(),
  'GET /applications/hello/pipelineConfigs': [pipeline(2)],
  'GET /applications/hello/pipelines': [],
  'GET /pipelineConfigs/p1/changes': [
    { ...versionOf(2), changes: [waited] },
    { ...versionOf(1), changes: [] },
  ],
  'GET /pipelineConfigs/p1/history': [pipeline(2, { version: 2 }), pipeline(1, { version: 1 })],
  'GET /pipelineConfigs/p1/diff': { from: versionOf(1), to: versionOf(2), changes: [waited] },
  'GET /pipelineConfigs/p1/blame': [
    { path: 'name', version: 1, updateTs: '1000', lastModifiedBy: 'ann' },
    { path: 'stages[1]', version: 2, updateTs: '2000', lastModifiedBy: 'ben' },
  ],
};
const ADDRESS = '/applications/hello/executions/configure/p1';
/** The first page of a run is loaded and compiled. */
const SLOW = { timeout: 10_000 };

describe('the versions of a pipeline', () => {
  it('tells what each changed and who did it, and restores an earlier one', async () => {
    const sent = fakeGate({ ...history, 'POST /pipelineConfigs/p1/restore': pipeline(3) });
    renderPage(`${ADDRESS}/history`);
    const list = within(await screen.findByRole('list', { name: 'Versions, newest first' }, SLOW));
    expect(list.getByText(waited.sentence)).toBeDefined();
    const difference = within(screen.getByRole('region', { name: 'Difference' }));
    expect(await difference.findByText(waited.sentence)).toBeDefined();
    // Both sides are there, each with its name, before the page is judged.
    expect(await difference.findAllByRole('textbox', {}, SLOW)).toHaveLength(2);
    expect(await violations()).toEqual([]);

    expect(list.queryByRole('button', { name: 'Restore version 2' })).toBeNull();
    fireEvent.click(list.getByRole('button', { name: 'Restore version 1' }));
    const dialog = within(await screen.findByRole('dialog', { name: 'Restore version 1?' }));
    expect(await violations()).toEqual([]);
    fireEvent.click(dialog.getByRole('button', { name: 'Restore version 1' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(sent.find(({ method }) => method === 'POST')?.body).toEqual({ version: 1 });
  });

  it('names for each part who wrote it last, and in which version', async () => {
    fakeGate(history);
    renderPage(`${ADDRESS}/history?show=authors`);
    const row = within((await screen.findByText('stages[1]', {}, SLOW)).closest('tr') as HTMLElement);
    expect(row.getByText('ben')).toBeDefined();
    expect(row.getByText('Rest')).toBeDefined();
    expect(await violations()).toEqual([]);
  });
});

describe('a pipeline that somebody else saved meanwhile', () => {
  it('shows both sides, asks for each collision, and saves both together', async () => {
    const theirs = pipeline(3, { stages: [wait(7)], description: 'Theirs' });
    const stale = {
      updateTs: '3000',
      lastModifiedBy: 'ben',
      version: 3,
      deleted: false,
      theirs: [change('stages[Rest].waitTime', 2, 7)],
      yours: [change('stages[Rest].waitTime', 2, 9)],
      conflicts: ['stages[Rest].waitTime'],
    };
    const sent = fakeGate({
      ...history,
      'GET /pipelineConfigs/p1': {
        pipeline: theirs,
        text: JSON.stringify(theirs),
        warnings: [],
        version: 3,
        lastModifiedBy: 'ben',
        updateTs: '3000',
      },
      'POST /pipelineConfigs': ({ body }: { readonly body: unknown }) =>
        JSON.stringify(body).includes('"3000"')
          ? { pipeline: { ...(body as object), updateTs: '4000' }, warnings: [] }
          : new ServiceError(400, 'The submitted pipeline is stale', { stale }),
    });
    renderPage(`${ADDRESS}?node=1`);
    const [field] = await screen.findAllByLabelText(/wait/i, { selector: 'input' }, SLOW);
    if (!field) throw new Error('There is no field for the time to wait');
    fireEvent.change(field, { target: { value: '9' } });
    fireEvent.blur(field);
    fireEvent.click(await screen.findByRole('button', { name: 'Save' }));

    const dialog = within(await screen.findByRole('dialog', { name: 'Somebody else saved this pipeline' }));
    const both = within(dialog.getByRole('region', { name: 'Changed by both' }));
    expect(both.getByText('stages[1].waitTime')).toBeDefined();
    expect(dialog.getByRole('button', { name: 'Choose 1 more to save both' })).toHaveProperty('disabled', true);
    expect(await violations()).toEqual([]);
    fireEvent.click(both.getByLabelText('Mine'));
    fireEvent.click(dialog.getByRole('button', { name: 'Save both together' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    const saved = sent.filter(({ method }) => method === 'POST').at(-1)?.body;
    expect(saved).toMatchObject({ updateTs: '3000', description: 'Theirs', stages: [{ refId: '1', waitTime: 9 }] });
  });
});

describe('the page of deleted things', () => {
  it('tells who deleted what, and brings it back', async () => {
    const sent = fakeGate({
      ...history,
      'GET /recycleBin': [
        { kind: 'pipeline', id: 'p9', name: 'Old', application: 'hello', version: 4, deletedBy: 'ben', deletedTs: '1' },
      ],
      'POST /recycleBin/pipeline/p9/restore': new ServiceError(400, 'A pipeline with name Old already exists'),
    });
    renderPage('/deleted');
    fireEvent.click(await screen.findByRole('button', { name: 'Restore pipeline Old' }, SLOW));
    expect(await screen.findByText('A pipeline with name Old already exists')).toBeDefined();
    expect(sent.some(({ method, path }) => method === 'POST' && path === '/recycleBin/pipeline/p9/restore')).toBe(true);
    expect(await violations()).toEqual([]);
  });
});
