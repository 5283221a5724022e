import { badRequest } from '@gennaker/contracts/error';
import { z } from 'zod';

/** An image that was pushed, as a webhook tells it. */
export interface PushedImage {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string | undefined;
}

const HUB = 'index.docker.io';

const hubSchema = z.looseObject({
  push_data: z.looseObject({ tag: z.string(), pushed_at: z.number().optional() }),
  repository: z.looseObject({ repo_name: z.string() }),
});
const quaySchema = z.looseObject({ docker_url: z.string(), updated_tags: z.array(z.string()) });
/** Notifications of the Distribution registry, and of those that are made from it. */
const distributionSchema = z.looseObject({
  events: z.array(
    z.looseObject({
      action: z.string(),
      target: z.looseObject({ repository: z.string(), tag: z.string().optional(), digest: z.string().optional() }),
      request: z.looseObject({ host: z.string().optional() }).optional(),
    }),
  ),
});

/**
 * The images that a webhook of a registry says were pushed: of Docker Hub, Quay or a Distribution registry. Pulls and pushes
 * of layers are none.
 * @throws ServiceError 400 for a body of no known registry
 */
export function pushedImages(content: Readonly<Record<string, unknown>>): PushedImage[] {
  const hub = hubSchema.safeParse(content).data;
  if (hub) return [{ registry: HUB, repository: hub.repository.repo_name, tag: hub.push_data.tag }];
  const quay = quaySchema.safeParse(content).data;
  if (quay) {
    const [registry = '', ...path] = quay.docker_url.split('/');
    return quay.updated_tags.map((tag) => ({ registry, repository: path.join('/'), tag }));
  }
  const distribution = distributionSchema.safeParse(content).data;
  if (distribution)
    return distribution.events.flatMap(({ action, target, request }) =>
      action === 'push' && target.tag !== undefined
        ? [{ registry: request?.host ?? '', repository: target.repository, tag: target.tag, digest: target.digest }]
        : [],
    );
  throw badRequest('The body is no push of Docker Hub, Quay or a Distribution registry', {
    field: 'body',
    fix: 'point the webhook of the registry here; of another one, use a trigger of type webhook',
  });
}
