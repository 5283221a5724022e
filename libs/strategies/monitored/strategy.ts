import type { SyntheticStage } from '@gennaker/extension-sdk/stage';
import { defineStrategy, type MadeDeploy } from '@gennaker/extension-sdk/strategy';
import { inOrder, scaleDownStages, takeOverProblems, takesFromOlder } from '@gennaker/extension-sdk/strategy-stages';
import {
  growNewcomer,
  releaseSource,
  settleOlder,
  takeShare,
  wantedCapacity,
  watchNewcomer,
} from '@gennaker/extension-sdk/strategy-steps';
import { type Monitored, monitoredProblems, monitoredSchema } from './schema.ts';

/** The hold under which the old server group serves less than all. */
const HOLD = 'monitored';

/** The new server group grows in steps, the old one serves so much less; after each step a monitor says whether to go on. */
export default defineStrategy({
  type: 'monitored',
  label: 'Monitored',
  description: 'Grows the new server group in steps, each judged by a monitor; the first bad verdict takes it back',
  schema: monitoredSchema,
  problems: (settings) => [...takeOverProblems('monitored', settings), ...monitoredProblems(settings)],
  // Its instances come with the steps.
  prepare: () => ({ capacity: { min: 0, max: 0, desired: 0 } }),
  afterStages: (deploy) => {
    const { settings, source } = deploy;
    const wanted = wantedCapacity(deploy).desired;
    if (!source) return inOrder([growNewcomer(deploy, wanted)]);
    return inOrder([
      ...stepsOf(settings).flatMap((percentage) => [
        growNewcomer(deploy, Math.max(1, Math.ceil((wanted * percentage) / 100))),
        ...(percentage < 100 ? [partOfOld(deploy, percentage)] : []),
        watchNewcomer(deploy, settings.analysisSeconds, settings),
      ]),
      settleOlder(deploy, HOLD),
      ...scaleDownStages(deploy, settings),
      settings.maxRemainingAsgs
        ? {
            type: 'shrinkCluster',
            name: 'Shrink cluster',
            context: { ...takesFromOlder(deploy), shrinkToSize: settings.maxRemainingAsgs },
          }
        : undefined,
    ]);
  },
  onFailureStages: (deploy) => releaseSource(deploy, HOLD),
});

function partOfOld(deploy: MadeDeploy<Monitored>, percentage: number): Omit<SyntheticStage, 'after'> | undefined {
  const { source, created } = deploy;
  if (!source) return undefined;
  const newcomers = Math.max(1, Math.ceil((wantedCapacity(deploy).desired * percentage) / 100));
  return takeShare(deploy, source, percentage, {
    hold: HOLD,
    reason: `${created.serverGroupName} serves ${percentage} % while it is watched`,
    newcomers,
  });
}

const stepsOf = ({ deploySteps }: Monitored): number[] =>
  deploySteps.includes(100) ? deploySteps : [...deploySteps, 100];
