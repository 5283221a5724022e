import { existing } from './collection.ts';
import type { Call, Collection, Lab } from './collection.ts';
import { autoscalerBody } from './autoscaler-schema.ts';
import type { Autoscaler } from './autoscaler-schema.ts';
import { documents } from './document-collection.ts';
import { autoscalerOf } from './group-manager-view.ts';
import { linkOf, pathOf } from './path.ts';
import { invalid } from './problem.ts';

const scalers = documents<'autoscalers', ReturnType<typeof autoscalerBody.parse>>({
  name: 'autoscalers',
  kind: 'compute#autoscaler',
  scopes: ['zone', 'region'],
  body: autoscalerBody,
  changes: ['patch', 'update'],
  fixed: ['target'],
  complete: (lab, call, body, current) => ({
    ...body,
    target: current?.target ?? freeTarget(lab, call, body.target),
    recommendedSize: current?.recommendedSize ?? 0,
    statusDetails: current?.statusDetails ?? [],
    // Told anew at the next look, by the schedules of now.
    scalingScheduleStatus: undefined,
  }),
});

/** Autoscalers, zonal and regional. What they do is Autoscaling's. */
export const autoscalers: Collection = {
  ...scalers,
  view: (_, __, item) => shown(item),
  insert(lab, call) {
    const operation = scalers.insert?.(lab, call);
    if (operation === undefined) throw invalid('resource', 'autoscalers cannot be inserted here.');
    lab.autoscaling.wake();
    return operation;
  },
};

/** The words of the policy's mode are the API's newer ones; an autoscaler that was just made has no size to recommend. */
function shown(item: object): object {
  const { recommendedSize, status, ...rest } = item as Autoscaler;
  return status === undefined ? { ...rest, status: 'PENDING' } : { ...rest, status, recommendedSize };
}

/** @throws CloudProblem when the group is not there, lies elsewhere, or has an autoscaler already */
function freeTarget(lab: Lab, call: Call, reference: string): string {
  const path = existing(lab, call, 'target', reference, ['instanceGroupManagers'], 'same');
  const other = autoscalerOf(lab, path);
  if (other !== undefined) {
    throw invalid(
      'resource.target',
      `'${pathOf(reference, call.scope.project, 'target')}' has an autoscaler already: '${other}'.`,
    );
  }
  return linkOf(path);
}
