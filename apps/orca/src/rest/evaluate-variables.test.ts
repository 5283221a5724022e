import { createExecution } from '@gennaker/engine/create';
import { evolve } from '@gennaker/engine/evolve';
import type { ExecutionState } from '@gennaker/engine/model';
import type { Ports } from '@gennaker/extension-sdk/ports';
import { systemClock } from '@gennaker/service/clock';
import { describe, expect, it } from 'vitest';
import type { World } from '../world.ts';
import { evaluateVariables } from './evaluate-variables.ts';

const world: World = {
  clock: systemClock,
  definitions: new Map(),
  strategies: [],
  // These variables ask nothing of the outside.
  ports: {} as Ports,
};
const person = { user: 'ann', roles: [], admin: false };
const stages = ['1', '2'].map((refId) => ({ type: 'evaluateVariables', refId, requisiteStageRefIds: [] }));
const made = evolve(
  undefined,
  createExecution({
    id: 'E',
    type: 'PIPELINE',
    application: 'shop',
    name: 'P',
    trigger: { type: 'manual' },
    by: person,
    stages,
    now: 0,
  }),
);
/** Two stages beside each other, of which one put out `left` and the other `right`. */
const state: ExecutionState = {
  ...made,
  stages: Object.fromEntries(
    Object.entries(made.stages).map(([id, stage]) => [
      id,
      { ...stage, status: 'SUCCEEDED', outputs: stage.refId === '1' ? { left: 1 } : { right: 2 } },
    ]),
  ),
};
const evaluated = (refIds: readonly string[], variables: Readonly<Record<string, string>>, version = 'v4') =>
  evaluateVariables(
    world,
    state,
    refIds,
    Object.entries(variables).map(([key, value]) => ({ key, value })),
    { version, identity: { ...person, via: 'service' }, signal: new AbortController().signal, traceparent: '' },
  );

describe('variables that are tried', () => {
  it('see what the stages before their place put out', async () => {
    expect(await evaluated(['1', '2'], { a: '${left}', b: '${right}', sum: '${a + b}' })).toEqual({
      result: [
        { key: 'a', value: 1, sourceValue: '${left}' },
        { key: 'b', value: 2, sourceValue: '${right}' },
        { key: 'sum', value: 3, sourceValue: '${a + b}' },
      ],
    });
  });

  it('are no stage of the execution themselves', async () => {
    const { result } = await evaluated(['1'], { count: '${execution.stages.size()}' });
    expect(result).toMatchObject([{ value: 2 }]);
  });

  it('do not see stages that are not before it: those stay as written, each with its detail', async () => {
    const { result, detail } = await evaluated(['1'], { a: '${left}', b: '${right}', sum: '${left + right}' });
    expect(result).toMatchObject([{ value: 1 }, { value: '${right}' }, { value: '${left + right}' }]);
    expect(Object.keys(Object(detail))).toEqual(['{right}', '{left + right}']);
  });

  it('do not see each other in v3', async () => {
    const { result, detail } = await evaluated(['1', '2'], { a: '${1 + 1}', b: '${2 + 2}', sum: '${a + b}' }, 'v3');
    expect(result).toMatchObject([{ value: 2 }, { value: 4 }, { value: '${a + b}' }]);
    expect(Object.keys(Object(detail))).toEqual(['{a + b}']);
  });

  it('after a stage that is not there are refused', async () => {
    await expect(evaluated(['9'], { a: '1' })).rejects.toMatchObject({
      status: 400,
      details: { field: 'requisiteStageRefIds' },
    });
  });
});
