import { defineStrategy } from '@gennaker/extension-sdk/strategy';
import { inOrder, takeOverProblems, waitStage } from '@gennaker/extension-sdk/strategy-stages';
import {
  growNewcomer,
  releaseSource,
  settleOlder,
  shrinkSource,
  wantedCapacity,
} from '@gennaker/extension-sdk/strategy-steps';
import { type Rolling, rollingProblems, rollingSchema } from './schema.ts';
import { boundOf, rollingSteps, type RollingBounds } from './steps.ts';

/** The hold under which the old server group is smaller than it was. */
const HOLD = 'rolling';

/** Instances move from the old server group to the new one step by step, within bounds for how many there are and how many serve. */
export default defineStrategy({
  type: 'rolling',
  label: 'Rolling',
  description: 'Replaces instances step by step, within bounds for how many there are and how many serve',
  schema: rollingSchema,
  problems: (settings) => [...takeOverProblems('rolling', settings), ...rollingProblems(settings)],
  bounds: (settings, { from, to }) => {
    const { surge, unavailable } = roomOf(settings, from, to);
    return { most: Math.max(from, to) + surge, least: Math.max(0, Math.min(from, to) - unavailable) };
  },
  // Its instances come with the steps.
  prepare: () => ({ capacity: { min: 0, max: 0, desired: 0 } }),
  afterStages: (deploy) => {
    const { source, settings, created } = deploy;
    const wanted = wantedCapacity(deploy).desired;
    if (!source) return inOrder([growNewcomer(deploy, wanted)]);
    const { desired } = source.capacity;
    const steps = rollingSteps(desired, wanted, roomOf(settings, desired, wanted));
    const reason = `${source.serverGroupName} gives its instances to ${created.serverGroupName} step by step`;
    return inOrder([
      ...steps.flatMap((step) =>
        step.group === 'new'
          ? [growNewcomer(deploy, step.size), waitStage('Wait between steps', settings.waitBetweenSteps)]
          : [shrinkSource(deploy, source, step.size, { hold: HOLD, reason, newcomers: step.newSize })],
      ),
      settleOlder(deploy, HOLD),
    ]);
  },
  onFailureStages: (deploy) => releaseSource(deploy, HOLD),
});

function roomOf({ maxSurge, maxUnavailable }: Rolling, from: number, to: number): RollingBounds {
  const size = Math.max(from, to);
  return { surge: boundOf(maxSurge, size, 'up'), unavailable: boundOf(maxUnavailable, size, 'down') };
}
