import { type AnyOperation, defineOperation } from '@gennaker/extension-sdk/cloud';
import type { Compute, MutateOptions } from './compute.ts';
import { findImage } from './images.ts';
import { imageSchema, projectOf } from './resources.ts';
import { changing, undoing } from './safe-repeat.ts';
import { type UpsertImageTags, upsertImageTagsSchema } from './schema.ts';

/** Adds labels to an image, changes them, or takes those away whose value is null; its other labels stay. */
export function upsertImageTags(compute: Compute): AnyOperation {
  return defineOperation({
    schema: upsertImageTagsSchema,
    examples: [{ credentials: 'local-gce', application: 'hello', imageName: 'hello-1-0-0', tags: { stage: 'prod' } }],
    problems: (d) => (Object.keys(d.tags).length === 0 ? ['tags must hold at least one tag'] : []),
    cluster: () => null,
    preview: async (_context, d) => {
      const plan = await planTags(compute, d);
      const changes = Object.entries(d.tags)
        .filter(([key, value]) => plan.before[key] !== (value ?? undefined))
        .map(([key, value]) =>
          value === null
            ? `Takes label ${key} from image ${plan.name}.`
            : plan.before[key] === undefined
              ? `Labels image ${plan.name} with ${key}=${value}.`
              : `Changes label ${key} of image ${plan.name} from "${plan.before[key]}" to "${value}".`,
        );
      return { changes, warnings: [], problems: [] };
    },
    inverse: async (_context, d) => {
      const { before } = await planTags(compute, d);
      return {
        operations: [
          {
            upsertImageTags: {
              ...(d.application ? { application: d.application } : {}),
              credentials: d.credentials,
              imageName: d.imageName,
              tags: Object.fromEntries(Object.keys(d.tags).map((key) => [key, before[key] ?? null])),
            },
          },
        ],
      };
    },
    run: async (context, d) => {
      const plan = await context.step('find', () => planTags(compute, d));
      context.touch({ kind: 'image', region: 'global', name: plan.name });
      await context.progress(
        'TAG',
        `Labelling image ${plan.name}: ${Object.entries(d.tags)
          .map(([k, v]) => (v === null ? `${k} goes` : `${k}=${v}`))
          .join(', ')}`,
      );
      await context.step(
        'labels',
        () => setLabels(compute, plan, (labels) => laidOver(labels, d.tags), changing(context, 'labels')),
        // Labels that others set meanwhile stay.
        () => setLabels(compute, plan, (labels) => withoutOwn(labels, d.tags, plan.before), undoing(context, 'labels')),
      );
      return [{ type: 'ImageTagsResult', imageName: plan.name, tags: d.tags }];
    },
  });
}

type Labels = Readonly<Record<string, string>>;

async function planTags(compute: Compute, d: UpsertImageTags) {
  const image = await findImage(compute, d.imageName);
  const project = projectOf(image.selfLink) ?? compute.project;
  const before: Labels = image.labels ?? {};
  return { name: image.name, project, before };
}

function laidOver(labels: Labels, tags: UpsertImageTags['tags']): Labels {
  const all = Object.entries<string | null>({ ...labels, ...tags });
  return Object.fromEntries(all.flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}

function withoutOwn(labels: Labels, own: UpsertImageTags['tags'], before: Labels): Labels {
  const others = Object.entries(labels).filter(([key]) => !Object.hasOwn(own, key));
  const restored = Object.entries(before).filter(([key]) => Object.hasOwn(own, key));
  return Object.fromEntries([...others, ...restored]);
}

async function setLabels(
  compute: Compute,
  image: { readonly name: string; readonly project: string },
  change: (labels: Labels) => Labels,
  options: MutateOptions,
): Promise<void> {
  await compute.edit(
    async () => {
      const found = await compute.get(
        'Images',
        'get',
        { project: image.project, image: image.name },
        imageSchema,
        options.signal,
      );
      return { fingerprint: found.labelFingerprint, labels: found.labels ?? {} };
    },
    'Images',
    'setLabels',
    (current) => {
      const before: Labels = current?.labels ?? {};
      const labels = change(before);
      const same =
        Object.keys(labels).length === Object.keys(before).length &&
        Object.entries(labels).every(([key, value]) => before[key] === value);
      if (same) return null;
      return {
        project: image.project,
        resource: image.name,
        globalSetLabelsRequestResource: { labels, labelFingerprint: current?.fingerprint ?? '' },
      };
    },
    options,
  );
}
