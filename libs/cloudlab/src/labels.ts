import { z } from 'zod';
import { changeResource, checkFingerprint, parse } from './collection.ts';
import type { ItemCall, Lab } from './collection.ts';
import { labels } from './resource.ts';
import type { CollectionName } from './resource.ts';
import type { OperationDocument } from './store.ts';

const setLabelsBody = z.looseObject({ labels: labels.default({}), labelFingerprint: z.string().optional() });

/** `POST .../{name}/setLabels`: replaces the labels, under their own fingerprint. */
export function setLabels<C extends CollectionName>(of: { readonly name: C }) {
  return (lab: Lab, call: ItemCall<C>): OperationDocument => {
    const body = parse(setLabelsBody, call.body, 'setLabelsRequest');
    const current = call.item['labelFingerprint'];
    checkFingerprint(body.labelFingerprint, typeof current === 'string' ? current : undefined, true);
    return changeResource(lab, call, of, 'setLabels', { labels: body.labels });
  };
}
