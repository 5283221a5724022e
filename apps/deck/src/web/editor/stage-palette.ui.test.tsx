import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { renderDeck } from '../testing/render-deck.tsx';
import { problemsOf } from './problems.ts';
import { StagePalette } from './stage-palette.tsx';

afterEach(cleanup);

describe('stage types that an operator set up', () => {
  const smoke = { type: 'smokeTest', label: 'Smoke test', description: 'Calls the smoke tester' };
  it('stand in the palette, are found by typing, and Enter takes one', () => {
    const onChoose = vi.fn();
    renderDeck(
      <StagePalette opened after={undefined} preconfigured={[smoke]} onClose={() => {}} onChoose={onChoose} />,
    );
    expect(screen.getByRole('region', { name: 'Set up by your operator' })).toBeDefined();
    const find = screen.getByLabelText('Find a stage type');
    fireEvent.change(find, { target: { value: 'smoke' } });
    fireEvent.keyDown(find, { key: 'Enter' });
    expect(onChoose).toHaveBeenCalledWith(smoke);
  });
  it('are no problem of a pipeline', () => {
    const pipeline = {
      application: 'hello',
      name: 'P',
      stages: [{ type: 'smokeTest', name: 'Smoke', refId: '1', requisiteStageRefIds: [] }],
    };
    expect(problemsOf(pipeline)).toHaveLength(1);
    expect(problemsOf(pipeline, [], new Set(['smokeTest']))).toEqual([]);
  });
});
