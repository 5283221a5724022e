import { defineStrategy } from '@gennaker/extension-sdk/strategy';
import { inOrder, takeOverProblems, waitStage } from '@gennaker/extension-sdk/strategy-stages';
import {
  growNewcomer,
  releaseSource,
  settleOlder,
  shrinkSource,
  wantedCapacity,
} from '@gennaker/extension-sdk/strategy-steps';
import { rollingSchema } from './schema.ts';
import { boundOf, rollingSteps } from './steps.ts';

/** The hold under which the old server group is smaller than it was. */
const HOLD = 'rolling';

/** Instances move from the old server group to the new one step by step, within bounds for how many there are and how many serve. */
export default defineStrategy({
  type: 'rolling',
  label: 'Rolling',
  description: 'Replaces instances step by step, within bounds for how many there are and how many serve',
  schema: rollingSchema,
  problems: (settings) => [
    ...takeOverProblems('rolling', settings),
    ...(Number.parseFloat(String(settings.maxSurge)) === 0 && Number.parseFloat(String(settings.maxUnavailable)) === 0
      ? [
          {
            field: 'maxSurge',
            message: 'without an instance more, and none that may be missing, nothing can move',
            fix: 'set maxSurge or maxUnavailable to at least 1',
          },
        ]
      : []),
  ],
  // Its instances come with the steps.
  prepare: () => ({ capacity: { min: 0, max: 0, desired: 0 } }),
  afterStages: (deploy) => {
    const { source, settings, created } = deploy;
    const wanted = wantedCapacity(deploy).desired;
    if (!source) return inOrder([growNewcomer(deploy, wanted)]);
    const size = Math.max(source.capacity.desired, wanted);
    const steps = rollingSteps(source.capacity.desired, wanted, {
      surge: boundOf(settings.maxSurge, size, 'up'),
      unavailable: boundOf(settings.maxUnavailable, size, 'down'),
    });
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
