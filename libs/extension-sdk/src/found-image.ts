import type { JsonObject } from './stage.ts';

/** An image that a stage found for the deploys after it. */
export interface FoundImage {
  readonly image: string;
  readonly cloudProvider: string;
  /** A region, or `global` where images belong to none. */
  readonly region: string;
  readonly refId: string;
  /** What a bake wrote of its origin. */
  readonly buildInfo?: JsonObject | undefined;
  readonly [key: string]: unknown;
}

/** Context and outputs of a stage that found images, under the keys that deploys and expressions read. */
export function foundImages(found: readonly FoundImage[]): { context: JsonObject; outputs: JsonObject } {
  const details = found.map(({ image, ...rest }) => ({
    ami: image,
    amiName: image,
    imageId: image,
    imageName: image,
    cloudProviderType: rest.cloudProvider,
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
  }));
  const artifacts = found.map(({ image, cloudProvider, region, buildInfo }) => ({
    type: `${cloudProvider}/image`,
    name: image,
    reference: image,
    location: region,
    metadata: { ...(buildInfo ? { build: buildInfo } : {}) },
  }));
  return { context: { amiDetails: details, artifacts }, outputs: { deploymentDetails: details, artifacts } };
}
