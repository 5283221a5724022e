import type { Pipeline } from '@gennaker/contracts/front50';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { StartDialog } from '../executions/start-dialog.tsx';
import { violations } from '../testing/axe.ts';
import { fakeGate } from '../testing/fake-gate.ts';
import { renderDeck } from '../testing/render-deck.tsx';
import { ArtifactChoice } from './artifact-choice.tsx';
import { ExpectedArtifactsForm } from './expected-artifacts-form.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const image = { type: 'docker/image', name: 'registry/shop', version: '1.2', reference: 'registry/shop:1.2' };
const older = { ...image, version: '1.1', reference: 'registry/shop:1.1' };
const expected = { id: 'a1', displayName: 'image', matchArtifact: { type: 'docker/image', name: 'registry/shop' } };
const pipeline: Pipeline = {
  ...{ id: 'p1', application: 'shop', name: 'Deliver', stages: [] },
  expectedArtifacts: [expected],
};
const binding = {
  ...{ id: 'a1', displayName: 'image', considered: true, bound: image, origin: 'prior', executionId: 'e1' },
  reason: { summary: 'nothing came with the start; an earlier execution had it' },
  offers: [
    { artifact: image, origin: 'latest', executionId: 'e1', at: 1, matches: true, reason: 'name and type match' },
    { artifact: older, origin: 'prior', executionId: 'e0', at: 1, matches: true, reason: 'name and type match' },
    {
      ...{ artifact: { type: 'http/file' }, origin: 'received', matches: false },
      reason: 'its type is http/file, not docker/image',
    },
  ],
};
const answers = {
  'POST /artifacts/bindings': { bindings: [binding] },
  'GET /artifacts/credentials': [
    { name: 'my-files', types: ['http/file'] },
    { name: 'my-registry', types: ['docker/image'] },
  ],
  'GET /artifacts/account/my-registry/names': ['registry/shop'],
  'GET /artifacts/account/my-registry/versions': [],
};

/** Shows the form and keeps what it writes. */
function showArtifacts(start: Pipeline): { pipeline: Pipeline } {
  const held = { pipeline: start };
  function Host() {
    const [value, setValue] = useState(start);
    held.pipeline = value;
    return <ExpectedArtifactsForm pipeline={value} onEdit={setValue} />;
  }
  renderDeck(<Host />);
  return held;
}

const written = (held: { pipeline: Pipeline }): unknown => (held.pipeline['expectedArtifacts'] as unknown[])[0];

describe('expected artifacts', () => {
  it('are added and told what they must be, and what stands in for them', async () => {
    fakeGate(answers);
    const held = showArtifacts({ ...pipeline, expectedArtifacts: [] });
    fireEvent.click(screen.getByRole('button', { name: 'Add artifact' }));
    fireEvent.change(screen.getByLabelText('Name of artifact 1'), { target: { value: 'image' } });
    const match = within(screen.getByRole('region', { name: 'What image must be' }));
    fireEvent.change(match.getByRole('combobox', { name: 'Type' }), { target: { value: 'docker/image' } });
    fireEvent.change(match.getByLabelText('Image'), { target: { value: 'registry/shop' } });
    fireEvent.click(screen.getByRole('switch', { name: /^Otherwise the one of an earlier execution/ }));
    fireEvent.click(screen.getByRole('switch', { name: /^Otherwise a default/ }));
    const fallback = within(screen.getByRole('region', { name: 'Default of image' }));
    fireEvent.change(fallback.getByRole('combobox', { name: 'Account' }), { target: { value: 'my-registry' } });
    expect(written(held)).toMatchObject({
      ...{ displayName: 'image', usePriorArtifact: true, useDefaultArtifact: true },
      matchArtifact: { type: 'docker/image', name: 'registry/shop' },
      defaultArtifact: { type: 'docker/image', artifactAccount: 'my-registry' },
    });
    expect(await violations()).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Remove the artifact image' }));
    expect(held.pipeline['expectedArtifacts']).toEqual([]);
  });

  it('say what a start would bind now, from where, and why others do not fit', async () => {
    const sent = fakeGate(answers);
    showArtifacts(pipeline);
    expect(await screen.findByText(/an earlier execution had it/)).toBeDefined();
    expect(screen.getByText(', of an earlier execution')).toBeDefined();
    expect(screen.getByText(/its type is http\/file, not docker\/image/)).toBeDefined();
    expect(sent.find(({ path }) => path === '/artifacts/bindings')?.body).toMatchObject({
      ...{ application: 'shop', pipeline: { id: 'p1', expectedArtifacts: [expected] } },
      trigger: { type: 'manual', expectedArtifactIds: ['a1'] },
    });
    expect(await violations()).toEqual([]);
  });

  it('offer the accounts that fetch such artifacts alone', async () => {
    fakeGate(answers);
    showArtifacts({
      ...pipeline,
      expectedArtifacts: [{ ...expected, useDefaultArtifact: true, defaultArtifact: { type: 'docker/image' } }],
    });
    fireEvent.focus(await screen.findByRole('combobox', { name: 'Account' }));
    expect(await screen.findByRole('option', { name: 'my-registry', hidden: true })).toBeDefined();
    expect(screen.queryByRole('option', { name: 'my-files', hidden: true })).toBeNull();
  });

  it('of a trigger are chosen by name; one that is gone is named', () => {
    renderDeck(
      <ArtifactChoice label="Artifacts" help="" expected={[expected]} value={['a1', 'gone']} onChange={() => {}} />,
    );
    expect(screen.getByText('The pipeline expects no artifact gone')).toBeDefined();
    expect(screen.getAllByText('image').length).toBeGreaterThan(0);
  });
});

describe('starting a pipeline that expects artifacts', () => {
  it('offers what fits, and brings what was chosen', async () => {
    const sent = fakeGate({
      ...answers,
      'POST /pipelines/plan': {},
      'POST /pipelines/shop/Deliver': { ref: '/pipelines/e9' },
      'GET /pipelines/e9': undefined,
    });
    renderDeck(<StartDialog pipeline={pipeline} running={0} onClose={() => {}} />);
    fireEvent.click(await screen.findByRole('combobox', { name: 'image' }));
    fireEvent.click(await screen.findByRole('option', { name: /registry\/shop.*1\.1/ }));
    await waitFor(() =>
      expect(
        sent.some(
          ({ path, body }) =>
            path === '/artifacts/bindings' && JSON.stringify(body).includes('"artifacts":[{"type":"docker/image"'),
        ),
      ).toBe(true),
    );
    fireEvent.click(screen.getByRole('button', { name: 'Start' }));
    await waitFor(() =>
      expect(sent.find(({ path }) => path === '/pipelines/shop/Deliver')?.body).toMatchObject({ artifacts: [older] }),
    );
  });
});
