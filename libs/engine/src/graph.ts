import { isComplete } from '@gennaker/contracts/status';
import type { ExecutionState, StageState, SyntheticOwner } from './model.ts';
import { upstreamOk } from './status.ts';

/** The stages of an execution as decisions walk them: built once per state of the graph. */
export interface Graph {
  readonly topLevel: readonly StageState[];
  children(stageId: string, owner?: SyntheticOwner): readonly StageState[];
  parent(stage: StageState): StageState | undefined;
  /** The stages that this one waits for, by refId, among its siblings. Unknown refIds are undefined. */
  requisites(stage: StageState): readonly (StageState | undefined)[];
}

/** Reads the graph off a state. */
export function graphOf(state: ExecutionState): Graph {
  const topLevel: StageState[] = [];
  const childrenOf = new Map<string, StageState[]>();
  const byRef = new Map<string, StageState>();
  for (const stage of Object.values(state.stages)) {
    byRef.set(`${stage.parentStageId ?? ''}/${stage.refId}`, stage);
    if (stage.parentStageId === undefined) topLevel.push(stage);
    else {
      const list = childrenOf.get(stage.parentStageId);
      if (list) list.push(stage);
      else childrenOf.set(stage.parentStageId, [stage]);
    }
  }
  const none: readonly StageState[] = [];
  return {
    topLevel,
    children: (stageId, owner) => {
      const all = childrenOf.get(stageId) ?? none;
      return owner ? all.filter((child) => child.syntheticStageOwner === owner) : all;
    },
    parent: (stage) => (stage.parentStageId === undefined ? undefined : state.stages[stage.parentStageId]),
    requisites: (stage) => stage.requisiteStageRefIds.map((ref) => byRef.get(`${stage.parentStageId ?? ''}/${ref}`)),
  };
}

/** May it start now? Exact join: every requisite is there and lets it go on. */
export function isReady(graph: Graph, stage: StageState): boolean {
  if (stage.status !== 'NOT_STARTED') return false;
  const parent = graph.parent(stage);
  if (stage.parentStageId !== undefined && parent?.status !== 'RUNNING') return false;
  return graph.requisites(stage).every((requisite) => requisite !== undefined && upstreamOk(requisite.status));
}

/** A stage and everything below it, the deepest first. */
export function withDescendants(graph: Graph, stage: StageState): StageState[] {
  return [...graph.children(stage.id).flatMap((child) => withDescendants(graph, child)), stage];
}

/** All stages in reading order: top-level in order of creation, each with its before-stages in front and its after-stages behind. */
export function inReadingOrder(state: ExecutionState): StageState[] {
  const graph = graphOf(state);
  const walk = (stage: StageState): StageState[] => [
    ...graph.children(stage.id, 'STAGE_BEFORE').flatMap(walk),
    stage,
    ...graph.children(stage.id, 'STAGE_AFTER').flatMap(walk),
  ];
  return graph.topLevel.flatMap(walk);
}

/**
 * The stages whose outputs a stage sees, nearest first: itself, then its requisites and their synthetic stages
 * breadth first, an after-stage's before-stage siblings, then the same for each parent.
 */
export function ancestors(state: ExecutionState, stage: StageState): StageState[] {
  const graph = graphOf(state);
  const seen = new Set<string>();
  const found: StageState[] = [];
  const queue: StageState[] = [stage];
  for (let at = queue.shift(); at; at = queue.shift()) {
    if (seen.has(at.id)) continue;
    seen.add(at.id);
    found.push(at);
    for (const requisite of graph.requisites(at)) if (requisite) queue.push(requisite);
    if (at !== stage)
      for (const child of graph.children(at.id).toReversed()) if (isComplete(child.status)) queue.push(child);
    if (at.syntheticStageOwner === 'STAGE_AFTER' && at.parentStageId !== undefined)
      queue.push(...graph.children(at.parentStageId, 'STAGE_BEFORE').toReversed());
    const parent = graph.parent(at);
    if (parent) queue.push(parent);
    if (at === stage) queue.push(...graph.children(at.id, 'STAGE_BEFORE').toReversed());
  }
  return found;
}
