import { pathOf } from './path.ts';
import type { InstanceTemplate } from './resource.ts';
import type { Store } from './store.ts';

/** Path of the image that a template boots from, families resolved to their newest image. */
export function bootImageOf(
  store: Store,
  template: Pick<InstanceTemplate, 'properties'>,
  project: string,
): string | undefined {
  const { disks } = template.properties;
  const source = (disks.find(({ boot }) => boot === true) ?? disks[0])?.initializeParams?.sourceImage;
  return source === undefined ? undefined : resolveImage(store, source, project);
}

/** Path of the image that a reference means: by name, or the newest READY one of a family. */
export function resolveImage(store: Store, reference: string, project: string): string | undefined {
  const family = /(?:projects\/([^/]+)\/)?global\/images\/family\/([^/]+)$/.exec(reference);
  if (family === null) {
    const path = pathOf(reference, project, 'sourceImage');
    return store.get('images', path) === undefined ? undefined : path;
  }
  return newestOfFamily(store, family[1] ?? project, family[2] ?? '');
}

/** Path of the newest image of a family that is READY and not deprecated. */
export function newestOfFamily(store: Store, project: string, family: string): string | undefined {
  return store
    .list('images', `projects/${project}/global/images/`)
    .filter(([, image]) => image.family === family && image.status === 'READY' && image['deprecated'] === undefined)
    .sort(([, a], [, b]) => (a.creationTimestamp < b.creationTimestamp ? 1 : -1))[0]?.[0];
}
