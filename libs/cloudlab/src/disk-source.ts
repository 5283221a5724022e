import { resolveImage } from './image-reference.ts';
import { lastPart, linkOf, pathOf, splitPath } from './path.ts';
import { CloudProblem, invalid, notFound, notReady } from './problem.ts';
import type { Disk } from './resource.ts';
import type { DiskContents } from './runtime.ts';
import type { Store } from './store.ts';

/** What a disk is asked to be made of. */
export interface WantedSource {
  readonly sourceImage?: string | undefined;
  readonly sourceSnapshot?: string | undefined;
}

/** An image or a snapshot that a disk can be made of. */
export interface DiskSource {
  /** As the disk names it. */
  readonly fields: Pick<Disk, 'sourceImage' | 'sourceSnapshot'> & Readonly<Record<string, string>>;
  readonly contents: DiskContents;
  readonly sizeGb: number;
  /** Word for it in sentences. */
  readonly kind: 'image' | 'snapshot';
}

/**
 * The source that a disk names; undefined when it is to be empty.
 * @param field where it stands in the request, e.g. `resource`
 * @throws CloudProblem 400 for two sources or one of another kind, 404 for one that is not there, 400 while it is made
 */
export function diskSource(store: Store, wanted: WantedSource, project: string, field: string): DiskSource | undefined {
  const { sourceImage = '', sourceSnapshot = '' } = wanted;
  if (sourceImage !== '' && sourceSnapshot !== '') {
    throw invalid(
      `${field}.sourceSnapshot`,
      'a disk is made of an image or of a snapshot, not of both; leave one out.',
    );
  }
  if (sourceImage !== '') return imageSource(store, sourceImage, project);
  return sourceSnapshot === '' ? undefined : snapshotSource(store, sourceSnapshot, project, field);
}

/**
 * Size of a new disk, whole gigabytes: what is asked for, or that of its source.
 * @throws CloudProblem 400 when the source does not fit
 */
export function diskSize(given: unknown, source: DiskSource | undefined, empty: string, field: string): string {
  if (given === undefined || given === null) return source === undefined ? empty : String(source.sizeGb);
  const size = Number(given);
  if (!Number.isInteger(size) || size < 1) throw invalid(field, `'${String(given)}'. It must be whole gigabytes.`);
  if (source !== undefined && size < source.sizeGb) {
    throw invalid(
      field,
      `'${size}'. Requested disk size cannot be smaller than the ${source.kind} size (${source.sizeGb} GB).`,
    );
  }
  return String(size);
}

function imageSource(store: Store, reference: string, project: string): DiskSource {
  const path = resolveImage(store, reference, project);
  const image = path === undefined ? undefined : store.get('images', path);
  if (path === undefined || image === undefined) throw notFound(pathOfUnknown(reference, project));
  if (image.status !== 'READY') throw notReady(path, `it is ${image.status}; wait until it is READY.`);
  return {
    fields: { sourceImage: linkOf(path), sourceImageId: image.id },
    contents: { image: image.digest },
    sizeGb: Number(image['diskSizeGb'] ?? 1),
    kind: 'image',
  };
}

function snapshotSource(store: Store, reference: string, project: string, field: string): DiskSource {
  // A snapshot may be named alone.
  const path = pathOf(reference.includes('/') ? reference : `global/snapshots/${reference}`, project, field);
  if (splitPath(path)?.collection !== 'snapshots')
    throw invalid(`${field}.sourceSnapshot`, `'${reference}'. It must be one of snapshots.`);
  const snapshot = store.get('snapshots', path);
  if (snapshot === undefined) throw notFound(path);
  if (snapshot.status !== 'READY') throw notReady(path, `it is ${snapshot.status}; wait until it is READY.`);
  return {
    fields: { sourceSnapshot: linkOf(path), sourceSnapshotId: snapshot.id },
    contents: { snapshot: snapshot.id },
    sizeGb: Number(snapshot.diskSizeGb),
    kind: 'snapshot',
  };
}

function pathOfUnknown(reference: string, project: string): string {
  if (!reference.includes('/family/')) return pathOf(reference, project, 'sourceImage');
  const owner = /projects\/([^/]+)\//.exec(reference)?.[1] ?? project;
  return `projects/${owner}/global/images/family/${lastPart(reference)}`;
}

/** @throws CloudProblem 400 for a disk whose content is with the instance that boots, or booted, from it */
export function refuseBootDisk(path: string, disk: Disk): void {
  if (disk.boot !== true) return;
  throw new CloudProblem(
    400,
    'invalid',
    `The disk '${path}' was made for an instance to boot from; this cloud keeps its content with that instance. Use a data disk.`,
  );
}
