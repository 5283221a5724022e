import type { SyntheticStage } from '@gennaker/extension-sdk/stage';
import { defineStrategy, type MadeDeploy } from '@gennaker/extension-sdk/strategy';
import { inOrder, scaleDownStages, takeOverProblems } from '@gennaker/extension-sdk/strategy-stages';
import {
  giveShare,
  growNewcomer,
  promote,
  type HeldChange,
  releaseSource,
  settleOlder,
  takeShare,
  wantedCapacity,
  watchNewcomer,
} from '@gennaker/extension-sdk/strategy-steps';
import type { z } from 'zod';
import { type Canary, canaryProblems, canarySchema } from './schema.ts';
import { instancesFor, weightFor } from './shares.ts';

type Deploy = MadeDeploy<z.output<typeof canarySchema>>;
type Step = Omit<SyntheticStage, 'after'>;
type CanaryStep = Canary['steps'][number];

/** The hold under which the old server group serves less than all. */
const HOLD = 'canary';

/** The new server group serves a small share first, which grows while its traffic is good; it takes over, or goes without a trace. */
export default defineStrategy({
  type: 'canary',
  label: 'Canary',
  description: 'Gives the new server group a growing share of the traffic while that goes well; else takes it back',
  schema: canarySchema,
  problems: (settings) => [...takeOverProblems('canary', settings), ...canaryProblems(settings)],
  prepare: ({ canary }) =>
    canary.by === 'traffic' ? { disableTraffic: true } : { capacity: { min: 0, max: 0, desired: 0 } },
  afterStages: (deploy) => {
    const { canary } = deploy.settings;
    const takeOver =
      canary.by === 'traffic' ? promote(deploy, HOLD) : growNewcomer(deploy, wantedCapacity(deploy).desired);
    if (!deploy.source) return inOrder([takeOver]);
    return inOrder([
      ...canary.steps.flatMap((step) => [
        ...(canary.by === 'traffic' ? shareByTraffic(deploy, step) : shareByInstances(deploy, step)),
        watchNewcomer(deploy, step.waitSeconds, canary),
        judgmentStage(deploy, step),
      ]),
      takeOver,
      settleOlder(deploy, HOLD),
      ...scaleDownStages(deploy, deploy.settings),
    ]);
  },
  onFailureStages: (deploy) => (deploy.settings.canary.by === 'traffic' ? releaseSource(deploy, HOLD) : []),
});

/** More for the new one before less for the old one: in between its share is smaller, never greater. */
function shareByTraffic(deploy: Deploy, { percentage }: CanaryStep): Step[] {
  const { source, created } = deploy;
  if (!source) return [];
  const change: HeldChange = {
    hold: HOLD,
    reason: `${created.serverGroupName} serves ${percentage} % as a canary`,
  };
  const weight = weightFor(percentage, wantedCapacity(deploy).desired, source.capacity.desired);
  return [giveShare(deploy, weight, change), takeShare(deploy, source, percentage, change)];
}

function shareByInstances(deploy: Deploy, { percentage }: CanaryStep): Step[] {
  const old = deploy.source?.capacity.desired ?? 0;
  return [growNewcomer(deploy, instancesFor(percentage, old, wantedCapacity(deploy).desired))];
}

function judgmentStage({ created }: Deploy, { judgment, percentage }: CanaryStep): Step | undefined {
  if (!judgment) return undefined;
  const asked = typeof judgment === 'object' ? judgment : {};
  return {
    type: 'manualJudgment',
    name: `Judge ${created.serverGroupName} at ${percentage} %`,
    context: {
      ...asked,
      instructions: asked.instructions ?? `${created.serverGroupName} serves ${percentage} %. Shall it get more?`,
    },
  };
}
