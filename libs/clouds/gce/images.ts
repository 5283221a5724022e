import type { Compute } from './compute.ts';
import { type Image, imageSchema } from './resources.ts';

/** Projects whose images an account may use, its own first. */
export function imageProjects(compute: Compute): string[] {
  const extra = compute.account['imageProjects'];
  return [compute.project, ...(Array.isArray(extra) ? extra.filter((p): p is string => typeof p === 'string') : [])];
}

/**
 * An image by name, by link, or the newest of a family by `family/NAME`, in the account's project or one of its
 * `imageProjects`.
 * @throws Error that says where it was looked for, or that it is not READY
 */
export async function findImage(compute: Compute, wanted: string): Promise<Image> {
  const link = /(?:projects\/([^/]+)\/)?(?:global\/)?(?:images\/)?(family\/)?([^/]+)$/.exec(wanted);
  const [, project, ofFamily, name = wanted] = link ?? [];
  const projects = project ? [project] : imageProjects(compute);
  for (const candidate of projects) {
    const image = ofFamily
      ? await compute.find('Images', 'getFromFamily', { project: candidate, family: name }, imageSchema)
      : await compute.find('Images', 'get', { project: candidate, image: name }, imageSchema);
    if (!image) continue;
    if (image.status && image.status !== 'READY')
      throw new Error(`Image ${image.name} is ${image.status}, not READY; wait until it is made, or take another one.`);
    return image;
  }
  const what = ofFamily ? `An image of family ${name}` : `Image ${name}`;
  throw new Error(
    `${what} does not exist in ${projects.map((p) => `project ${p}`).join(' or ')}; bake it or correct the name.`,
  );
}

/** The link of an image, as templates name it. */
export function imageLink(compute: Compute, image: Image): string {
  return image.selfLink ?? `projects/${compute.project}/global/images/${image.name}`;
}
