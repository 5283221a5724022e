import { z } from 'zod';
import type { PublicImage } from './cloud.ts';
import { parse } from './collection.ts';
import type { Lab } from './collection.ts';
import { fault } from './faults.ts';
import { resolveImage } from './image-reference.ts';
import type { LabRequest, LabResponse } from './message.ts';
import { globalScope, lastPart, pathOf, regionScope } from './path.ts';
import { CloudProblem, notFound } from './problem.ts';
import { quotasOf, setQuota } from './quotas.ts';
import { bodyOf } from './request-body.ts';

const checkoutBody = z.object({ image: z.string().min(1) });
const quotaPlace = z.object({ project: z.string().min(1), region: z.string().default('global') });
const quotaBody = quotaPlace.extend({ metric: z.string().min(1), limit: z.number().min(0).nullable() });

/** Answers what no real cloud has, below `/lab/v1`: checkouts of images, counters, faults, quotas, health. */
export async function answerLab(
  lab: Lab,
  publicImages: readonly PublicImage[],
  request: LabRequest,
  parts: readonly string[],
): Promise<LabResponse> {
  const [what, id] = parts;
  switch (`${request.method} ${what ?? ''}${id === undefined ? '' : '/*'}`) {
    case 'GET health':
      return { status: 200, body: { status: 'UP', instances: Object.keys(lab.store.state.managed).length } };
    case 'GET counters':
      return { status: 200, body: lab.traffic.dataPlane.counters() };
    case 'GET faults':
      return { status: 200, body: lab.faults.list() };
    case 'DELETE faults':
      lab.faults.add({ kind: 'clear' });
      return { status: 200, body: lab.faults.list() };
    case 'POST faults': {
      const order = parse(fault, bodyOf(request), 'fault');
      if (order.kind === 'crash-instance') crash(lab, order.instance);
      lab.faults.add(order);
      return { status: 200, body: lab.faults.list() };
    }
    case 'GET quotas': {
      const { project, region } = parse(quotaPlace, request.query, 'quota');
      const scope = region === 'global' ? globalScope(project) : regionScope(project, region);
      return { status: 200, body: { quotas: quotasOf(lab.store, scope) } };
    }
    case 'PUT quotas': {
      const { project, ...order } = parse(quotaBody, bodyOf(request), 'quota');
      setQuota(lab.store, project, order);
      return { status: 200, body: order };
    }
    case 'POST checkouts': {
      const { image } = parse(checkoutBody, bodyOf(request), 'checkout');
      return { status: 200, body: await lab.runtime.checkOut(digestOf(lab, publicImages, image)) };
    }
    case 'DELETE checkouts/*':
      await lab.runtime.discardCheckout(id ?? '');
      return { status: 200, body: {} };
    case 'GET images/*': {
      const digest = digestOf(lab, publicImages, id ?? '');
      return { status: 200, body: { digest, manifest: await lab.runtime.manifest(digest) } };
    }
    default:
      throw new CloudProblem(404, 'notFound', `There is no ${request.method} ${request.path}.`);
  }
}

/** Digest of a READY image that is named by link, path, bare name or `family/NAME` in any project. */
function digestOf(lab: Lab, publicImages: readonly PublicImage[], reference: string): string {
  const project = /projects\/([^/]+)\//.exec(reference)?.[1];
  const name = lastPart(reference);
  if (project !== undefined) {
    const path = resolveImage(lab.store, reference, project);
    const image = path === undefined ? undefined : lab.store.get('images', path);
    if (image === undefined) throw notFound(pathOf(reference.replace('/family/', '/'), project, 'image'));
    if (image.status !== 'READY')
      throw new CloudProblem(400, 'resourceNotReady', `The image '${name}' is ${image.status}.`);
    return image.digest;
  }
  const known = publicImages.find(
    (each) => each.name === name || (reference.includes('family/') && each.family === name),
  );
  if (known !== undefined) return known.digest;
  const found = lab.store
    .list('images', 'projects/')
    .find(([, image]) => image.name === name && image.status === 'READY');
  if (found === undefined) throw notFound(`images/${name}`);
  return found[1].digest;
}

function crash(lab: Lab, reference: string): void {
  const name = lastPart(reference);
  const found = Object.values(lab.store.state.managed).find(({ instance }) => lastPart(instance) === name);
  const instance = found === undefined ? undefined : lab.store.get('instances', found.instance);
  if (instance === undefined) throw notFound(`instances/${name}`);
  lab.runtime.crash(instance.id);
}
