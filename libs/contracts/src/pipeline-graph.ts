/** What the graph of a pipeline is read from: stages as users write them. */
export interface GraphStage {
  readonly refId?: unknown;
  readonly requisiteStageRefIds?: unknown;
  readonly name?: unknown;
  readonly type?: unknown;
}

/** A stage's place in the graph. */
export interface StageLink {
  readonly refId: string;
  readonly requisiteStageRefIds: readonly string[];
}

/** Something that makes a pipeline's graph unusable. */
export interface GraphProblem {
  readonly kind: 'duplicate' | 'dangling' | 'cycle' | 'missing' | 'invalid';
  readonly message: string;
  /** Path of the offending field, e.g. `stages.2.requisiteStageRefIds`. */
  readonly field: string;
  readonly fix: string;
}

/** A refId is text; numbers are taken as their text, as in hand-written JSON. */
function refOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function requisitesOf(stage: GraphStage): readonly string[] {
  const list = Array.isArray(stage.requisiteStageRefIds) ? stage.requisiteStageRefIds : [];
  return list.map(refOf).filter((ref) => ref !== undefined);
}

/** True when no stage has a refId: the array's order is the order of execution. */
function inArrayOrder(stages: readonly GraphStage[]): boolean {
  return stages.every((stage) => refOf(stage.refId) === undefined);
}

/** Each stage's refId and requisites, in the order of the array; without any refId, one after the other as "0", "1", ... */
export function linkStages(stages: readonly GraphStage[]): StageLink[] {
  if (inArrayOrder(stages))
    return stages.map((_, index) => ({
      refId: String(index),
      requisiteStageRefIds: index === 0 ? [] : [String(index - 1)],
    }));
  return stages.map((stage, index) => ({
    refId: refOf(stage.refId) ?? `?${index}`,
    requisiteStageRefIds: [...new Set(requisitesOf(stage))],
  }));
}

/** What is wrong with the graph of a pipeline's stages: nothing for one that can run. */
export function graphProblems(stages: readonly GraphStage[]): GraphProblem[] {
  if (inArrayOrder(stages)) return [];
  const problems: GraphProblem[] = [];
  const seen = new Map<string, number>();
  const label = (index: number) => `stage ${index + 1} ("${String(stages[index]?.name ?? stages[index]?.type ?? '')}")`;
  stages.forEach((stage, index) => {
    const ref = refOf(stage.refId);
    const field = `stages.${index}.refId`;
    if (ref === undefined)
      problems.push({
        kind: 'missing',
        message: `${label(index)} has no refId, others have`,
        field,
        fix: 'give every stage a refId, or none',
      });
    else if (seen.has(ref))
      problems.push({
        kind: 'duplicate',
        message: `${label(index)} and ${label(seen.get(ref) ?? 0)} both have refId "${ref}"`,
        field,
        fix: 'give each stage its own refId',
      });
    else seen.set(ref, index);
    if (stage.requisiteStageRefIds !== undefined && !isRefList(stage.requisiteStageRefIds))
      problems.push({
        kind: 'invalid',
        message: `requisiteStageRefIds of ${label(index)} is not a list of refIds`,
        field: `stages.${index}.requisiteStageRefIds`,
        fix: 'give a list of refIds, empty for a first stage',
      });
  });
  stages.forEach((stage, index) => {
    for (const ref of requisitesOf(stage))
      if (!seen.has(ref))
        problems.push({
          kind: 'dangling',
          message: `${label(index)} depends on refId "${ref}", which no stage has`,
          field: `stages.${index}.requisiteStageRefIds`,
          fix: `remove "${ref}" or add the stage`,
        });
  });
  if (problems.length === 0) {
    const cycle = findCycle(linkStages(stages));
    if (cycle)
      problems.push({
        kind: 'cycle',
        message: `Stages wait for each other in a circle: ${cycle.join(' -> ')}`,
        field: `stages.${seen.get(cycle[0] ?? '') ?? 0}.requisiteStageRefIds`,
        fix: 'remove one of these dependencies',
      });
  }
  return problems;
}

function isRefList(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.every((ref) => refOf(ref) !== undefined));
}

/** The refIds of one circle, its first repeated at the end. */
function findCycle(links: readonly StageLink[]): string[] | undefined {
  const requisites = new Map(links.map((link) => [link.refId, link.requisiteStageRefIds]));
  const left = new Map(links.map((link) => [link.refId, link.requisiteStageRefIds.length]));
  const downstream = new Map<string, string[]>();
  for (const link of links)
    for (const ref of link.requisiteStageRefIds) downstream.set(ref, [...(downstream.get(ref) ?? []), link.refId]);
  const free = links.filter((link) => link.requisiteStageRefIds.length === 0).map((link) => link.refId);
  for (let ref = free.pop(); ref !== undefined; ref = free.pop()) {
    left.delete(ref);
    for (const next of downstream.get(ref) ?? []) {
      const count = (left.get(next) ?? 0) - 1;
      left.set(next, count);
      if (count === 0) free.push(next);
    }
  }
  // Every stage that is left has a requisite that is left: going up must come back to where it was.
  const path: string[] = [];
  let at = left.keys().next().value;
  while (at !== undefined) {
    const back = path.indexOf(at);
    if (back >= 0) return [...path.slice(back), at].toReversed();
    path.push(at);
    at = requisites.get(at)?.find((ref) => left.has(ref));
  }
  return undefined;
}
