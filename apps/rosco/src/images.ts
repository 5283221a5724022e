import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Compute } from '@gennaker/clouds/gce/compute';
import { GceFailure } from '@gennaker/clouds/gce/errors';
import { badRequest, ServiceError } from '@gennaker/contracts/error';
import type { Account } from '@gennaker/service/config';
import { z } from 'zod';
import type { BaseImage } from './templates.ts';

const imageSchema = z.looseObject({
  id: z.coerce.string(),
  name: z.string(),
  selfLink: z.string(),
  status: z.string().nullish(),
  description: z.string().nullish(),
});
export type Image = z.infer<typeof imageSchema>;

/** What an image is made of, beside its name. */
export interface NewImage {
  readonly name: string;
  readonly description: string;
  /** Address of the finished content. */
  readonly source: string;
  readonly sourceImage: string;
  readonly family?: string;
  readonly key: string;
}

/** The image store of one account. */
export interface Images {
  /** The newest image of a family, or the named image. @throws ServiceError 400 when there is none */
  resolve(base: BaseImage): Promise<Image>;
  find(name: string): Promise<Image | null>;
  /** As `find`, but an image that is being made is waited for. */
  settled(name: string, signal: AbortSignal): Promise<Image | null>;
  /** Makes an image, once: when one of that name is there, that one is the answer. */
  insert(image: NewImage, signal: AbortSignal): Promise<Image>;
  close(): Promise<void>;
}

/** Label values at Google Compute hold 63 characters at most. */
export const keyLabel = (key: string): string => key.slice(0, 40);

const PENDING_POLL_MS = 500;

/** Opens the image store of an account. */
export function openImages(account: Account): Images {
  const compute = new Compute(account, {
    now: () => Date.now(),
    sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}).then(() => undefined),
  });
  const find = (name: string) => compute.find('Images', 'get', { image: name }, imageSchema);
  const settled = async (name: string, signal: AbortSignal): Promise<Image | null> => {
    for (;;) {
      const image = await find(name);
      if (image?.status === 'FAILED') throw new ServiceError(502, `The cloud could not make the image ${name}`);
      if (image?.status !== 'PENDING') return image;
      await delay(PENDING_POLL_MS, undefined, { signal });
    }
  };
  return {
    find: (name) => upstream(account, () => find(name)),
    settled: (name, signal) => upstream(account, () => settled(name, signal)),
    resolve: (base) =>
      upstream(account, async () => {
        const found = base.isImageFamily
          ? await compute.find('Images', 'getFromFamily', { family: base.sourceImageFamily ?? base.id }, imageSchema)
          : await find(base.sourceImage ?? base.id);
        if (found) return found;
        throw badRequest(
          base.isImageFamily
            ? `Account ${account.name} has no image of the family "${base.sourceImageFamily ?? base.id}"`
            : `Account ${account.name} has no image "${base.sourceImage ?? base.id}"`,
          { field: 'base_os', fix: 'choose another base image, or make this one' },
        );
      }),
    insert: (image, signal) =>
      upstream(account, async () => {
        const here = await settled(image.name, signal);
        if (here) return here;
        const imageResource = {
          name: image.name,
          description: image.description,
          labels: { 'gennaker-bake': keyLabel(image.key) },
          rawDisk: { source: image.source },
          ...(image.family ? { family: image.family } : {}),
        };
        try {
          await compute.mutate(
            'Images',
            'insert',
            { imageResource },
            { requestId: requestId(`${image.name}:${image.source}`), signal },
          );
        } catch (error) {
          if (!(error instanceof GceFailure && error.gce.reason === 'alreadyExists')) throw error;
        }
        const made = await settled(image.name, signal);
        if (!made) throw new ServiceError(502, `The image ${image.name} vanished after it was made`);
        return made;
      }),
    close: () => compute.close(),
  };
}

/** A UUID that is the same for the same text. */
function requestId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function upstream<T>(account: Account, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof GceFailure)) throw error;
    const refused = error.gce.http >= 400 && error.gce.http < 500;
    throw new ServiceError(
      refused ? 400 : 502,
      `The cloud of account ${account.name}: ${error.message}`,
      {},
      { cause: error },
    );
  }
}
