import type { SyntheticStage } from '@gennaker/extension-sdk/stage';
import type { StageState } from '../model.ts';
import type { Turn } from './turn.ts';

type Phase = 'before' | 'after' | 'onFailure';

/**
 * Makes a stage's synthetic stages: refIds `3<1`, `3>2`, requisites among siblings; on-failure stages run one after another.
 * `window` becomes `3<0`, which all the others wait for.
 */
export function planSynthetics(
  turn: Turn,
  parent: StageState,
  phase: Phase,
  wanted: readonly SyntheticStage[],
  window?: SyntheticStage,
): void {
  const owner = phase === 'before' ? 'STAGE_BEFORE' : 'STAGE_AFTER';
  const mark = phase === 'before' ? '<' : '>';
  const used = turn.graph.children(parent.id, owner).map((child) => Number(child.refId.slice(parent.refId.length + 1)));
  const taken = Math.max(0, ...used);
  const refOf = (index: number) => `${parent.refId}${mark}${taken + index + 1}`;
  const chained = phase === 'onFailure' && wanted.every((stage) => stage.after === undefined);
  const made = (
    stage: SyntheticStage,
    refId: string,
    requisiteStageRefIds: readonly string[],
  ): Omit<StageState, 'position'> => ({
    id: turn.nextId(),
    refId,
    requisiteStageRefIds,
    type: stage.type,
    name: stage.name,
    status: 'NOT_STARTED',
    context: stage.context,
    outputs: {},
    tasks: [],
    pausedMs: 0,
    parentStageId: parent.id,
    syntheticStageOwner: owner,
  });
  const windowRef = `${parent.refId}<0`;
  const first = window ? [windowRef] : [];
  const stages = wanted.map((stage, index) => {
    if (stage.after?.some((earlier) => !Number.isInteger(earlier) || earlier < 0 || earlier >= index))
      throw new Error(
        `the synthetic stage "${stage.name}" waits for siblings [${stage.after}] that are not in front of it`,
      );
    const after = chained ? (index === 0 ? [] : [index - 1]) : (stage.after ?? []);
    return made(stage, refOf(index), [...first, ...after.map(refOf)]);
  });
  const all = window ? [made(window, windowRef, []), ...stages] : stages;
  if (all.length > 0) turn.emit({ type: 'StagesPlanned', parentStageId: parent.id, phase, stages: all });
}
