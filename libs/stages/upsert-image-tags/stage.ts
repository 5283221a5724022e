import { ServiceError } from '@gennaker/contracts/error';
import { monitorOperation, submitOperation } from '@gennaker/extension-sdk/cloud-operation';
import { cloudPollMs } from '@gennaker/extension-sdk/cloud-poll';
import { listed } from '@gennaker/extension-sdk/server-group-target';
import { defineStage, type TaskContext, type TaskDefinition, type TaskResult } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import { type UpsertImageTags, upsertImageTagsSchema } from './schema.ts';

type Context = TaskContext<UpsertImageTags>;

const TAGGED_TIMEOUT_MS = 10 * 60_000;

/** An image belongs to no cluster: no lock is needed. */
const nowhere = () => [];

const detailSchema = z.looseObject({
  imageName: z.string(),
  refId: z.string().optional(),
  account: z.string().optional(),
  cloudProvider: z.string().optional(),
});

/** The images that are tagged: those named, or else those that earlier stages found or baked. @throws ServiceError 422 when there are none */
function targetsOf(context: Context): { imageName: string; account: string }[] {
  const stage = context.context;
  const account = stage.credentials ?? stage.account;
  const named = stage.imageNames ?? stage.imageIds ?? [];
  const upstream = listed(context.ancestorOutputs('deploymentDetails'), detailSchema).filter(
    ({ refId, cloudProvider }) =>
      (cloudProvider ?? stage.cloudProvider) === stage.cloudProvider &&
      (!stage.consideredStages?.length || (refId !== undefined && stage.consideredStages.includes(refId))),
  );
  const found = new Map<string, string | undefined>(
    named.length > 0
      ? named.map((name) => [name, account])
      : upstream.map((detail) => [detail.imageName, account ?? detail.account]),
  );
  if (found.size === 0)
    throw new ServiceError(
      422,
      'There is no image to tag: the stage names none, and no stage before found or baked one',
      {
        field: 'imageNames',
        fix: 'put a bake or a findImage stage in front, or name the images',
      },
    );
  return [...found].map(([imageName, of]) => {
    if (!of)
      throw new ServiceError(422, `The stage names no account for image ${imageName}`, {
        field: 'credentials',
        fix: 'choose an account',
      });
    return { imageName, account: of };
  });
}

/** Waits until the cloud shows the tags on every image. */
const waitForTaggedImage: TaskDefinition<UpsertImageTags> = {
  name: 'waitForTaggedImage',
  timeoutMs: TAGGED_TIMEOUT_MS,
  async run(context): Promise<TaskResult> {
    const { cloudProvider, tags, targets = [] } = context.context;
    for (const { imageName, account } of targets) {
      const images = await context.ports.clouddriver.findImages(
        { params: { provider: cloudProvider }, query: { q: imageName, account } },
        { signal: context.signal, traceparent: context.traceparent },
      );
      const image = images.find((one) => one.imageName === imageName);
      const own = z.record(z.string(), z.unknown()).catch({}).parse(image?.['tags']);
      const lacks = Object.entries(tags).filter(([name, value]) => own[name] !== value);
      if (lacks.length > 0)
        return {
          status: 'RUNNING',
          wakeAfterMs: cloudPollMs(context.now - context.taskStartTime),
          reason: {
            summary: image
              ? `${imageName} does not show ${lacks.map(([name, value]) => `${name}=${value}`).join(', ')} yet`
              : `${imageName} is not shown by account ${account} yet`,
            evidence: { imageName, account, tags: own },
          },
        };
    }
    return {
      status: 'SUCCEEDED',
      outputs: { targets, tags },
      reason: { summary: `Tagged: ${targets.map(({ imageName }) => imageName).join(', ')}` },
    };
  },
};

/** Gives images tags, by which findImageFromTags finds them. */
export default defineStage({
  type: 'upsertImageTags',
  aliases: ['tagImage'],
  label: 'Tag image',
  description: 'Gives the images of earlier stages tags',
  schema: upsertImageTagsSchema,
  examples: [
    { credentials: 'local-gce', tags: { tested: 'yes' } },
    { credentials: 'local-gce', imageNames: ['hello-1-0-0'], tags: { stage: 'production' } },
  ],
  tasks: () => [
    submitOperation<UpsertImageTags>('upsertImageTags', nowhere, (context) => {
      const { cloudProvider, tags } = context.context;
      const targets = targetsOf(context);
      return {
        provider: cloudProvider,
        descriptions: targets.map(({ imageName, account }) => ({
          upsertImageTags: { application: context.application, credentials: account, imageName, tags },
        })),
        context: { targets },
      };
    }),
    monitorOperation<UpsertImageTags>('monitorUpsert', nowhere),
    waitForTaggedImage,
  ],
});
