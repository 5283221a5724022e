import type { Pipeline } from '@gennaker/contracts/front50';
import { describe, expect, it } from 'vitest';
import { step } from './history.ts';

const pipeline = (name: string): Pipeline => ({ name, application: 'a', updateTs: '1' });
const start = {
  past: [],
  present: pipeline('0'),
  future: [],
  stored: pipeline('0'),
  field: undefined,
  at: 0,
};
const edit = (name: string, field: string | undefined, at: number) =>
  ({ do: 'edit', pipeline: pipeline(name), field, at }) as const;

describe('the history of edits', () => {
  it('undoes keystrokes in one field together and other edits one by one', () => {
    const edits = [edit('1', 'name', 0), edit('2', 'name', 300), edit('3', 'name', 5000), edit('4', undefined, 5100)];
    let state = edits.reduce(step, start);
    const seen: string[] = [];
    while (state.past.length > 0) {
      state = step(state, { do: 'undo' });
      seen.push(state.present.name);
    }
    expect(seen).toEqual(['3', '2', '0']);
  });

  it('redoes what was undone until something new is done', () => {
    let state = [edit('1', undefined, 0), edit('2', undefined, 1)].reduce(step, start);
    state = step(state, { do: 'undo' });
    expect(step(state, { do: 'redo' }).present.name).toBe('2');
    state = step(state, edit('3', undefined, 2));
    expect(step(state, { do: 'redo' })).toBe(state);
  });

  it('takes over the stored version and keeps edits when it is to be overwritten', () => {
    const edited = step(start, edit('mine', undefined, 0));
    const stored = { ...pipeline('theirs'), updateTs: '9' };
    expect(step(edited, { do: 'stored', pipeline: stored, keepEdits: true }).present).toEqual({
      ...pipeline('mine'),
      updateTs: '9',
    });
    expect(step(edited, { do: 'stored', pipeline: stored, keepEdits: false }).present).toEqual(stored);
  });
});
