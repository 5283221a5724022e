import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decide } from './decide.ts';
import { frozen, Run } from './engine.fixture.ts';
import type { EngineEvent } from './events.ts';
import type { Message } from './messages.ts';
import { pipelines } from './pipelines.fixture.ts';

/** Decides messages one after another; `together`: as one step, in which each goes on in the state that the one before made. */
function decided(run: Run, messages: readonly Message[], together: boolean): readonly EngineEvent[] {
  let state = run.state;
  return messages.flatMap((message) => {
    const decision = decide(state, message, run.env(), together && state !== run.state);
    state = together ? decision.state : frozen(decision.state);
    return decision.events;
  });
}

it('messages that are decided in one step mean what they mean one by one, and the state before stays as it was', () => {
  fc.assert(
    fc.property(pipelines(6, 2), (stages) => {
      const run = new Run(stages);
      let messages: Message[] = [{ type: 'Start' }];
      for (let step = 0; messages.length > 0 && step < 50; step++) {
        const alone = decided(run, messages, false);
        // The state before is frozen: a step that changed it in place would throw.
        expect(decided(run, messages, true)).toEqual(alone);
        const told = messages.flatMap((message) => run.send(message));
        expect(told).toEqual(alone);
        messages = run.asked.splice(0).flatMap((effect) => (effect.type === 'RunTask' ? [run.answer(effect)] : []));
      }
    }),
    { numRuns: 40 },
  );
});
