import { foundImages, type FoundImage } from '@gennaker/extension-sdk/found-image';
import { clusterGroups } from '@gennaker/extension-sdk/server-group-read';
import { placesOf } from '@gennaker/extension-sdk/server-group-stage';
import { defineStage, type TaskContext, type TaskResult } from '@gennaker/extension-sdk/stage';
import { chooseImage } from './choose.ts';
import { type FindImage, findImageSchema } from './schema.ts';

async function findImage(context: TaskContext<FindImage>): Promise<TaskResult> {
  const stage = context.context;
  const found: FoundImage[] = [];
  const missing: string[] = [];
  const tried: { region: string; problem: string }[] = [];
  for (const place of placesOf(context)) {
    const chosen = chooseImage(await clusterGroups(context, place), stage);
    if ('problem' in chosen) {
      missing.push(place.region);
      tried.push({ region: place.region, problem: chosen.problem });
      continue;
    }
    const { group, image } = chosen;
    found.push({
      image,
      cloudProvider: stage.cloudProvider,
      region: place.region,
      account: place.account,
      refId: context.stage.refId,
      sourceServerGroup: group.name,
      buildInfo: group.buildInfo,
    });
  }
  const [first] = found;
  if (first && stage.resolveMissingLocations) for (const region of missing) found.push({ ...first, region });
  else if (tried.length > 0 || !first)
    return {
      status: 'TERMINAL',
      reason: {
        summary: `Cluster ${stage.cluster ?? ''} has no image to take: ${tried.map(({ region, problem }) => `in ${region}, ${problem}`).join('; ')}`,
        evidence: { cluster: stage.cluster, tried },
        next: first
          ? 'set resolveMissingLocations to use what another region has'
          : 'deploy into the cluster first, or choose another cluster, strategy or pattern',
      },
    };
  const { context: known, outputs } = foundImages(found);
  return {
    status: 'SUCCEEDED',
    context: known,
    outputs: {
      ...outputs,
      ...(stage.resolveMissingLocations && missing.length > 0 ? { inferredRegions: missing } : {}),
    },
    reason: {
      summary: found
        .map((one) => `${one.image}, which ${String(one['sourceServerGroup'])} runs in ${one.region}`)
        .join('; '),
      evidence: { images: found.map(({ image, region }) => ({ image, region })) },
    },
  };
}

/** Finds the image that a cluster runs, for the deploys after it. */
export default defineStage({
  type: 'findImage',
  aliases: ['findAmi'],
  label: 'Find image from cluster',
  description: 'Finds the image that a cluster runs, for the stages after it',
  schema: findImageSchema,
  examples: [
    {
      credentials: 'local-gce',
      cluster: 'hello-test',
      regions: ['us-central1'],
      selectionStrategy: 'NEWEST',
      onlyEnabled: true,
    },
  ],
  runsInDryRun: true,
  tasks: () => [{ name: 'findImage', run: findImage }],
});
