import { foundImages } from '@gennaker/extension-sdk/found-image';
import { defineStage, type TaskContext, type TaskResult } from '@gennaker/extension-sdk/stage';
import { type FindImageFromTags, findImageFromTagsSchema } from './schema.ts';
import { holdsPackage, newestTagged, taggedImageSchema } from './tagged.ts';

/** As many as are answered at most. */
const MOST_IMAGES = '10000';

async function findImage(context: TaskContext<FindImageFromTags>): Promise<TaskResult> {
  const { cloudProvider, packageName, tags, ...stage } = context.context;
  const account = stage.credentials ?? stage.account;
  const imagesWith = async (asked: FindImageFromTags['tags']) => {
    const query = {
      q: packageName,
      ...(account ? { account } : {}),
      count: MOST_IMAGES,
      ...Object.fromEntries(Object.entries(asked).map(([name, value]) => [`tag:${name}`, value])),
    };
    const answer = await context.ports.clouddriver.findImages(
      { params: { provider: cloudProvider }, query },
      { signal: context.signal, traceparent: context.traceparent },
    );
    return answer.map((image) => taggedImageSchema.parse(image));
  };
  const found = newestTagged(await imagesWith(tags), packageName, tags);
  const wanted = Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
  if (!found) {
    const near = (await imagesWith({})).filter((image) => holdsPackage(image, packageName));
    return {
      status: 'TERMINAL',
      reason: {
        summary: `No image of package ${packageName} has the tags ${wanted || '(none)'}; ${near.length === 0 ? 'there is none of that package at all' : `there are ${near.length} of that package`}`,
        evidence: {
          packageName,
          tags,
          images: near.slice(0, 10).map(({ imageName, tags: own }) => ({ imageName, tags: own })),
        },
        next: near.length === 0 ? 'bake the package first' : 'tag one of them (upsertImageTags), or ask for other tags',
      },
    };
  }
  const regions = stage.regions?.length ? stage.regions : [stage.region ?? 'global'];
  const details = regions.map((region) => ({
    image: found.imageName,
    cloudProvider,
    region,
    account: found.account,
    refId: context.stage.refId,
    tags: found.tags ?? {},
    buildInfo: found.buildInfo ?? undefined,
  }));
  return {
    status: 'SUCCEEDED',
    ...foundImages(details),
    reason: { summary: `${found.imageName}, the newest with ${wanted || 'any tags'}`, evidence: { tags: found.tags } },
  };
}

/** Finds the newest image of a package that has tags, for the deploys after it. */
export default defineStage({
  type: 'findImageFromTags',
  label: 'Find image from tags',
  description: 'Finds the newest image of a package that has certain tags',
  schema: findImageFromTagsSchema,
  examples: [{ credentials: 'local-gce', packageName: 'hello', tags: { tested: 'yes' }, regions: ['us-central1'] }],
  runsInDryRun: true,
  tasks: () => [{ name: 'findImage', run: findImage }],
});
