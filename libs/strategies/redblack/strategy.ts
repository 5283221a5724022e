import { parseName } from '@gennaker/contracts/moniker';
import type { SyntheticStage } from '@gennaker/extension-sdk/stage';
import { defineStrategy } from '@gennaker/extension-sdk/strategy';
import { redblackSchema } from './schema.ts';

/** The new server group takes over, then the older ones lose their traffic; they stay, so that going back is quick. */
export default defineStrategy({
  type: 'redblack',
  label: 'Red/black',
  description: 'Disables older server groups once the new one is healthy',
  afterStages(_stage, context, created): SyntheticStage[] {
    const settings = redblackSchema.parse(context);
    const cluster = parseName(created.serverGroupName)?.cluster ?? created.serverGroupName;
    const where = {
      cloudProvider: settings.cloudProvider,
      credentials: created.account,
      cluster,
      regions: [created.region],
      createdServerGroup: {
        account: created.account,
        region: created.region,
        serverGroupName: created.serverGroupName,
      },
    };
    const stages: Omit<SyntheticStage, 'after'>[] = [];
    // Before the old group is disabled: it serves, so that it is not among those that may go.
    if (settings.maxRemainingAsgs)
      stages.push({
        type: 'shrinkCluster',
        name: 'Shrink cluster',
        context: {
          ...where,
          shrinkToSize: settings.maxRemainingAsgs,
          allowDeleteActive: settings.allowDeleteActive,
        },
      });
    const delay = settings.delayBeforeCleanup ?? settings.delayBeforeDisableSec ?? 0;
    if (delay > 0) stages.push({ type: 'wait', name: 'Wait before disable', context: { waitTime: delay } });
    stages.push({
      type: 'disableCluster',
      name: 'Disable older server groups',
      context: { ...where, remainingEnabledServerGroups: 1 },
    });
    return stages.map((stage, index) => ({ ...stage, after: index === 0 ? [] : [index - 1] }));
  },
});
