import type { SyntheticStage } from '@gennaker/extension-sdk/stage';
import { defineStrategy, type MadeDeploy } from '@gennaker/extension-sdk/strategy';
import {
  delayBeforeDisable,
  enableNewcomer,
  inOrder,
  pipelineStage,
  scaleDownStages,
  takeOverProblems,
  takesFromOlder,
  waitStage,
} from '@gennaker/extension-sdk/strategy-stages';
import type { z } from 'zod';
import { redblackSchema, verifyPipelineSchema } from './schema.ts';

type Deploy = MadeDeploy<z.output<typeof redblackSchema>>;

/** The new server group takes over, then the older ones lose their traffic; they stay, so that going back is quick. */
export default defineStrategy({
  type: 'redblack',
  aliases: ['bluegreen'],
  label: 'Red/black',
  description: 'Disables older server groups once the new one is healthy',
  schema: redblackSchema,
  problems: (settings) => takeOverProblems('redblack', settings),
  // What is verified gets no traffic before.
  prepare: ({ verify }) => (verify ? { disableTraffic: true } : {}),
  afterStages(deploy) {
    const { settings, source } = deploy;
    return inOrder([
      ...(settings.verify ? [verifyStage(deploy, settings.verify), enableNewcomer(deploy)] : []),
      ...(source ? replaceOlder(deploy) : []),
    ]);
  },
});

function replaceOlder(deploy: Deploy): (Omit<SyntheticStage, 'after'> | undefined)[] {
  const { settings } = deploy;
  return [
    // Before the old one is disabled: it serves, so that it is not among those that may go.
    settings.maxRemainingAsgs
      ? {
          type: 'shrinkCluster',
          name: 'Shrink cluster',
          context: {
            ...takesFromOlder(deploy),
            shrinkToSize: settings.maxRemainingAsgs,
            allowDeleteActive: settings.allowDeleteActive === true,
          },
        }
      : undefined,
    waitStage('Wait before disable', delayBeforeDisable(settings)),
    {
      type: 'disableCluster',
      name: 'Disable older server groups',
      context: { ...takesFromOlder(deploy), remainingEnabledServerGroups: 1 },
    },
    ...scaleDownStages(deploy, settings),
  ];
}

/** A look at the new server group before it gets traffic; its failure ends the deploy. */
function verifyStage(deploy: Deploy, verify: NonNullable<Deploy['settings']['verify']>): Omit<SyntheticStage, 'after'> {
  const { created, cluster, source } = deploy;
  const parameters = {
    application: deploy.view.application,
    credentials: created.account,
    region: created.region,
    cluster,
    deployedServerGroup: created.serverGroupName,
    ...(source ? { sourceServerGroup: source.serverGroupName } : {}),
  };
  const name = `Verify ${created.serverGroupName}`;
  const pipeline = verifyPipelineSchema.safeParse(verify).data;
  if (pipeline)
    return pipelineStage(deploy, name, {
      application: pipeline.application,
      pipelineId: pipeline.pipelineId,
      parameters: { ...parameters, ...pipeline.pipelineParameters },
    });
  return { type: 'webhook', name, context: { payload: parameters, ...verify } };
}
