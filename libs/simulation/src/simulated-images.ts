import { type Image, imageSchema } from '@gennaker/contracts/cloud-views';
import { tagsOfImageQuery } from '@gennaker/contracts/clouddriver';
import type { Cloud } from '@gennaker/extension-sdk/cloud';

/** Images of a simulated cloud by name and tags, as clouddriver answers them. */
export async function findImages(cloud: Cloud, query: { readonly q?: string | undefined }): Promise<Image[]> {
  const found = await cloud.capabilities.images?.find(query.q ?? '', tagsOfImageQuery(query));
  return (found ?? []).map((image) => imageSchema.parse(image));
}
