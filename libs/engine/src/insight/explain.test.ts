import { isComplete } from '@gennaker/contracts/status';
import type { Status } from '@gennaker/contracts/status';
import { explanationSchema } from '@gennaker/contracts/orca-insight';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Run, stage } from '../engine.fixture.ts';
import type { ExecutionState } from '../model.ts';
import { explain } from './explain.ts';

const told = (run: { readonly state: ExecutionState; readonly now: number }) => explain(run.state, { now: run.now });

describe('explaining an execution', () => {
  it('says of one that no engine took up that it will be, and of a queued one what it waits for', () => {
    const run = new Run([stage('1', [], { tasks: [['SUCCEEDED']] })]);
    expect(told(run)).toMatchObject({ moving: true, summary: expect.stringContaining('No engine has taken it up') });
    run.send({ type: 'Queue', reason: { summary: 'Second in line', next: 'it begins when the first ends' } });
    const queued = told(run);
    expect(queued).toMatchObject({
      moving: false,
      summary: 'Second in line. It begins when the first ends.',
    });
    expect(queued.items[0]).toMatchObject({ subject: 'queue' });
  });

  it('says that no engine goes on with it, when that is so', () => {
    const run = new Run([stage('1', [], { tasks: [['RUNNING']] })]);
    run.send({ type: 'Start' });
    expect(explain(run.state, { now: run.now, held: { summary: 'ann paused all engines' } })).toMatchObject({
      moving: false,
      summary: 'ann paused all engines.',
      items: [{ subject: 'execution' }, { subject: 'stage' }],
    });
  });

  it('says where it stands, that it waits for others, and what comes then', () => {
    const run = new Run([
      stage('1', [], { tasks: [['RUNNING']] }, { name: 'Ask' }),
      stage('2', ['1'], { tasks: [['SUCCEEDED']] }, { name: 'Deploy' }),
    ]);
    run.send({ type: 'Start' });
    expect(told(run).moving).toBe(true);
    const [effect] = run.asked;
    if (effect?.type !== 'RunTask') throw new Error('no run');
    run.send({
      ...effect,
      type: 'TaskReturned',
      result: { status: 'RUNNING', reason: { summary: 'Waits for a person', next: 'approve or reject it' } },
    });
    const waiting = told(run);
    expect(waiting.moving).toBe(false);
    expect(waiting.summary).toMatch(
      /At "Ask" since .*: Waits for a person\. Approve or reject it\. Then comes "Deploy"\./,
    );
    expect(waiting.items.map((item) => item.name)).toEqual(['Ask', 'Deploy']);
    expect(waiting.items[1]?.reason.summary).toBe('Waits for "Ask"');
  });

  it('puts the failure first, and tells what it kept from running', () => {
    const run = new Run([stage('1', [], { tasks: [['TERMINAL']] }), stage('2', ['1'], { tasks: [['SUCCEEDED']] })]);
    run.send({ type: 'Start' });
    run.settle();
    const failed = told(run);
    expect(failed).toMatchObject({ status: 'TERMINAL', moving: false });
    expect(failed.summary).toContain('stage 1');
    expect(failed.items.filter((item) => item.subject === 'stage')).toMatchObject([
      { name: 'stage 1', status: 'TERMINAL' },
      { name: 'stage 2', status: 'NOT_STARTED', reason: { summary: expect.stringContaining('Not run') } },
    ]);
  });

  it('names who cancelled, who paused, and why a stage was skipped', () => {
    const run = new Run([
      stage('1', [], { tasks: [['SUCCEEDED']] }, { stageEnabled: { type: 'expression', expression: 'false' } }),
      stage('2', ['1'], { tasks: [['RUNNING']] }),
    ]);
    run.send({ type: 'Start' });
    expect(told(run).items.find((item) => item.name === 'stage 1')?.reason.summary).toContain('condition "false"');
    run.send({ type: 'Pause', user: 'ann' });
    expect(told(run)).toMatchObject({ moving: false, summary: expect.stringContaining('Paused by ann') });
    run.send({ type: 'Cancel', user: 'bob', reason: 'wrong version' });
    expect(told(run).summary).toContain('Cancelled by bob: wrong version');
  });

  it('never throws, and says something of every stage that has not succeeded, whatever happens', () => {
    const outcome = fc.constantFrom<Status>(
      'SUCCEEDED',
      'TERMINAL',
      'CANCELED',
      'FAILED_CONTINUE',
      'STOPPED',
      'SKIPPED',
    );
    const tasks = fc.array(
      fc.tuple(fc.nat(2), outcome).map(([polls, last]): Status[] => [...Array<Status>(polls).fill('RUNNING'), last]),
      { maxLength: 2 },
    );
    const pipeline = fc.array(
      fc.record({
        tasks,
        before: tasks,
        after: tasks,
        planFails: fc.nat(9).map((n) => n === 0),
        picks: fc.array(fc.nat(), { maxLength: 2 }),
        enabled: fc.constantFrom('true', 'false', 'neither'),
        failPipeline: fc.boolean(),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(pipeline, fc.nat(20), fc.constantFrom('Cancel', 'Pause', 'ForceCancel'), (stages, when, what) => {
        const run = new Run(
          stages.map(({ picks, enabled, failPipeline, before, after, ...script }, index) =>
            stage(
              String(index),
              index === 0 ? [] : [...new Set(picks.map((pick) => String(pick % index)))],
              { ...script, before: [{ name: 'before', tasks: before }], after: [{ name: 'after', tasks: after }] },
              { failPipeline, stageEnabled: { type: 'expression', expression: enabled } },
            ),
          ),
        );
        const check = (): void => {
          const explanation = explanationSchema.parse(told(run));
          expect(explanation.summary).not.toBe('');
          for (const one of Object.values(run.state.stages)) {
            const item = explanation.items.find((each) => each.id === one.id);
            if (one.status !== 'SUCCEEDED') expect(item?.reason.summary ?? '').not.toBe('');
          }
          if (isComplete(run.state.status)) expect(explanation.moving).toBe(false);
        };
        check();
        run.send({ type: 'Start' });
        for (let step = 0; step < 60 && !isComplete(run.state.status); step++) {
          check();
          if (step === when) run.send({ type: what, user: 'ann' });
          const effect = run.asked.shift();
          if (effect?.type === 'RunTask') run.send(run.answer(effect));
          else if (effect?.type === 'CleanUp') run.send({ ...effect, type: 'CleanupReturned' });
          else {
            run.now += 10;
            run.send({ type: 'Tick' });
          }
        }
        check();
      }),
    );
  });
});
