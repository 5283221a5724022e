import { z } from 'zod';

/** What of an image its finding reads. */
export const taggedImageSchema = z.looseObject({
  imageName: z.string(),
  account: z.string(),
  tags: z.record(z.string(), z.unknown()).nullish(),
  attributes: z.looseObject({ creationDate: z.string().nullish() }).nullish(),
  buildInfo: z.looseObject({ package_name: z.string().optional() }).nullish(),
});
export type TaggedImage = z.infer<typeof taggedImageSchema>;

/** Does the image hold the package? Its bake says so; of an image without an origin the name does. */
export function holdsPackage(image: TaggedImage, packageName: string): boolean {
  const baked = image.buildInfo?.package_name;
  if (baked !== undefined) return baked === packageName;
  return image.imageName === packageName || image.imageName.startsWith(`${packageName}-`);
}

/** Has the image each of these tags, with that value? */
export function hasTags(image: TaggedImage, tags: Readonly<Record<string, string>>): boolean {
  const own = new Map(Object.entries(image.tags ?? {}));
  return Object.entries(tags).every(([name, value]) => own.has(name) && String(own.get(name)) === value);
}

/** The newest of the images that hold the package and have the tags. */
export function newestTagged(
  images: readonly TaggedImage[],
  packageName: string,
  tags: Readonly<Record<string, string>>,
): TaggedImage | undefined {
  const created = (image: TaggedImage): number => Date.parse(image.attributes?.creationDate ?? '') || 0;
  return images
    .filter((image) => holdsPackage(image, packageName) && hasTags(image, tags))
    .toSorted((a, b) => created(b) - created(a) || b.imageName.localeCompare(a.imageName))[0];
}
