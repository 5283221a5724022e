import { describe, expect, it } from 'vitest';
import { createExecution } from './create.ts';
import { evolve } from './evolve.ts';
import type { ExecutionState, StageState } from './model.ts';
import { executionForExpressions, expressionScope, startScope } from './scope.ts';

const event = createExecution({
  id: 'E',
  type: 'PIPELINE',
  application: 'shop',
  name: 'P',
  trigger: { type: 'manual', parameters: { version: '1' } },
  by: { user: 'ann', roles: [], admin: false },
  stages: [
    { type: 'wait', refId: '1', name: 'First' },
    { type: 'wait', refId: '2', name: 'Second', requisiteStageRefIds: ['1'], own: 'mine', parameters: { own: 1 } },
  ],
  now: 0,
});
const made = evolve(undefined, event);
const [first, second] = Object.values(made.stages) as [StageState, StageState];
/** The first stage has ended with outputs, which the second sees. */
const state: ExecutionState = {
  ...made,
  stages: { ...made.stages, [first.id]: { ...first, outputs: { image: 'app:1', own: 'hidden' } } },
};
const names = ['execution', 'trigger', 'parameters', 'templateVariables', 'own', 'image', 'name', 'constructor'];

describe('the names that expressions see', () => {
  it('of an execution are itself and its trigger as a map, with the parameters', () => {
    const scope = expressionScope(state);
    expect(Object.fromEntries(names.map((name) => [name, scope.lookup(name)]))).toEqual({
      execution: executionForExpressions(state),
      trigger: { type: 'manual', parameters: { version: '1' } },
      parameters: { version: '1' },
    });
  });

  it('of a stage are those, its own fields, and what the stages before it put out', () => {
    const scope = expressionScope(state, second);
    expect(Object.fromEntries(names.map((name) => [name, scope.lookup(name)]))).toEqual({
      execution: executionForExpressions(state),
      trigger: { type: 'manual', parameters: { version: '1' } },
      parameters: { version: '1' },
      own: 'mine',
      image: 'app:1',
    });
  });

  it('at the start of a pipeline are those of its trigger alone', () => {
    const scope = startScope(state);
    expect(names.filter((name) => scope.lookup(name) !== undefined)).toEqual(['trigger', 'parameters']);
    expect(scope.unknownKeys).toBe('error');
  });
});
