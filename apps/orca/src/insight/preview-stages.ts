import type { OperationPreview } from '@gennaker/contracts/cloud-views';
import type { PostedStage } from '@gennaker/engine/create';
import type { World } from '../world.ts';
import { type Asking, foresee, type Found } from './foresee-stages.ts';

/** Stages that somebody means to run, and who asks what they would do. */
export interface PreviewRequest extends Asking {
  readonly stages: readonly PostedStage[];
}

/**
 * What stages would have clouds do now: each runs up to where it would submit, by the very tasks that would submit, and what
 * it would submit is told by the cloud. Nothing is stored, locked or changed. A stage that fails before, or would have to
 * wait, says so in place of it; what comes after its submission is not looked at.
 */
export async function previewStages(world: World, request: PreviewRequest): Promise<OperationPreview[]> {
  const found: { readonly stage: string | undefined; readonly one: Found }[] = [];
  // Each by itself: one that is refused says nothing about the next.
  for (const stage of request.stages)
    for (const one of (await foresee(world, request, [stage])).found)
      found.push({ stage: typeof stage.name === 'string' ? stage.name : undefined, one });
  const told = await toldByClouds(
    world,
    request,
    found.map(({ one }) => one),
  );
  return found.flatMap(({ stage, one }) =>
    (told.get(one) ?? []).map((preview) => (stage === undefined ? preview : { stage, ...preview })),
  );
}

/** What clouds tell of submissions; what was told already stays. They are asked about all at once: guards judge them together. */
export async function toldByClouds(
  { ports }: World,
  { by, traceparent, signal }: Asking,
  found: readonly Found[],
): Promise<ReadonlyMap<Found, readonly OperationPreview[]>> {
  const told = new Map<Found, readonly OperationPreview[]>();
  for (const one of found) if (!('provider' in one)) told.set(one, [one]);
  const submissions = found.filter((one) => 'provider' in one);
  for (const [provider, together] of Map.groupBy(submissions, (one) => one.provider)) {
    const previews = await ports.clouddriver.previewOperations(
      { params: { provider }, body: together.flatMap(({ body }) => [...body]) },
      { identity: by, traceparent, signal },
    );
    let at = 0;
    for (const one of together) told.set(one, previews.slice(at, (at += one.body.length)));
  }
  return told;
}
