import { ServiceError } from '@gennaker/contracts/error';
import { clusterName } from '@gennaker/contracts/moniker';
import { artifactOf, boundArtifact } from '@gennaker/extension-sdk/bound-artifact';
import type { ClusterPlace } from '@gennaker/extension-sdk/cluster-lock';
import {
  asDeployed,
  DEPLOY_KEYS,
  describedCapacity,
  isDark,
  RUN_KEYS,
  whereOf,
  zonesOf,
} from '@gennaker/extension-sdk/new-server-group';
import { operationFields } from '@gennaker/extension-sdk/operation-description';
import type { JsonObject, TaskContext } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import type { CreateServerGroupStage } from './schema.ts';

type Context = TaskContext<CreateServerGroupStage>;

/** Keys that are the stage's own, not the operation's. */
const STAGE_KEYS = [...RUN_KEYS, ...DEPLOY_KEYS] as const;

/** Where the group goes. @throws ServiceError 422 naming the missing field */
export function placeOf(context: Context): ClusterPlace {
  const stage = context.context;
  const { account, region } = whereOf(stage);
  if (!account)
    throw new ServiceError(422, 'The cluster names no account', { field: 'account', fix: 'choose an account' });
  if (!region) throw new ServiceError(422, 'The cluster names no region', { field: 'region', fix: 'choose a region' });
  const application = stage.application ?? context.application;
  return {
    account,
    region,
    cluster: clusterName(application, stage.stack ?? undefined, stage.freeFormDetails ?? undefined),
  };
}

const detailsSchema = z.array(
  z.looseObject({
    cloudProvider: z.string().optional(),
    cloudProviderType: z.string().optional(),
    region: z.string().optional(),
    imageName: z.string().optional(),
    imageId: z.string().optional(),
    ami: z.string().optional(),
  }),
);

/** The image to deploy: the stage's own, or that of the nearest bake for the same cloud. @throws ServiceError 422 when there is none */
export function imageOf(context: Context): string {
  const stage = context.context;
  const given = imageOfArtifact(context);
  if (given !== undefined) return given;
  const named = stage.image ?? stage.imageId ?? stage.amiName;
  if (named) return named;
  const seen: string[] = [];
  for (const output of context.ancestorOutputs('deploymentDetails')) {
    for (const detail of detailsSchema.catch([]).parse(output)) {
      const provider = detail.cloudProvider ?? detail.cloudProviderType ?? stage.cloudProvider;
      const image = detail.imageName ?? detail.imageId ?? detail.ami;
      if (provider === stage.cloudProvider && image) return image;
      seen.push(`${image ?? 'unnamed'} (${provider})`);
    }
  }
  throw new ServiceError(
    422,
    `There is no image to deploy: the cluster names none, and no stage before found or baked one for ${stage.cloudProvider}${seen.length ? `; seen were ${seen.join(', ')}` : ''}`,
    { field: 'image', fix: 'put a bake stage in front, or name an image in the cluster' },
  );
}

/** The image that an artifact names, where the stage says that one does. @throws ServiceError 422 */
function imageOfArtifact(context: Context): string | undefined {
  const { imageArtifactId: id, imageArtifact, imageSource, cloudProvider } = context.context;
  const field = id ? 'imageArtifactId' : 'imageArtifact';
  const wanted = imageSource?.toLowerCase() === 'artifact' || Boolean(id);
  if (!id && !imageArtifact) {
    if (!wanted) return undefined;
    throw new ServiceError(422, 'The image is to be that of an artifact, and none is named', {
      field,
      fix: 'choose an expected artifact',
    });
  }
  const { type, name, reference } = id ? boundArtifact(context, id, field) : artifactOf(context, imageArtifact, field);
  if (type && type !== `${cloudProvider}/image`)
    throw new ServiceError(422, `The artifact is a ${type}, and what is deployed must be a ${cloudProvider}/image`, {
      field,
      fix: 'choose an artifact that is an image',
    });
  const image = name || reference;
  if (image) return image;
  throw new ServiceError(422, 'The artifact names no image', { field, fix: 'give it a name or a reference' });
}

/** How many instances are described. */
export const capacityOf = ({ context }: Context) => describedCapacity(context);

/** Description of the operation. */
export function describe(context: Context): JsonObject {
  const stage = asDeployed(context.context);
  const { account, region } = placeOf(context);
  return {
    ...zonesOf(stage, region),
    ...operationFields(stage, STAGE_KEYS),
    application: stage.application ?? context.application,
    credentials: account,
    region,
    image: imageOf(context),
    loadBalancers: stage.loadBalancers ?? [],
    disableTraffic: isDark(stage),
  };
}
