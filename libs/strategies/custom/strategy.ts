import { clusterName } from '@gennaker/contracts/moniker';
import { defineStrategy } from '@gennaker/extension-sdk/strategy';
import { customSchema } from './schema.ts';

/** A pipeline deploys in place of the stage; its deploy stage takes over what is described here. */
export default defineStrategy({
  type: 'custom',
  label: 'Custom',
  description: 'Runs a pipeline of yours that deploys what is described here, and sees to the older server groups',
  schema: customSchema,
  // What a pipeline does is its author's.
  bounds: () => undefined,
  insteadStages({ stage, view, settings, description }) {
    const { strategyApplication, strategyPipeline, pipelineParameters } = settings;
    const text = (key: string): string | undefined =>
      typeof description[key] === 'string' ? description[key] : undefined;
    const application = text('application') ?? view.application;
    const { pipelineParameters: _given, ...deployed } = description;
    return [
      {
        type: 'pipeline',
        name: 'Deploy by pipeline',
        context: {
          application: strategyApplication ?? view.application,
          pipeline: strategyPipeline,
          pipelineParameters: {
            ...pipelineParameters,
            application,
            credentials: text('credentials') ?? text('account'),
            region: text('region'),
            cloudProvider: text('cloudProvider') ?? 'gce',
            ...(description['moniker'] ? { moniker: description['moniker'] } : {}),
            cluster: clusterName(application, text('stack'), text('freeFormDetails')),
            clone: stage.type === 'cloneServerGroup',
            strategy: true,
            parentStageId: stage.id,
            deployedCluster: deployed,
          },
        },
      },
    ];
  },
});
