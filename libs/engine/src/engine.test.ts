import { namedOnly } from '@gennaker/contracts/people';
import { describe, expect, it } from 'vitest';
import { Run, stage } from './engine.fixture.ts';
import { executionView } from './view.ts';

const ok = { tasks: [['SUCCEEDED']] } as const;
const bad = { tasks: [['TERMINAL']] } as const;
const slow = { tasks: [['RUNNING', 'RUNNING', 'RUNNING', 'RUNNING', 'SUCCEEDED']] } as const;

function run(...stages: Parameters<typeof stage>[]): Run {
  const made = new Run(stages.map((one) => stage(...one)));
  made.send({ type: 'Start' });
  return made;
}

describe('failure modes', () => {
  it('halts the whole pipeline and cancels other branches', () => {
    const r = run(['1', [], bad], ['2', [], slow], ['3', ['1'], ok]).settle();
    expect(r.state.status).toBe('TERMINAL');
    expect(r.statuses()).toEqual({ 1: 'TERMINAL', 2: 'CANCELED', 3: 'NOT_STARTED' });
    expect(r.stage('2').reason?.summary).toContain('stage 1');
    const view = executionView(r.state);
    expect(view.stages[2]?.reason?.summary).toContain('Not run');
    expect(view.reason?.summary).toContain('stage 1');
  });
  it('halts one branch; the execution succeeds when the others are done', () => {
    const r = run(['1', [], bad, { failPipeline: false }], ['2', [], slow], ['3', ['1'], ok]).settle();
    expect(r.state.status).toBe('SUCCEEDED');
    expect(r.statuses()).toEqual({ 1: 'STOPPED', 2: 'SUCCEEDED', 3: 'NOT_STARTED' });
  });
  it('halts one branch and fails at the end', () => {
    const r = run(
      ['1', [], bad, { failPipeline: false, completeOtherBranchesThenFail: true }],
      ['2', [], slow],
    ).settle();
    expect(r.state.status).toBe('TERMINAL');
    expect(r.statuses()).toEqual({ 1: 'STOPPED', 2: 'SUCCEEDED' });
  });
  it('ignores the failure', () => {
    const r = run(['1', [], bad, { failPipeline: false, continuePipeline: true }], ['2', ['1'], ok]).settle();
    expect(r.state.status).toBe('SUCCEEDED');
    expect(r.statuses()).toEqual({ 1: 'FAILED_CONTINUE', 2: 'SUCCEEDED' });
    expect(r.stage('1').context['exception']).toMatchObject({
      details: { errors: [expect.stringContaining('task1')] },
    });
  });
  it('fails on failed expressions where that is wanted', () => {
    const r = run(['1', [], ok, { text: '${missing}', failOnFailedExpressions: true }]).settle();
    expect(r.state.status).toBe('TERMINAL');
    const lax = run(['1', [], ok, { text: '${missing}' }]).settle();
    expect(lax.state.status).toBe('SUCCEEDED');
    expect(lax.stage('1').context).toMatchObject({
      text: '${missing}',
      expressionEvaluationSummary: { '{missing}': [{ level: 'INFO' }] },
    });
  });
  it('names the expression that may be why a stage failed', () => {
    const r = run(['1', [], bad, { text: '${missing}' }]).settle();
    expect(r.stage('1').reason).toMatchObject({
      summary: expect.stringContaining('missing'),
      evidence: { expressions: ['{missing}'] },
    });
  });
});

describe('conditions', () => {
  it.each([
    ['parameters', 'SKIPPED'],
    ['true', 'SUCCEEDED'],
    ['false', 'SKIPPED'],
    ['', 'SUCCEEDED'],
  ])('stageEnabled %j ends %s', (expression, status) => {
    const r = run(['1', [], ok, { stageEnabled: { type: 'expression', expression } }], ['2', ['1'], ok]).settle();
    expect(r.stage('1').status).toBe(status);
    if (status === 'SKIPPED') expect(r.stage('1').reason?.summary).toContain('condition');
    expect(r.state.status).toBe('SUCCEEDED');
  });
});

describe('synthetic stages', () => {
  it('run before, after, nested, with refIds of their own', () => {
    const r = run([
      '1',
      [],
      {
        ...ok,
        before: [
          { name: 'b1', ...ok, before: [{ name: 'deep', ...ok }] },
          { name: 'b2', ...ok, waitsFor: [0] },
        ],
        after: [{ name: 'a1', ...ok }],
      },
    ]).settle();
    expect(r.state.status).toBe('SUCCEEDED');
    expect(executionView(r.state).stages.map((one) => one.refId)).toEqual(['1<1<1', '1<1', '1<2', '1', '1>1']);
    const started = r.events.flatMap((event) =>
      event.type === 'StageStarted' ? [r.state.stages[event.stageId]?.name] : [],
    );
    expect(started).toEqual(['stage 1', 'b1', 'deep', 'b2', 'a1']);
  });
  it('end their parent when they fail; what did not start is taken out, on-failure stages run in a row', () => {
    const r = run([
      '1',
      [],
      {
        ...ok,
        before: [
          { name: 'b1', ...bad },
          { name: 'b2', ...slow },
          { name: 'b3', ...ok, waitsFor: [1] },
        ],
        onFailure: [
          { name: 'f1', ...ok },
          { name: 'f2', ...ok },
        ],
      },
    ]).settle();
    expect(r.state.status).toBe('TERMINAL');
    expect(r.statuses()).toEqual({
      1: 'TERMINAL',
      '1<1': 'TERMINAL',
      '1<2': 'CANCELED',
      '1>1': 'SUCCEEDED',
      '1>2': 'SUCCEEDED',
    });
    expect(r.stage('1>2').requisiteStageRefIds).toEqual(['1>1']);
    expect(r.stage('1').reason?.summary).toContain('"b1" ended TERMINAL');
  });
  it('that fail on failure end the stage all the same', () => {
    const r = run([
      '1',
      [],
      {
        ...bad,
        onFailure: [
          { name: 'f1', ...bad },
          { name: 'f2', ...ok },
        ],
      },
    ]).settle();
    expect(r.state.status).toBe('TERMINAL');
    expect(r.statuses()).toEqual({ 1: 'TERMINAL', '1>1': 'TERMINAL' });
  });
});

describe('tasks', () => {
  it('run again when they are woken, at once or after the run under way', () => {
    const r = run(['1', [], { tasks: [['RUNNING', 'SUCCEEDED']] }]);
    const first = r.asked.shift();
    if (first?.type !== 'RunTask') throw new Error('a run is asked for');
    const { id } = r.stage('1');
    r.send({ type: 'Wake', stageId: id, cause: 'while it runs' });
    expect(r.asked).toEqual([]);
    r.send({ ...r.answer(first), result: { status: 'RUNNING' } } as never);
    expect(r.asked).toEqual([{ ...first, run: 1 }]);
    r.send({ type: 'TaskReturned', stageId: id, taskId: '1', attempt: 1, run: 1, result: { status: 'RUNNING' } });
    expect(r.asked).toHaveLength(1);
    r.send({ type: 'Wake', stageId: id, cause: 'while it waits' });
    expect(r.asked.at(-1)).toEqual({ ...first, run: 2 });
  });
  it('take each result once and no stale one', () => {
    const r = run(['1', [], { tasks: [['RUNNING', 'SUCCEEDED'], ['SUCCEEDED']] }]).settle();
    const { version } = r.state;
    for (const message of [...r.messages]) r.send(message);
    expect(r.state.version).toBe(version);
  });
  it('repeat from the first on REDIRECT, with a new attempt', () => {
    const r = run(['1', [], { tasks: [['SUCCEEDED'], ['SUCCEEDED']] }]);
    const { id } = r.stage('1');
    const returned = (taskId: string, attempt: number, status: 'SUCCEEDED' | 'REDIRECT') =>
      r.send({ type: 'TaskReturned', stageId: id, taskId, attempt, run: 0, result: { status } });
    returned('1', 1, 'SUCCEEDED');
    returned('2', 1, 'REDIRECT');
    expect(r.asked.at(-1)).toMatchObject({ taskId: '1', attempt: 2 });
    returned('2', 1, 'SUCCEEDED');
    expect(r.stage('1').tasks.map((task) => task.status)).toEqual(['RUNNING', 'NOT_STARTED']);
  });
  it('that answer FAILED_CONTINUE themselves let later tasks go on', () => {
    const r = run(['1', [], { tasks: [['FAILED_CONTINUE'], ['SUCCEEDED']] }], ['2', ['1'], ok]).settle();
    expect(r.stage('1').tasks.map((task) => task.status)).toEqual(['FAILED_CONTINUE', 'SUCCEEDED']);
    expect(r.stage('1').status).toBe('FAILED_CONTINUE');
    expect(r.state.status).toBe('SUCCEEDED');
  });
});

describe('time', () => {
  const never = { tasks: [['RUNNING']] } as const;
  it('ends a stage after its timeout, cleaning up', () => {
    const r = run(['1', [], { ...never, cleanup: true }, { stageTimeoutMs: 1_000 }]).settle();
    expect(r.state.status).toBe('TERMINAL');
    expect(r.stage('1').reason?.summary).toContain('not done after 1 s');
    expect(r.events.map((event) => event.type)).toContain('CleanupDone');
  });
  it('counts a timeout as success where that is wanted, and takes the nearest stage with a timeout', () => {
    const r = run([
      '1',
      [],
      { ...ok, before: [{ name: 'b', ...never, flags: { markSuccessfulOnTimeout: true } }] },
      { stageTimeoutMs: 500 },
    ]).settle();
    expect(r.state.status).toBe('SUCCEEDED');
  });
  it('does not count paused time', () => {
    const r = run(['1', [], { tasks: [['RUNNING', 'RUNNING', 'SUCCEEDED']] }, { stageTimeoutMs: 1_000 }]);
    r.send({ type: 'Pause', user: 'me' });
    expect(r.stage('1').status).toBe('PAUSED');
    r.now += 60_000;
    r.send({ type: 'Resume', user: 'me' });
    r.settle();
    expect(r.state.status).toBe('SUCCEEDED');
  });
});

describe('cancel, pause and skip', () => {
  it('cancels what runs, waits for clean-ups, and says who and why', () => {
    const r = run(['1', [], { ...slow, cleanup: true }], ['2', [], slow], ['3', ['1'], ok]);
    r.asked.length = 0;
    r.send({ type: 'Cancel', user: 'ann', reason: 'wrong build' });
    expect(r.state.status).toBe('RUNNING');
    expect(r.asked.map((effect) => effect.type).toSorted()).toEqual(['AbortRun', 'CleanUp']);
    r.settle();
    expect(r.state).toMatchObject({
      status: 'CANCELED',
      canceledBy: 'ann',
      reason: { summary: 'Cancelled by ann: wrong build' },
    });
    expect(r.statuses()).toEqual({ 1: 'CANCELED', 2: 'CANCELED', 3: 'NOT_STARTED' });
  });
  it('cancels before the start', () => {
    const r = new Run([stage('1', [], ok)]);
    r.send({ type: 'Cancel', user: 'ann' });
    expect(r.state.status).toBe('CANCELED');
  });
  it('takes a result that comes while paused and goes on after resume', () => {
    const r = run(['1', [], ok], ['2', ['1'], ok]);
    const effect = r.asked.shift();
    if (effect?.type !== 'RunTask') throw new Error('a run is asked for');
    r.send({ type: 'Pause', user: 'me' });
    r.send(r.answer(effect));
    expect(r.stage('2').status).toBe('NOT_STARTED');
    r.send({ type: 'Resume', user: 'me' });
    r.settle();
    expect(r.state.status).toBe('SUCCEEDED');
  });
  it('skips a running stage by hand', () => {
    const r = run(['1', [], { tasks: [['RUNNING']], before: [] }], ['2', ['1'], ok]);
    r.send({ type: 'Patch', stageId: r.stage('1').id, patch: { manualSkip: true }, by: namedOnly('ann') });
    r.settle();
    expect(r.stage('1')).toMatchObject({ status: 'SKIPPED', reason: { summary: 'Skipped by ann while it ran' } });
    expect(r.state.status).toBe('SUCCEEDED');
  });
});

describe('bad input', () => {
  it("ends an unknown type with the reason, by the stage's failure mode", () => {
    const r = new Run([{ type: 'nope', refId: '1', name: 'x' }, stage('2', ['1'], ok)]);
    r.send({ type: 'Start' });
    expect(r.state).toMatchObject({ status: 'TERMINAL', reason: { summary: expect.stringContaining('"nope"') } });
  });
  it('ends a plan that throws', () => {
    const r = run(['1', [], { planFails: true }, { continuePipeline: true }], ['2', ['1'], ok]).settle();
    expect(r.statuses()).toEqual({ 1: 'FAILED_CONTINUE', 2: 'SUCCEEDED' });
  });
  it('ends a pipeline without stages, or where none can start', () => {
    expect(run().state).toMatchObject({ status: 'TERMINAL', reason: { summary: 'The pipeline has no stages' } });
    expect(run(['1', ['2'], ok], ['2', ['1'], ok]).state.reason?.summary).toContain('No stage can start');
  });
  it('a stage with nothing to do is skipped', () => {
    expect(run(['1', [], {}]).statuses()).toEqual({ 1: 'SKIPPED' });
  });
});
