import type { JsonObject, SyntheticStage } from '@gennaker/extension-sdk/stage';
import { defineStrategy, type MadeDeploy, type StrategyDeploy } from '@gennaker/extension-sdk/strategy';
import { inOrder, scaleDownStages, takeOverProblems, takesFromOlder } from '@gennaker/extension-sdk/strategy-stages';
import {
  growNewcomer,
  releaseSource,
  settleOlder,
  takeShare,
  wantedCapacity,
  watchNewcomer,
} from '@gennaker/extension-sdk/strategy-steps';
import { externalMonitor, type Monitored, monitoredProblems, monitoredSchema } from './schema.ts';

type Step = Omit<SyntheticStage, 'after'>;

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
  beforeStages: (deploy) =>
    inOrder([toMonitor(deploy, 'notifyDeployStarting', 'Ask whether the deploy may start', placeOf(deploy))]),
  afterStages: (deploy) => {
    const { settings, source } = deploy;
    const wanted = wantedCapacity(deploy).desired;
    if (!source) return inOrder([growNewcomer(deploy, wanted), tellEnd(deploy, false)]);
    return inOrder([
      ...stepsOf(settings).flatMap((percentage) => [
        growNewcomer(deploy, Math.max(1, Math.ceil((wanted * percentage) / 100))),
        ...(percentage < 100 ? [partOfOld(deploy, percentage)] : []),
        judge(deploy, percentage),
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
      tellEnd(deploy, false),
    ]);
  },
  onFailureStages: (deploy) => releaseSource(deploy, HOLD),
  takenBackStages: (deploy) => [tellEnd(deploy, true) ?? []].flat(),
});

/** The verdict on a step: an external monitor's, or that of the traffic. */
function judge(deploy: MadeDeploy<Monitored>, percentage: number): Step | undefined {
  const { settings } = deploy;
  return externalMonitor(settings)
    ? toMonitor(deploy, 'evaluateDeploymentHealth', `Judge ${deploy.created.serverGroupName} at ${percentage} %`, {
        ...groupsOf(deploy),
        currentProgress: percentage,
      })
    : watchNewcomer(deploy, settings.analysisSeconds, settings);
}

/** Tells an external monitor how the deploy has ended. */
function tellEnd(deploy: MadeDeploy<Monitored>, hasDeploymentFailed: boolean): Step | undefined {
  return toMonitor(
    deploy,
    'notifyDeployCompleted',
    `Tell that the deploy has ${hasDeploymentFailed ? 'failed' : 'succeeded'}`,
    {
      ...groupsOf(deploy),
      hasDeploymentFailed,
    },
  );
}

/** A stage that talks to the external monitor; undefined: there is none. */
function toMonitor(
  { settings }: Pick<StrategyDeploy<Monitored>, 'settings'>,
  type: string,
  name: string,
  context: JsonObject,
): Step | undefined {
  const deploymentMonitor = externalMonitor(settings);
  return deploymentMonitor && { type, name, context: { ...context, deploymentMonitor } };
}

/** Where a deploy is about to go. */
function placeOf({ description }: StrategyDeploy<Monitored>): JsonObject {
  const { credentials, account = credentials, region, cloudProvider } = description;
  return {
    ...(cloudProvider === undefined ? {} : { cloudProvider }),
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
  };
}

/** Which server group replaces which. */
const groupsOf = ({ cloudProvider, created, source }: MadeDeploy<Monitored>): JsonObject => ({
  cloudProvider,
  account: created.account,
  region: created.region,
  newServerGroup: created.serverGroupName,
  ...(source ? { oldServerGroup: source.serverGroupName } : {}),
});

function partOfOld(deploy: MadeDeploy<Monitored>, percentage: number): Step | undefined {
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
