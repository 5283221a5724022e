import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { aUser, fakeGate, type SentRequest } from '../testing/fake-gate.ts';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** The first page of a run is loaded and compiled. */
const SLOW = { timeout: 10_000 };

const none = { mapped: 0, approximated: 0, unsupported: 0, stages: [], notes: [] };
const documents = [
  {
    ...{ ...none, source: 'shop/deploy.json', path: '$', kind: 'pipeline', name: 'Deploy', application: 'shop' },
    ...{ result: 'would be imported', mapped: 2, notes: ['it names no application; shop was taken'] },
    rehearsal: { status: 'SUCCEEDED', durationMs: 90_000 },
  },
  {
    ...{ ...none, source: 'shop/deploy.json', path: '$[1]', kind: 'pipeline', name: 'Old', application: 'shop' },
    ...{ result: 'exists', existingId: 'p1', mapped: 1, unsupported: 1 },
    stages: [
      {
        ...{ path: 'stages[0]', type: 'runJob', name: 'Job', verdict: 'unsupported' },
        reasons: [{ path: 'stages[0].type', reason: 'this system has no such type' }],
      },
    ],
  },
  {
    ...{ ...none, source: 'module.json', path: '$', name: '', application: '', result: 'refused' },
    ...{ reason: 'It is a template that has to be rendered first', fix: 'render it and import the result' },
  },
];
const stageTypes = [
  { type: 'deploy', mapped: 3, approximated: 0, unsupported: 0 },
  { type: 'runJob', mapped: 0, approximated: 0, unsupported: 1, why: 'this system has no such type' },
];
const gate = {
  'GET /auth/user': aUser(),
  'GET /applications': [{ name: 'shop' }],
  'POST /import': ({ body }: SentRequest) => {
    const { dryRun = false, only } = body as { dryRun?: boolean; only?: { path: string }[] };
    if (dryRun) return { dryRun, documents, stageTypes };
    const stored = documents.filter(({ path }) => only?.some((each) => each.path === path));
    return { dryRun, stageTypes, documents: stored.map((each) => ({ ...each, result: 'replaced' })) };
  },
};

const asked = (sent: readonly SentRequest[]) => sent.filter(({ path }) => path === '/import').at(-1)?.body;

async function lookAt(): Promise<void> {
  fireEvent.click(screen.getByRole('button', { name: 'Show what an import would do' }));
  await screen.findByRole('table', { name: 'Documents' });
}

describe('the import page', () => {
  it('shows what an import of chosen files would do before anything is stored, and imports what is ticked', async () => {
    const sent = fakeGate(gate);
    renderPage('/import');
    const files = await screen.findByLabelText('Files', {}, SLOW);
    expect(screen.getByRole('button', { name: /Show what/ }).hasAttribute('disabled')).toBe(true);
    fireEvent.change(files, {
      target: { files: [new File(['{"stages":[]}'], 'deploy.json'), new File([new Uint8Array([0xff])], 'x.bin')] },
    });
    expect(await screen.findByText(/is left out: It is no UTF-8 text/)).toBeDefined();
    fireEvent.change(screen.getByLabelText(/Application of documents/, { selector: 'input' }), {
      target: { value: 'shop' },
    });
    await lookAt();
    const request = { files: [{ name: 'deploy.json', text: '{"stages":[]}' }], application: 'shop' };
    expect(asked(sent)).toEqual({ ...request, dryRun: true });

    expect(
      screen.getByText('3 documents: 1 can be imported, 1 left alone: there is such a one already, 1 refused.'),
    ).toBeDefined();
    const row = (name: string) => within(screen.getByRole('checkbox', { name }).closest('tr') ?? document.body);
    expect(row('Import Deploy').getByText('Runs to its end, 1m 30s')).toBeDefined();
    expect(row('Import Old').getByText('1 unsupported')).toBeDefined();
    expect(row('Import Old').getByText(/this system has no such type/)).toBeDefined();
    expect(row('Import module.json').getByText('render it and import the result')).toBeDefined();
    expect(screen.getByRole('checkbox', { name: 'Import Old' }).hasAttribute('disabled')).toBe(true);
    expect(await violations()).toEqual([]);

    fireEvent.click(screen.getByRole('radio', { name: 'Make these their newest version' }));
    expect(row('Import Old').getByText('Becomes its newest version')).toBeDefined();
    fireEvent.click(screen.getByRole('checkbox', { name: 'Import Deploy' }));
    fireEvent.click(screen.getByRole('button', { name: 'Import one document' }));
    expect(await screen.findByText('What the import did')).toBeDefined();
    expect(asked(sent)).toEqual({
      ...request,
      rehearse: false,
      replace: true,
      only: [{ source: 'shop/deploy.json', path: '$[1]' }],
    });
    expect(screen.getByRole('link', { name: 'Old' }).getAttribute('href')).toContain('/applications/shop/executions');
    expect(screen.queryByRole('checkbox')).toBeNull();
  });

  it('takes a pasted text for JSON or YAML, and forgets what it showed when the text changes', async () => {
    const sent = fakeGate(gate);
    renderPage('/import');
    const paste = await screen.findByLabelText('Or paste a text', {}, SLOW);
    fireEvent.change(paste, { target: { value: 'apiVersion: pacrd.armory.spinnaker.io/v1alpha1' } });
    await lookAt();
    expect(asked(sent)).toMatchObject({ files: [{ name: 'pasted.yml' }] });
    fireEvent.change(paste, { target: { value: ' [{"stages":[]}]' } });
    expect(screen.queryByRole('table')).toBeNull();
    await lookAt();
    expect(asked(sent)).toMatchObject({ files: [{ name: 'pasted.json' }] });
  });

  it('reads what is dropped', async () => {
    fakeGate(gate);
    renderPage('/import');
    const zone = (await screen.findByText('Drop files or a folder here', {}, SLOW)).parentElement;
    if (!zone) throw new Error('there is a place to drop on');
    const file = new File(['{}'], 'one.json');
    fireEvent.drop(zone, { dataTransfer: { items: [], files: [file] } });
    expect(await screen.findByText('one.json')).toBeDefined();
    fireEvent.click(screen.getByRole('button', { name: 'Take away' }));
    await waitFor(() => expect(screen.queryByText('one.json')).toBeNull());
  });
});
