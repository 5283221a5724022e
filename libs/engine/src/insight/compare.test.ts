import { describe, expect, it } from 'vitest';
import { comparisonSchema } from '@gennaker/contracts/orca-insight';
import { Run, stage } from '../engine.fixture.ts';
import { compare, differencesOf } from './compare.ts';
import { stateAt } from './state-at.ts';

describe('two executions side by side', () => {
  it('tells what started them differently, and which stage went otherwise', () => {
    const run = (version: string, status: 'SUCCEEDED' | 'TERMINAL', more: boolean) => {
      const made = new Run(
        [stage('1', [], { tasks: [[status]] }), ...(more ? [stage('2', ['1'], { tasks: [['SUCCEEDED']] })] : [])],
        'PIPELINE',
        { trigger: { parameters: { version } } },
      );
      made.send({ type: 'Start' });
      return made.settle().state;
    };
    const found = comparisonSchema.parse(compare(run('1.0', 'SUCCEEDED', false), run('2.0', 'TERMINAL', true)));
    expect(found.differences).toEqual([{ path: 'trigger.parameters.version', a: '1.0', b: '2.0' }]);
    expect(found.stages[0]).toMatchObject({ refId: '1', a: { status: 'SUCCEEDED' }, b: { status: 'TERMINAL' } });
    expect(found.stages[0]?.differences).toContainEqual({ path: 'tasks.0.status', a: 'SUCCEEDED', b: 'TERMINAL' });
    expect(found.stages[1]).toMatchObject({ refId: '2', b: { status: 'NOT_STARTED' } });
    expect(found.stages[1]?.a).toBeUndefined();
  });

  it('says nothing of when a stage failed, and of restarts', () => {
    const failed = (context: Record<string, unknown>) => {
      const run = new Run([stage('1', [], { tasks: [['TERMINAL']] })]);
      run.send({ type: 'Start' });
      const { state } = run.settle();
      const [id, only] = Object.entries(state.stages)[0] ?? [];
      if (!id || !only) throw new Error('There is one stage');
      return { ...state, stages: { [id]: { ...only, context } } };
    };
    const once = failed({ exception: { timestamp: 1, details: { error: 'no' } }, restartDetails: { restartTime: 1 } });
    const again = failed({ exception: { timestamp: 2, details: { error: 'no' } } });
    expect(compare(once, again).stages[0]?.differences).toEqual([]);
  });

  it('finds nothing between equals, and paths to what is on one side only', () => {
    expect(differencesOf({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] })).toEqual([]);
    expect(differencesOf({ a: [1] }, { a: [1, 2], c: null })).toEqual([
      { path: 'a.1', b: 2 },
      { path: 'c', b: null },
    ]);
  });
});

describe('an execution as it was', () => {
  it('is the fold of its history up to that event, and nothing beyond its end', () => {
    const run = new Run([
      stage('1', [], { tasks: [['RUNNING', 'SUCCEEDED']] }),
      stage('2', ['1'], { tasks: [['TERMINAL']] }),
    ]);
    run.send({ type: 'Start' });
    run.settle();
    for (const event of run.events) expect(stateAt(run.events, event.sequence)?.version).toBe(event.sequence);
    expect(stateAt(run.events, run.events.length)).toEqual(run.state);
    expect(stateAt(run.events, run.events.length + 1)).toBeUndefined();
  });
});
