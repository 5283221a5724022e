import { isComplete } from '@gennaker/contracts/status';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { Run, type ScriptedStage, stage } from './engine.fixture.ts';

const quick = { tasks: [['SUCCEEDED']] } as const;
const run = (...stages: Parameters<typeof stage>[]): Run => {
  const r = new Run(stages.map((one) => stage(...one)));
  r.send({ type: 'Start' });
  return r.settle();
};

describe('synthetic stages', () => {
  it('nest to any depth, each level before and after its own tasks', () => {
    const nested = (depth: number): ScriptedStage => ({
      ...quick,
      name: `level ${depth}`,
      ...(depth === 0 ? {} : { before: [nested(depth - 1)] }),
    });
    const r = run(['1', [], { ...quick, before: [nested(6)] }]);
    expect(Object.keys(r.statuses())).toHaveLength(8);
    expect(r.stage('1<1<1<1<1<1<1<1').name).toBe('level 0');
    expect(r.state.status).toBe('SUCCEEDED');
  });

  it('that fail at the bottom end every level above them, each by its own failure mode', () => {
    const deep: ScriptedStage = { name: 'deep', tasks: [['TERMINAL']] };
    const middle: ScriptedStage = { name: 'middle', before: [deep], ...quick, flags: { continuePipeline: true } };
    const r = run(['1', [], { ...quick, before: [middle] }, { allowSiblingStagesToContinueOnFailure: true }]);
    expect(r.statuses()).toEqual({ '1': 'FAILED_CONTINUE', '1<1': 'FAILED_CONTINUE', '1<1<1': 'TERMINAL' });
    expect(r.stage('1').reason?.summary).toContain('middle');
    expect(r.state.status).toBe('SUCCEEDED');
  });

  it('let their siblings go on after a failure only where the stage allows it', () => {
    const before: ScriptedStage[] = [
      { name: 'bad', tasks: [['TERMINAL']], flags: { continuePipeline: true } },
      { name: 'next', ...quick, waitsFor: [0] },
    ];
    const strict = run(['1', [], { ...quick, before }]);
    expect(strict.statuses()).toEqual({ '1': 'FAILED_CONTINUE', '1<1': 'FAILED_CONTINUE' });
    const mild = run(['1', [], { ...quick, before }, { allowSiblingStagesToContinueOnFailure: true }]);
    expect(mild.statuses()).toEqual({ '1': 'FAILED_CONTINUE', '1<1': 'FAILED_CONTINUE', '1<2': 'SUCCEEDED' });
    expect(mild.stage('1').tasks[0]?.status).toBe('SUCCEEDED');
  });
});

describe('on-failure stages', () => {
  it('are not run again under a name that is done; those that were to wait for it go on', () => {
    const r = run([
      '1',
      [],
      {
        tasks: [['FAILED_CONTINUE']],
        after: [{ name: 'tidy', ...quick }],
        onFailure: [
          { name: 'tidy', ...quick },
          { name: 'report', ...quick, waitsFor: [0] },
        ],
      },
      { continuePipeline: true },
    ]);
    expect(Object.values(r.state.stages).map((one) => one.name)).toEqual(['stage 1', 'tidy', 'report']);
    expect(r.statuses()).toEqual({ '1': 'FAILED_CONTINUE', '1>1': 'SUCCEEDED', '1>2': 'SUCCEEDED' });
  });

  it('run once, and their own failure changes nothing of how the stage ended', () => {
    const r = run(['1', [], { tasks: [['TERMINAL']], onFailure: [{ name: 'undo', tasks: [['TERMINAL']] }] }]);
    expect(r.statuses()).toEqual({ '1': 'TERMINAL', '1>1': 'TERMINAL' });
    expect(r.events.filter((event) => event.type === 'StagesPlanned')).toHaveLength(1);
    expect(r.stage('1').reason?.summary).toContain('task1');
  });
});

describe('a stage after others that failed', () => {
  it('never starts behind a halted branch, however far away, and the execution ends all the same', () => {
    const r = run(
      ['1', [], { tasks: [['TERMINAL']] }, { failPipeline: false }],
      ['2', ['1'], quick],
      ['3', ['2'], quick],
      ['4', [], quick],
      ['5', ['3', '4'], quick],
    );
    expect(r.statuses()).toEqual({
      '1': 'STOPPED',
      '2': 'NOT_STARTED',
      '3': 'NOT_STARTED',
      '4': 'SUCCEEDED',
      '5': 'NOT_STARTED',
    });
    expect(r.state.status).toBe('SUCCEEDED');
  });

  it('starts behind a failure that was to be ignored, and once behind a join of many', () => {
    const r = run(
      ['1', [], { tasks: [['TERMINAL']] }, { continuePipeline: true }],
      ['2', [], quick],
      ['3', [], quick],
      ['4', ['1', '2', '3'], quick],
    );
    expect(r.statuses()['4']).toBe('SUCCEEDED');
    const starts = r.events.filter((event) => event.type === 'StageStarted' && event.stageId === r.stage('4').id);
    expect(starts).toHaveLength(1);
  });
});

describe('what a decision leaves alone', () => {
  it('is the same object as before, and the state decided upon never changes', () => {
    const r = new Run([stage('1', [], quick), stage('2', ['1'], quick), stage('3', [], { tasks: [['RUNNING']] })]);
    r.send({ type: 'Start' });
    const before = r.state;
    const kept = JSON.stringify(before);
    const asked = r.asked.find((effect) => effect.stageId === r.stage('1').id);
    if (asked?.type !== 'RunTask') throw new Error('the first stage was not asked for');
    const { state } = decide(before, r.answer(asked), r.env());
    expect(state.stages[r.stage('3').id]).toBe(before.stages[r.stage('3').id]);
    expect(isComplete(state.stages[r.stage('1').id]?.status ?? 'RUNNING')).toBe(true);
    expect(state.stages[r.stage('2').id]?.status).toBe('RUNNING');
    expect(JSON.stringify(before)).toBe(kept);
  });
});

describe('expressions that a type keeps for its own tasks', () => {
  it('are left as they are, beside others that are resolved', () => {
    const r = run(['1', [], quick, { kept: '${parameters}', other: '${true}' }]);
    expect(r.stage('1').context).toMatchObject({ kept: '${parameters}', other: true });
  });
});
