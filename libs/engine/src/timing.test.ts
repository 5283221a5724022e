import { describe, expect, it } from 'vitest';
import { Run, stage } from './engine.fixture.ts';

const ok = { tasks: [['SUCCEEDED']] } as const;
const forever = { tasks: [['RUNNING']] } as const;

function started(
  flags: object,
  script: Parameters<typeof stage>[2],
  more: ConstructorParameters<typeof Run>[2] = {},
): Run {
  const made = new Run([stage('1', [], script, flags), stage('2', ['1'], ok)], 'PIPELINE', more);
  made.send({ type: 'Start' });
  return made;
}

describe('loops', () => {
  it('a task that answers REDIRECT has the tasks of its loop run again, and no others', () => {
    const script = {
      tasks: [['SUCCEEDED'], ['SUCCEEDED'], ['REDIRECT'], ['SUCCEEDED']],
      loops: [undefined, 'start', 'end', undefined],
    } as const;
    const r = started({}, script);
    for (let round = 1; round <= 3; round++) {
      const asked = [];
      for (let effect = r.asked.shift(); effect?.type === 'RunTask'; effect = r.asked.shift()) {
        asked.push(`${effect.taskId}#${effect.attempt}`);
        const last = effect.taskId === '3' && round === 3;
        const message = r.answer(effect);
        if (last && message.type === 'TaskReturned') r.send({ ...message, result: { status: 'SUCCEEDED' } });
        else r.send(message);
        if (effect.taskId === '3') break;
      }
      expect(asked).toEqual(round === 1 ? ['1#1', '2#1', '3#1'] : [`2#${round}`, `3#${round}`]);
    }
    expect(r.settle().state.status).toBe('SUCCEEDED');
    expect(r.stage('1').tasks.map((task) => task.attempt)).toEqual([1, 3, 3, 1]);
  });
});

describe('execution windows', () => {
  const window = { restrictExecutionDuringTimeWindow: true, restrictedExecutionWindow: { days: [2] } };
  it('are a stage that all others of the stage wait for', () => {
    const r = started(window, { ...ok, before: [{ name: 'b', ...ok }] });
    expect(r.stage('1<0')).toMatchObject({
      type: 'restrictExecutionDuringTimeWindow',
      status: 'RUNNING',
      context: { restrictedExecutionWindow: { days: [2] } },
    });
    expect(r.stage('b')).toMatchObject({ refId: '1<1', requisiteStageRefIds: ['1<0'], status: 'NOT_STARTED' });
    expect(r.settle().state.status).toBe('SUCCEEDED');
  });
  it('count towards no timeout', () => {
    const r = started({ ...window, stageTimeoutMs: 1_000 }, forever);
    r.now += 5_000;
    r.send({ type: 'Tick' });
    expect(r.stage('1').status).toBe('RUNNING');
    const effect = r.asked.shift();
    if (effect?.type === 'RunTask') r.send(r.answer(effect));
    expect(r.stage('1<0').status).toBe('SUCCEEDED');
    const begun = r.now;
    r.settle();
    expect(r.stage('1')).toMatchObject({ status: 'TERMINAL' });
    expect(r.now - begun).toBeGreaterThanOrEqual(1_000);
  });
});

describe('timeouts', () => {
  it('a stage timeout that counts as success', () => {
    const r = started({ stageTimeoutMs: 100, markSuccessfulOnTimeout: true }, forever).settle();
    expect(r.state.status).toBe('SUCCEEDED');
    expect(r.stage('1').tasks[0]?.reason?.summary).toContain('counts as success');
  });
  it('a task whose definition says that its timeout is no halt', () => {
    const r = started({}, { ...forever, taskTimeoutMs: 100, onTimeout: 'FAILED_CONTINUE' }).settle();
    expect(r.stage('1').status).toBe('FAILED_CONTINUE');
    expect(r.state.status).toBe('SUCCEEDED');
  });
  it('time while paused does not count', () => {
    const r = started({ stageTimeoutMs: 1_000 }, forever);
    const begun = r.now;
    r.send({ type: 'Pause', user: 'ann' });
    r.now += 60_000;
    r.send({ type: 'Resume', user: 'ann' });
    r.settle();
    expect(r.stage('1').status).toBe('TERMINAL');
    expect(r.now - begun).toBeGreaterThanOrEqual(61_000);
  });
});

describe('starting too late', () => {
  it('cancels an execution whose time to start is over', () => {
    const r = new Run([stage('1', [], ok)], 'PIPELINE', { startTimeExpiry: 1 });
    r.send({ type: 'Start' });
    expect(r.state).toMatchObject({ status: 'CANCELED', canceledBy: 'system' });
  });
  it('skips a stage whose time to start is over', () => {
    const r = started({ startTimeExpiry: '1' }, ok).settle();
    expect(r.stage('1')).toMatchObject({ status: 'SKIPPED', reason: { summary: expect.stringContaining('begun by') } });
    expect(r.state.status).toBe('SUCCEEDED');
  });
});

describe('backoff', () => {
  const wakeOf = (r: Run) => (r.stage('1').tasks[0]?.waiting?.until ?? 0) - r.now;
  const once = (flags: object): Run => {
    const r = started(flags, forever);
    const effect = r.asked.shift();
    if (effect?.type === 'RunTask') r.send(r.answer(effect));
    return r;
  };
  it('is what the task asks for, or the longer one of its stage, of at most two minutes', () => {
    expect(wakeOf(once({}))).toBe(10);
    expect(wakeOf(once({ backoffPeriodMs: 5_000 }))).toBe(5_000);
    expect(wakeOf(once({ backoffPeriodMs: 900_000 }))).toBe(120_000);
  });
  it("is at least the configuration's, by provider and account, of at most its longest", () => {
    class Configured extends Run {
      override env() {
        const backoff = (provider?: string, account?: string) =>
          provider === 'gce' && account === 'prod' ? 7_000 : 20;
        return { ...super.env(), backoff, maxBackoff: 6_000 };
      }
    }
    const wait = (flags: object, exact = false): number => {
      const r = new Configured([stage('1', [], forever, flags)]);
      r.send({ type: 'Start' });
      const effect = r.asked.shift();
      const message = effect?.type === 'RunTask' ? r.answer(effect) : undefined;
      if (message?.type === 'TaskReturned') r.send({ ...message, result: { ...message.result, exact } });
      return wakeOf(r);
    };
    expect(wait({})).toBe(20);
    expect(wait({ cloudProvider: 'gce', credentials: 'prod' })).toBe(6_000);
    // Whoever waits for a certain moment waits for just that.
    expect(wait({ cloudProvider: 'gce', account: 'prod', backoffPeriodMs: 5_000 }, true)).toBe(10);
  });
});

describe('a dry run', () => {
  it('runs nothing that would change something, and hands on the outputs that were given', () => {
    const r = started({}, ok, { trigger: { dryRun: true, dryRunOutputs: { '1': { image: 'i-1' } } } });
    expect(r.asked).toEqual([]);
    expect(r.state.status).toBe('SUCCEEDED');
    expect(r.stage('1')).toMatchObject({
      outputs: { image: 'i-1' },
      reason: { summary: expect.stringContaining('dry run') },
    });
  });
});

describe('what follows a timeout', () => {
  it('has the time that it needs', () => {
    const r = started({ stageTimeoutMs: 1_000 }, { ...forever, onFailure: [{ name: 'after', ...forever }] });
    r.now += 2_000;
    r.send({ type: 'Tick' });
    expect(r.stage('after').status).toBe('RUNNING');
    r.now += 2_000;
    r.send({ type: 'Tick' });
    expect(r.stage('after').status).toBe('RUNNING');
  });
});

describe('what a task took for the whole stage of the pipeline', () => {
  const asked = (r: Run): string[] =>
    r.asked.filter(({ type }) => type === 'CleanUp').map(({ stageId }) => r.state.stages[stageId]?.name ?? '');
  const script = {
    ...ok,
    after: [
      { name: 'step', ...ok, atEnd: true },
      { name: 'last', ...forever, waitsFor: [0] },
    ],
  };

  it('is given back when that stage ends, not when its own does; the execution waits for it', () => {
    const r = started({}, script);
    for (const _task of ['its own', "the step's"]) {
      const effect = r.asked.shift();
      if (effect?.type === 'RunTask') r.send(r.answer(effect));
    }
    expect([r.stage('step').status, r.stage('last').status, asked(r)]).toEqual(['SUCCEEDED', 'RUNNING', []]);
    r.send({ type: 'Cancel', user: 'somebody' });
    expect(asked(r)).toEqual(['step']);
    expect(r.state.status).toBe('RUNNING');
    expect(r.settle().state.status).toBe('CANCELED');
  });
});
