import { changeResource, collection, insertResource, parse, removeResource, start } from './collection.ts';
import type { Lab } from './collection.ts';
import { z } from 'zod';
import { setLabels } from './labels.ts';
import { resolveImage } from './image-reference.ts';
import { CloudProblem, OperationFailure } from './problem.ts';
import { imageBody, labels, reference, resourceName } from './resource.ts';
import type { OperationWork } from './store.ts';

const images = { name: 'images', kind: 'compute#image' } as const;

const patchBody = z.looseObject({
  description: z.string().optional(),
  family: resourceName.optional(),
  labels: labels.optional(),
});
const deprecateBody = z.looseObject({
  state: z.enum(['ACTIVE', 'DEPRECATED', 'OBSOLETE', 'DELETED']).default('ACTIVE'),
  replacement: reference.optional(),
});

/** Images: made from a staging folder (`rawDisk.source` is its file URL) or as a copy of another image. */
export const imageCollection = collection<'images'>({
  ...images,
  scopes: ['global'],
  aggregated: false,
  view(_lab, _path, { digest: _, ...item }) {
    return item;
  },
  insert(lab, call) {
    const body = parse(imageBody, call.body);
    const { rawDisk, sourceImage } = body;
    if ((rawDisk === undefined) === (sourceImage === undefined)) {
      throw new CloudProblem(
        400,
        'invalid',
        "Give either 'rawDisk.source' (the file URL of a staging folder) or 'sourceImage'.",
      );
    }
    if (sourceImage !== undefined && resolveImage(lab.store, sourceImage, call.scope.project) === undefined) {
      throw new CloudProblem(404, 'notFound', `The image '${sourceImage}' was not found.`);
    }
    const fields = { ...body, digest: '', sourceType: 'RAW', storageLocations: ['us'] };
    const operation = insertResource(lab, call, images, fields, {
      action: 'make-image',
      detail: rawDisk === undefined ? { sourceImage: sourceImage ?? '' } : { source: rawDisk.source },
    });
    setStatus(lab, `${call.scope.path}/images/${body.name}`, { status: 'PENDING' });
    return operation;
  },
  patch(lab, call) {
    const { description, family, labels: given } = parse(patchBody, call.body);
    return changeResource(lab, call, images, 'patch', { description, family, labels: given });
  },
  remove: (lab, call) => removeResource(lab, call, { action: 'prune-images' }),
  posts: {
    setLabels: setLabels(images),
    deprecate(lab, call) {
      const body = parse(deprecateBody, call.body, 'deprecationStatus');
      const { deprecated: _, ...item } = call.item;
      return start(lab, call, 'deprecate', undefined, () => {
        const deprecated = body.state === 'ACTIVE' ? {} : { deprecated: body };
        lab.store.put('images', call.path, { ...item, ...deprecated });
      });
    },
  },
});

/** Work of images.insert: the content is hashed and stored, then the image is READY. */
export async function makeImage(lab: Lab, work: OperationWork): Promise<void> {
  const image = lab.store.get('images', work.target);
  if (image === undefined || image.status === 'READY') return;
  try {
    const { source, sourceImage } = work.detail ?? {};
    if (source !== undefined) {
      const { digest, bytes } = await lab.runtime.importImage(source);
      setStatus(lab, work.target, {
        status: 'READY',
        digest,
        archiveSizeBytes: String(bytes),
        diskSizeGb: sizeGb(bytes),
      });
      return;
    }
    const from = resolveImage(lab.store, sourceImage ?? '', work.target.split('/')[1] ?? '');
    const origin = from === undefined ? undefined : lab.store.get('images', from);
    if (origin === undefined)
      throw new OperationFailure('RESOURCE_NOT_FOUND', `The image '${sourceImage ?? ''}' is gone.`);
    const { digest, archiveSizeBytes, diskSizeGb } = origin;
    setStatus(lab, work.target, { status: 'READY', digest, archiveSizeBytes, diskSizeGb });
  } catch (cause) {
    // A failed insert leaves no image behind: the name is free for the next attempt.
    lab.store.remove(work.target);
    throw cause;
  }
}

/** Work after images.delete: contents that no image, disk or instance needs any more are removed. */
export function pruneImages(lab: Lab, keep: readonly string[]): Promise<void> {
  return lab.runtime.keepImages(
    () =>
      new Set([
        ...keep,
        ...lab.store.list('images', 'projects/').map(([, image]) => image.digest),
        ...lab.store
          .list('disks', 'projects/')
          .flatMap(([, { contents }]) => (contents !== undefined && 'image' in contents ? [contents.image] : [])),
        ...Object.values(lab.store.state.managed).map(({ digest }) => digest),
      ]),
  );
}

/** Size of a disk that holds that many bytes, whole gigabytes as text. */
export function sizeGb(bytes: number): string {
  return String(Math.max(1, Math.ceil(bytes / 2 ** 30)));
}

function setStatus(lab: Lab, path: string, change: object): void {
  const image = lab.store.get('images', path);
  if (image !== undefined) lab.store.put('images', path, { ...image, ...change });
}
