import { namedOnly } from '@gennaker/contracts/people';
import { isComplete } from '@gennaker/contracts/status';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextWake } from './decide/timers.ts';
import type { Message } from './messages.ts';
import { Checked, pipelines } from './pipelines.fixture.ts';

const ann = namedOnly('ann');

/** Messages of the machinery: handed in again at any time they change nothing that was decided. */
const isRepeatable = (message: Message): boolean =>
  ['TaskReturned', 'CleanupReturned', 'Start', 'Tick', 'Wake'].includes(message.type);

/** What may happen to an execution. Commands are few, so that it can end. */
interface Weather {
  readonly roll: (below: number) => number;
  /** Repeats, delays, losses, crashes. */
  readonly faults: boolean;
  /** Commands that people may still give. */
  commands: number;
}

/** Runs to the end in this weather. */
function sail(run: Checked, weather: Weather): void {
  const { roll, faults } = weather;
  const returns: Message[] = [];
  run.send({ type: 'Start' });
  for (let step = 0; ; step++) {
    expect(step).toBeLessThan(20_000);
    if (isComplete(run.state.status) && !(weather.commands > 0 && roll(2) === 0)) return;
    if (weather.commands > 0 && (roll(12) === 0 || isComplete(run.state.status))) {
      weather.commands--;
      run.send(command(run, roll));
      continue;
    }
    const die = faults ? roll(16) : 15;
    if (die === 0) {
      const again = run.messages[roll(run.messages.length)];
      if (again && isRepeatable(again)) run.send(again);
    } else if (die === 1) run.send({ type: 'Tick' });
    else if (die === 2) {
      const all = Object.keys(run.state.stages);
      run.send({ type: 'Wake', stageId: all[roll(all.length)] ?? '', cause: 'test' });
    } else if (die === 3) {
      // A crash: what was under way and asked for is forgotten.
      run.asked.length = 0;
      returns.length = 0;
    } else if (die === 4 && returns.length > 0) returns.splice(roll(returns.length), 1);
    else if (returns.length > 0 && (run.asked.length === 0 || roll(2) === 0)) {
      run.now += roll(3);
      for (const message of returns.splice(roll(returns.length), 1)) run.send(message);
    } else if (run.asked.length > 0) {
      for (const effect of run.asked.splice(roll(run.asked.length), 1)) {
        const message = run.reply(effect);
        if (message) returns.push(message);
      }
    } else calm(run);
  }
}

/** Nothing is under way: whoever had paused it resumes it, whoever holds the slot gives it, and time passes. */
function calm(run: Checked): void {
  if (run.state.status === 'PAUSED') run.send({ type: 'Resume', user: 'ann' });
  else if (run.state.status === 'NOT_STARTED') run.send({ type: 'Start' });
  else {
    const wake = nextWake(run.state);
    run.now = Math.max(run.now + 1, wake ?? 0);
    run.send({ type: 'Tick' });
    expect(run.asked.length > 0 || isComplete(run.state.status) || wake !== undefined).toBe(true);
  }
}

/** Something that a person may do at any time. */
function command(run: Checked, roll: (below: number) => number): Message {
  const all = Object.keys(run.state.stages);
  const stageId = all[roll(all.length)] ?? '';
  const commands: Message[] = [
    { type: 'Pause', user: 'ann' },
    { type: 'Resume', user: 'ann' },
    { type: 'Restart', stageId, by: ann, admitted: true },
    { type: 'Restart', stageId, by: ann, admitted: false },
    { type: 'Restart', stageId: all[0] ?? '', by: ann, admitted: true },
    { type: 'IgnoreFailure', stageId, by: ann },
    { type: 'Patch', stageId, patch: { manualSkip: true }, by: ann },
    { type: 'Queue', reason: { summary: 'in line' } },
    { type: 'Cancel', user: 'ann' },
    { type: 'ForceCancel', user: 'ann' },
  ];
  return commands[roll(commands.length)] ?? { type: 'Tick' };
}

/** Dice from a stream of numbers. */
const dice = fc.infiniteStream(fc.nat(1_000_000)).map(
  (stream) =>
    (below: number): number =>
      (stream.next().value as number) % Math.max(1, below),
);

describe('any pipeline, any outcomes, whatever is repeated, delayed or lost, whoever crashes, whatever people do', () => {
  it('ends as the rules allow, joins exactly, takes each result once, and is the fold of its events', () => {
    fc.assert(
      fc.property(pipelines(6, 2), dice, fc.nat(8), (stages, roll, commands) => {
        const run = new Checked(stages);
        sail(run, { roll, faults: true, commands });
        run.checkEnd();
        // Once it is over nothing but a command to go on means anything any more.
        for (const message of run.messages.slice(0, 50))
          if (message.type !== 'Restart' && message.type !== 'IgnoreFailure') expect(run.send(message)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it('that holds for pipelines of up to sixty stages, too', () => {
    fc.assert(
      fc.property(pipelines(60, 0), dice, fc.nat(6), (stages, roll, commands) => {
        const run = new Checked(stages);
        sail(run, { roll, faults: true, commands });
        run.checkEnd();
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it('ends the same in any weather where no failure cuts others short', () => {
    const soft = pipelines(
      8,
      1,
      ['SUCCEEDED', 'SKIPPED', 'FAILED_CONTINUE', 'STOPPED', 'REDIRECT'],
      ['SUCCEEDED', 'SKIPPED', 'REDIRECT'],
    );
    fc.assert(
      fc.property(soft, dice, (stages, roll) => {
        const fair = new Checked(stages);
        sail(fair, { roll: () => 0, faults: false, commands: 0 });
        const foul = new Checked(stages);
        sail(foul, { roll, faults: true, commands: 0 });
        expect(foul.statuses()).toEqual(fair.statuses());
        expect(foul.state.status).toBe(fair.state.status);
      }),
      { numRuns: 120 },
    );
  }, 60_000);
});
