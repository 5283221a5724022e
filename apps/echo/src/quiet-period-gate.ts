import type { QuietPeriod } from '@gennaker/service/trigger-settings';
import type { StartGate } from './start-gates.ts';

/**
 * Lets no trigger of the types that a quiet period names start a pipeline that respects it, while it lasts.
 * @param now the time, epoch milliseconds
 */
export function quietPeriodGate(period: QuietPeriod | undefined, now: () => number): StartGate {
  return ({ pipeline, trigger }) => {
    if (!period?.enabled || pipeline['respectQuietPeriod'] !== true) return undefined;
    const at = now();
    if (at < Date.parse(period.startIso) || at >= Date.parse(period.endIso)) return undefined;
    if (!period.suppressedTriggerTypes.includes(trigger.type)) return undefined;
    const end = new Date(period.endIso).toISOString();
    return {
      summary: `a quiet period lasts until ${end}, in which ${trigger.type} triggers start no pipeline that respects it`,
      evidence: { start: new Date(period.startIso).toISOString(), end, triggerType: trigger.type },
      next: 'start the pipeline by hand, or send the event again from the event log afterwards',
    };
  };
}
