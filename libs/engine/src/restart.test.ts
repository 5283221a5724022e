import { namedOnly } from '@gennaker/contracts/people';
import { describe, expect, it } from 'vitest';
import { Run, stage } from './engine.fixture.ts';

const ok = { tasks: [['SUCCEEDED']] } as const;
const bad = { tasks: [['TERMINAL']] } as const;
const slow = { tasks: [['RUNNING', 'RUNNING', 'RUNNING', 'SUCCEEDED']] } as const;
const ann = namedOnly('ann');

function run(...stages: Parameters<typeof stage>[]): Run {
  const made = new Run(stages.map((one) => stage(...one)));
  made.send({ type: 'Start' });
  return made;
}
const restart = (r: Run, name: string, admitted = true) =>
  r.send({ type: 'Restart', stageId: r.stage(name).id, by: ann, admitted });
/** From now on the stage's tasks answer this. */
const mend = (r: Run, name: string) => {
  const one = r.stage(name);
  r.send({ type: 'Patch', stageId: one.id, patch: { script: ok }, by: ann });
};

describe('restart from a stage', () => {
  it('runs it and everything after it again, and ends as a fresh run would', () => {
    const r = run(['1', [], ok], ['2', ['1'], ok], ['3', ['2'], ok]).settle();
    restart(r, '2');
    expect(r.statuses()).toEqual({ 1: 'SUCCEEDED', 2: 'RUNNING', 3: 'NOT_STARTED' });
    expect(r.state).toMatchObject({ status: 'RUNNING', canceled: false });
    expect(r.settle().state.status).toBe('SUCCEEDED');
    expect(r.folded).toEqual(r.state);
  });
  it('never uses the keys of the first run again', () => {
    const r = run(['1', [], ok]).settle();
    const first = r.stage('1').tasks[0]?.attempt;
    restart(r, '1');
    expect(r.stage('1').tasks[0]?.attempt).toBe((first ?? 0) + 1);
    r.settle();
    restart(r, '1');
    expect(r.stage('1').tasks[0]?.attempt).toBe((first ?? 0) + 2);
  });
  it('takes nothing from the run before, not even a late result', () => {
    const r = run(['1', [], bad]);
    const late = r.asked.find((effect) => effect.type === 'RunTask');
    r.settle();
    restart(r, '1');
    const { version } = r.state;
    if (late?.type === 'RunTask') r.send(r.answer(late));
    expect(r.state.version).toBe(version);
  });
  it('keeps who restarted it, when, and what had gone wrong', () => {
    const r = run(['1', [], bad]).settle();
    restart(r, '1');
    expect(r.stage('1').context).toMatchObject({
      again: true,
      restartDetails: { restartedBy: 'ann', restartTime: r.now, previousException: { operation: 'task1' } },
    });
    expect(r.stage('1').context['exception']).toBeUndefined();
  });
  it('plans synthetic stages anew', () => {
    const r = run(['1', [], { ...ok, before: [{ name: 'b', ...ok }], after: [{ name: 'a', ...ok }] }]).settle();
    const before = r.stage('b').id;
    restart(r, 'b');
    expect(r.stage('b').id).not.toBe(before);
    expect(Object.keys(r.statuses()).sort()).toEqual(['1', '1<1']);
    expect(r.settle().statuses()).toEqual({ 1: 'SUCCEEDED', '1<1': 'SUCCEEDED', '1>1': 'SUCCEEDED' });
  });
  it('runs what the failure had cancelled, too', () => {
    const r = run(['1', [], bad], ['2', [], slow], ['3', ['1', '2'], ok]).settle();
    expect(r.statuses()).toEqual({ 1: 'TERMINAL', 2: 'CANCELED', 3: 'NOT_STARTED' });
    restart(r, '1');
    expect(r.stage('2').status).toBe('RUNNING');
  });
  it('revives an execution that a person had cancelled', () => {
    const r = run(['1', [], slow]);
    r.send({ type: 'Cancel', user: 'bob' });
    r.settle();
    restart(r, '1');
    expect(r.settle().state).toMatchObject({ status: 'SUCCEEDED', canceled: false });
    expect(r.state.canceledBy).toBeUndefined();
  });
  it('ends TERMINAL when another branch had failed before and stays so', () => {
    const r = run(
      ['1', [], { tasks: [['RUNNING', 'TERMINAL']] }],
      ['2', [], { tasks: [['TERMINAL']] }],
      ['3', ['2'], ok],
    );
    r.settle();
    const other = r.stage('1').status === 'TERMINAL' ? '2' : '1';
    restart(r, other);
    expect(r.state.status).toBe('RUNNING');
    expect(r.settle().state.status).toBe('TERMINAL');
  });
  it('leaves a running stage alone', () => {
    const r = run(['1', [], slow]);
    expect(restart(r, '1')).toEqual([]);
  });
  it('waits for a slot when it is not admitted, and goes on at Start', () => {
    const r = run(['1', [], ok]).settle();
    restart(r, '1', false);
    expect(r.state).toMatchObject({ status: 'NOT_STARTED', reason: { summary: expect.stringContaining('turn') } });
    r.settle();
    expect(r.state.status).toBe('NOT_STARTED');
    r.send({ type: 'Start' });
    expect(r.settle().state.status).toBe('SUCCEEDED');
  });
});

describe('ignoring a failure', () => {
  it('counts the stage as FAILED_CONTINUE and lets what follows go on', () => {
    const r = run(['1', [], bad], ['2', ['1'], ok], ['3', [], slow]).settle();
    r.send({ type: 'IgnoreFailure', stageId: r.stage('1').id, by: ann, reason: 'known flaky' });
    r.settle();
    expect(r.state.status).toBe('SUCCEEDED');
    expect(r.statuses()).toEqual({ 1: 'FAILED_CONTINUE', 2: 'SUCCEEDED', 3: 'SUCCEEDED' });
    expect(r.stage('1').reason?.summary).toMatch(/ann let it count as passed.*TERMINAL.*known flaky/);
  });
  it('means nothing for a stage that did not fail', () => {
    const r = run(['1', [], ok]).settle();
    expect(r.send({ type: 'IgnoreFailure', stageId: r.stage('1').id, by: ann })).toEqual([]);
  });
});

describe('ending by force', () => {
  it('ends everything at once, and says that nothing was cleaned up', () => {
    const r = run(['1', [], { ...slow, cleanup: true }], ['2', ['1'], ok]);
    r.send({ type: 'ForceCancel', user: 'admin', reason: 'stuck' });
    expect(r.state).toMatchObject({ status: 'CANCELED', canceledBy: 'admin' });
    expect(r.stage('1')).toMatchObject({ status: 'CANCELED', reason: { next: expect.stringContaining('by hand') } });
    expect(r.stage('1').tasks.some((task) => task.cleanup)).toBe(false);
  });
});

describe('waiting for a slot', () => {
  it('says why, and forgets it when it starts', () => {
    const r = new Run([stage('1', [], ok)]);
    const reason = { summary: 'second in line' };
    r.send({ type: 'Queue', reason });
    expect(r.state).toMatchObject({ status: 'NOT_STARTED', reason });
    expect(r.send({ type: 'Queue', reason })).toEqual([]);
    r.send({ type: 'Start' });
    expect(r.state.reason).toBeUndefined();
  });
  it('ends CANCELED at once when it is cancelled before its start', () => {
    const r = new Run([stage('1', [], ok)]);
    r.send({ type: 'Cancel', user: 'system', reason: 'superseded' });
    expect(r.state.status).toBe('CANCELED');
    expect(r.stage('1').status).toBe('NOT_STARTED');
  });
});

it('skipping a stage by hand skips all that it has not begun', () => {
  const r = run(['1', [], { before: [{ name: 'b', ...slow }], ...ok }], ['2', ['1'], ok]);
  mend(r, '2');
  r.send({ type: 'Patch', stageId: r.stage('1').id, patch: { manualSkip: true }, by: ann });
  expect(r.stage('1').status).toBe('SKIPPED');
  expect(r.stage('b').status).toBe('SKIPPED');
  expect(r.settle().state.status).toBe('SUCCEEDED');
});

describe('what cannot be run again yet', () => {
  const again = (r: Run): readonly unknown[] =>
    r.send({ type: 'Restart', stageId: r.stage('1').id, by: namedOnly('ann'), admitted: true });
  it('an execution that is being cancelled: its clean-ups come first', () => {
    const r = new Run([stage('1', [], { tasks: [['RUNNING']], cleanup: true })]);
    r.send({ type: 'Start' });
    r.send({ type: 'Cancel', user: 'ann' });
    expect(again(r)).toEqual([]);
    r.settle();
    expect(r.state.status).toBe('CANCELED');
    expect(again(r)).not.toEqual([]);
  });
  it('a cancelled execution stays as it ended when ignoring a failure means nothing', () => {
    const r = new Run([stage('1', [], { tasks: [['SUCCEEDED']] }), stage('2', ['1'], { tasks: [['RUNNING']] })]);
    r.send({ type: 'Start' });
    const effect = r.asked.shift();
    if (effect?.type === 'RunTask') r.send(r.answer(effect));
    r.send({ type: 'ForceCancel', user: 'ann' });
    expect(r.send({ type: 'IgnoreFailure', stageId: r.stage('1').id, by: namedOnly('ann') })).toEqual([]);
  });
  it('one that waits for its slot goes on waiting, with the reason that it had', () => {
    const r = new Run([stage('1', [], { tasks: [['SUCCEEDED']] })]);
    r.send({ type: 'Queue', reason: { summary: 'one at a time' } });
    again(r);
    expect(r.state.status).toBe('NOT_STARTED');
    expect(r.state.reason?.summary).toBe('one at a time');
    r.send({ type: 'Start' });
    expect(r.settle().state.status).toBe('SUCCEEDED');
  });
});
