import type { OperationContext } from '@gennaker/extension-sdk/cloud';
import type { Compute } from '../compute.ts';
import { GLOBAL, labelOf } from '../load-balancers/collections.ts';
import { changing, undoing } from '../safe-repeat.ts';
import { attach, detach, restoreBackend, type TrafficGroup, type TrafficShare } from './attach.ts';
import { type Attached, placeKey, type TrafficTarget } from './targets.ts';

/** A target as history shows it: `backend service hello-bs of load balancer hello-lb`. */
export function targetText(target: TrafficTarget): string {
  const collection = target.kind === 'targetPool' ? 'targetPools' : 'backendServices';
  const place = labelOf({ collection, region: target.region, name: target.name });
  return target.loadBalancer ? `${place} of load balancer ${target.loadBalancer}` : place;
}

/** Names the load balancers whose views an operation changes. */
export function touchTargets(context: OperationContext, targets: readonly TrafficTarget[]): void {
  for (const { loadBalancer: name, loadBalancerRegion: region } of targets)
    if (name) context.touch({ kind: 'loadBalancer', region, name });
}

/** Names load balancers that only a record tells of: each is in the region or outside of regions. */
export function touchNamed(context: OperationContext, region: string, names: readonly string[]): void {
  for (const name of names)
    for (const place of [region, GLOBAL]) context.touch({ kind: 'loadBalancer', region: place, name });
}

/** Puts a group behind all targets, one step each. `undo`: what brings one target back to how it was. */
export async function attachAll(
  compute: Compute,
  context: OperationContext,
  targets: readonly TrafficTarget[],
  group: TrafficGroup,
  share: TrafficShare,
  undo?: (target: TrafficTarget) => Promise<unknown>,
): Promise<void> {
  for (const target of targets) {
    const text = targetText(target);
    await context.progress('TRAFFIC', `Putting ${group.name} into ${text}`);
    await context.step(
      `attach ${text}`,
      async () => {
        await attach(compute, target, group, share, (part) => changing(context, `${part} ${text}`));
      },
      undo && (async () => void (await undo(target))),
    );
  }
}

/** Takes a group out of all targets, one step each; answers until when its open connections are served, epoch ms. */
export async function detachAll(
  compute: Compute,
  context: OperationContext,
  targets: readonly TrafficTarget[],
  group: TrafficGroup,
  undo?: (target: TrafficTarget) => Promise<unknown>,
): Promise<number> {
  for (const target of targets) {
    const text = targetText(target);
    await context.progress('TRAFFIC', `Taking ${group.name} out of ${text}`);
    await context.step(
      `detach ${text}`,
      async () => {
        await detach(compute, target, group, (part) => changing(context, `${part} ${text}`));
      },
      undo && (async () => void (await undo(target))),
    );
  }
  const drain = Math.max(0, ...targets.map((target) => target.drainSec));
  return context.step('drain-until', () => Promise.resolve(compute.now() + drain * 1_000));
}

/** Undoes an attachment. */
export function undoAttach(
  compute: Compute,
  context: OperationContext,
  group: TrafficGroup,
): (target: TrafficTarget) => Promise<boolean> {
  return (target) => detach(compute, target, group, (part) => undoing(context, `${part} ${targetText(target)}`));
}

/** Puts a group back as it was: exactly where `backends` tells how, by `placeKey`, and else with its share. */
export function undoDetach(
  compute: Compute,
  context: OperationContext,
  group: TrafficGroup,
  share: TrafficShare,
  backends: Attached['backends'] = {},
): (target: TrafficTarget) => Promise<boolean> {
  return (target) => {
    const options = (part: string) => undoing(context, `${part} ${targetText(target)}`);
    const backend = target.kind === 'backendService' ? backends[placeKey(target)] : undefined;
    return backend
      ? restoreBackend(compute, target, group, backend, options('attach'))
      : attach(compute, target, group, share, options);
  };
}
