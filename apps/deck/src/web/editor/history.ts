import type { Pipeline } from '@gennaker/contracts/front50';
import { useCallback, useReducer } from 'react';

/** Edits kept for undo. */
const DEPTH = 100;
/** Edits of the same field within this time (ms) are undone together. */
const TOGETHER_MS = 900;

interface History {
  readonly past: readonly Pipeline[];
  readonly present: Pipeline;
  readonly future: readonly Pipeline[];
  /** The pipeline as it is stored. */
  readonly stored: Pipeline;
  readonly field: string | undefined;
  readonly at: number;
}

type Step =
  | { readonly do: 'edit'; readonly pipeline: Pipeline; readonly field: string | undefined; readonly at: number }
  | { readonly do: 'undo' | 'redo' | 'revert' }
  | { readonly do: 'stored'; readonly pipeline: Pipeline; readonly keepEdits: boolean };

/** Pure step of the editor's history. */
export function step(state: History, action: Step): History {
  switch (action.do) {
    case 'edit': {
      if (action.pipeline === state.present) return state;
      const together = action.field !== undefined && action.field === state.field && action.at - state.at < TOGETHER_MS;
      return {
        ...state,
        past: together ? state.past : [...state.past, state.present].slice(-DEPTH),
        present: action.pipeline,
        future: [],
        field: action.field,
        at: action.at,
      };
    }
    case 'undo': {
      const before = state.past.at(-1);
      if (!before) return state;
      return {
        ...state,
        past: state.past.slice(0, -1),
        present: before,
        future: [state.present, ...state.future],
        field: undefined,
      };
    }
    case 'redo': {
      const [next, ...future] = state.future;
      if (!next) return state;
      return { ...state, past: [...state.past, state.present], present: next, future, field: undefined };
    }
    case 'revert':
      return {
        ...state,
        past: [...state.past, state.present].slice(-DEPTH),
        present: state.stored,
        future: [],
        field: undefined,
      };
    case 'stored':
      return action.keepEdits
        ? { ...state, stored: action.pipeline, present: { ...state.present, updateTs: action.pipeline.updateTs ?? '' } }
        : { past: [], present: action.pipeline, future: [], stored: action.pipeline, field: undefined, at: 0 };
  }
}

/** A pipeline under edit, with undo and redo. `edit`'s `field` joins keystrokes into one step. */
export function useHistory(stored: Pipeline) {
  const [state, dispatch] = useReducer(step, stored, (pipeline): History => ({
    past: [],
    present: pipeline,
    future: [],
    stored: pipeline,
    field: undefined,
    at: 0,
  }));
  const edit = useCallback(
    (pipeline: Pipeline, field?: string) => dispatch({ do: 'edit', pipeline, field, at: Date.now() }),
    [],
  );
  return {
    pipeline: state.present,
    stored: state.stored,
    dirty: state.present !== state.stored && JSON.stringify(state.present) !== JSON.stringify(state.stored),
    canUndo: state.past.length > 0,
    canRedo: state.future.length > 0,
    edit,
    undo: useCallback(() => dispatch({ do: 'undo' }), []),
    redo: useCallback(() => dispatch({ do: 'redo' }), []),
    revert: useCallback(() => dispatch({ do: 'revert' }), []),
    setStored: useCallback(
      (pipeline: Pipeline, keepEdits: boolean) => dispatch({ do: 'stored', pipeline, keepEdits }),
      [],
    ),
  };
}
