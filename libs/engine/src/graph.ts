import { isComplete } from '@gennaker/contracts/status';
import type { ExecutionState, StageState, SyntheticOwner } from './model.ts';
import { upstreamOk } from './status.ts';

/** How stages hang together, by id. It changes only where stages are made or taken out. */
interface Topology {
  readonly topLevel: readonly string[];
  readonly children: ReadonlyMap<string, readonly string[]>;
  /** What a stage waits for, among its siblings; undefined where there is no stage of that refId. */
  readonly requisites: ReadonlyMap<string, readonly (string | undefined)[]>;
  /** The siblings that wait for a stage. */
  readonly dependents: ReadonlyMap<string, readonly string[]>;
}

type Stages = ExecutionState['stages'];
const NONE: readonly string[] = [];
const CHILDLESS: readonly StageState[] = [];
const MISSING: readonly (string | undefined)[] = [undefined];
const known = new WeakMap<Stages, Topology>();

const place = (stage: StageState, ref = stage.refId): string => `${stage.parentStageId ?? ''}/${ref}`;

function topologyOf(stages: Stages): Topology {
  const before = known.get(stages);
  if (before) return before;
  const topLevel: string[] = [];
  const children = new Map<string, string[]>();
  const byRef = new Map<string, string>();
  const requisites = new Map<string, readonly (string | undefined)[]>();
  const dependents = new Map<string, string[]>();
  const push = (map: Map<string, string[]>, key: string, id: string): void => {
    const list = map.get(key);
    if (list) list.push(id);
    else map.set(key, [id]);
  };
  for (const stage of Object.values(stages)) {
    byRef.set(place(stage), stage.id);
    if (stage.parentStageId === undefined) topLevel.push(stage.id);
    else push(children, stage.parentStageId, stage.id);
  }
  for (const stage of Object.values(stages)) {
    const ids = stage.requisiteStageRefIds.map((ref) => byRef.get(place(stage, ref)));
    requisites.set(stage.id, ids);
    for (const id of ids) if (id !== undefined) push(dependents, id, stage.id);
  }
  const topology = { topLevel, children, requisites, dependents };
  known.set(stages, topology);
  return topology;
}

/** A copy of the stages hangs together as they do, until it is told to be changed. */
export function sameTopology(from: Stages, to: Stages): void {
  known.set(to, topologyOf(from));
}

/** Stages were made or taken out of this very object. */
export function changedTopology(stages: Stages): void {
  known.delete(stages);
}

/** The stages of an execution as decisions walk them. */
export class Graph {
  readonly #stages: Stages;
  readonly #topology: Topology;

  constructor(stages: Stages) {
    this.#stages = stages;
    this.#topology = topologyOf(stages);
  }

  get topLevel(): readonly StageState[] {
    return this.#all(this.#topology.topLevel);
  }

  children(stageId: string, owner?: SyntheticOwner): readonly StageState[] {
    const ids = this.#topology.children.get(stageId);
    if (!ids) return CHILDLESS;
    const all = this.#all(ids);
    return owner ? all.filter((child) => child.syntheticStageOwner === owner) : all;
  }

  parent(stage: StageState): StageState | undefined {
    return stage.parentStageId === undefined ? undefined : this.#stages[stage.parentStageId];
  }

  /** The stages that this one waits for, by refId, among its siblings. Unknown refIds are undefined. */
  requisites(stage: StageState): readonly (StageState | undefined)[] {
    return this.#requisiteIds(stage).map((id) => (id === undefined ? undefined : this.#stages[id]));
  }

  /** Is every stage that this one waits for there, and does it let it go on? */
  requisitesMet(stage: StageState): boolean {
    return this.#requisiteIds(stage).every((id) => {
      const requisite = id === undefined ? undefined : this.#stages[id];
      return requisite !== undefined && upstreamOk(requisite.status);
    });
  }

  /** Ids of the siblings that wait for a stage. */
  dependents(stageId: string): readonly string[] {
    return this.#topology.dependents.get(stageId) ?? NONE;
  }

  /** A stage that is not among these waits for something that never comes. */
  #requisiteIds(stage: StageState): readonly (string | undefined)[] {
    return this.#topology.requisites.get(stage.id) ?? MISSING;
  }

  #all(ids: readonly string[]): StageState[] {
    const found: StageState[] = [];
    for (const id of ids) {
      const stage = this.#stages[id];
      if (stage) found.push(stage);
    }
    return found;
  }
}

/** Reads the graph off a state. */
export function graphOf(state: ExecutionState): Graph {
  return new Graph(state.stages);
}

/** May it start now? Exact join: every requisite is there and lets it go on. */
export function isReady(graph: Graph, stage: StageState): boolean {
  if (stage.status !== 'NOT_STARTED') return false;
  const parent = graph.parent(stage);
  if (stage.parentStageId !== undefined && parent?.status !== 'RUNNING') return false;
  return graph.requisitesMet(stage);
}

/** The stage of the pipeline that a stage belongs to: itself, or the one above all that it is a synthetic stage of. */
export function topLevel(state: ExecutionState, stage: StageState): StageState {
  const parent = stage.parentStageId === undefined ? undefined : state.stages[stage.parentStageId];
  return parent ? topLevel(state, parent) : stage;
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
