import type { Pipeline } from '@gennaker/contracts/front50';
import { graphProblems, linkStages } from '@gennaker/contracts/pipeline-graph';
import type { JsonObject, StageConfig } from '@gennaker/ui/stage-ui';

/** The stages of a pipeline, each with a refId and its requisites spelled out; without refIds the array's order counts. */
export function stagesOf(pipeline: Pipeline): (StageConfig & { refId: string; requisiteStageRefIds: string[] })[] {
  const stages = pipeline.stages ?? [];
  const links = linkStages(stages);
  return stages.map((stage, index) => ({
    ...stage,
    refId: links[index]?.refId ?? String(index),
    requisiteStageRefIds: [...(links[index]?.requisiteStageRefIds ?? [])],
  })) as (StageConfig & { refId: string; requisiteStageRefIds: string[] })[];
}

function withStages(pipeline: Pipeline, stages: readonly StageConfig[]): Pipeline {
  return { ...pipeline, stages: stages.map((stage) => ({ ...stage })) as NonNullable<Pipeline['stages']> };
}

/** A refId that no stage has. */
function freeRef(stages: readonly { readonly refId: string }[]): string {
  const numbers = stages.map(({ refId }) => Number(refId)).filter(Number.isInteger);
  return String(Math.max(0, ...numbers) + 1);
}

/** `name`, or `name 2`, `name 3`... when a stage is called so already. */
function freeName(stages: readonly StageConfig[], name: string): string {
  const taken = new Set(stages.map((stage) => stage.name));
  if (!taken.has(name)) return name;
  for (let count = 2; ; count++) if (!taken.has(`${name} ${count}`)) return `${name} ${count}`;
}

/** Adds a stage that waits for `after` (undefined: one that starts at once). Answers its refId too. */
export function addStage(
  pipeline: Pipeline,
  after: string | undefined,
  stage: JsonObject & { type: string; name: string },
): { pipeline: Pipeline; refId: string } {
  const stages = stagesOf(pipeline);
  const refId = freeRef(stages);
  const added = {
    ...stage,
    name: freeName(stages, stage.name),
    refId,
    requisiteStageRefIds: after === undefined ? [] : [after],
  };
  return { pipeline: withStages(pipeline, [...stages, added]), refId };
}

/** Removes a stage; what waited for it waits for what it waited for. */
export function removeStage(pipeline: Pipeline, refId: string): Pipeline {
  const stages = stagesOf(pipeline);
  const gone = stages.find((stage) => stage.refId === refId);
  if (!gone) return pipeline;
  return withStages(
    pipeline,
    stages
      .filter((stage) => stage !== gone)
      .map((stage) =>
        stage.requisiteStageRefIds.includes(refId)
          ? {
              ...stage,
              requisiteStageRefIds: [
                ...new Set(
                  stage.requisiteStageRefIds.flatMap((ref) => (ref === refId ? gone.requisiteStageRefIds : [ref])),
                ),
              ],
            }
          : stage,
      ),
  );
}

/** The refIds of a stage and of everything that waits for it, directly or not. */
export function downstreamOf(pipeline: Pipeline, refId: string): ReadonlySet<string> {
  const stages = stagesOf(pipeline);
  const found = new Set([refId]);
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const stage of stages) if (stage.requisiteStageRefIds.some((ref) => found.has(ref))) found.add(stage.refId);
  }
  return found;
}

/** The stages that run before a stage, nearest first. */
export function upstreamOf(pipeline: Pipeline, refId: string): StageConfig[] {
  const stages = stagesOf(pipeline);
  const byRef = new Map(stages.map((stage) => [stage.refId, stage]));
  const found = new Set<string>();
  let front = byRef.get(refId)?.requisiteStageRefIds ?? [];
  while (front.length > 0) {
    const fresh = front.filter((ref) => !found.has(ref));
    for (const ref of fresh) found.add(ref);
    front = fresh.flatMap((ref) => byRef.get(ref)?.requisiteStageRefIds ?? []);
  }
  return [...found].map((ref) => byRef.get(ref)).filter((stage) => stage !== undefined);
}

/** May `to` wait for `from`? Not when they are the same, connected already, or when it would close a circle. */
export function canConnect(pipeline: Pipeline, from: string, to: string): boolean {
  const stages = stagesOf(pipeline);
  const target = stages.find((stage) => stage.refId === to);
  if (!target || !stages.some((stage) => stage.refId === from)) return false;
  return !target.requisiteStageRefIds.includes(from) && !downstreamOf(pipeline, to).has(from);
}

/** Lets `to` wait for `from`; unchanged where that is not possible. */
export function connect(pipeline: Pipeline, from: string, to: string): Pipeline {
  if (!canConnect(pipeline, from, to)) return pipeline;
  return setRequisites(pipeline, to, [
    ...(stagesOf(pipeline).find((stage) => stage.refId === to)?.requisiteStageRefIds ?? []),
    from,
  ]);
}

/** Lets `to` no longer wait for `from`. */
export function disconnect(pipeline: Pipeline, from: string, to: string): Pipeline {
  const stage = stagesOf(pipeline).find((each) => each.refId === to);
  if (!stage?.requisiteStageRefIds.includes(from)) return pipeline;
  return setRequisites(
    pipeline,
    to,
    stage.requisiteStageRefIds.filter((ref) => ref !== from),
  );
}

/** Sets what a stage waits for; those that would close a circle or do not exist are left out. */
export function setRequisites(pipeline: Pipeline, refId: string, wanted: readonly string[]): Pipeline {
  const stages = stagesOf(pipeline);
  const below = downstreamOf(pipeline, refId);
  const known = new Set(stages.map((stage) => stage.refId));
  const requisites = [...new Set(wanted)].filter((ref) => known.has(ref) && !below.has(ref));
  return withStages(
    pipeline,
    stages.map((stage) => (stage.refId === refId ? { ...stage, requisiteStageRefIds: requisites } : stage)),
  );
}

/** Merges keys into an object; a key set to undefined is removed. */
export function merge<T extends JsonObject>(value: T, patch: JsonObject): T {
  return Object.fromEntries(Object.entries({ ...value, ...patch }).filter(([, each]) => each !== undefined)) as T;
}

/** Merges keys into a stage. The graph's keys are not changed here. */
export function patchStage(pipeline: Pipeline, refId: string, patch: JsonObject): Pipeline {
  const stages = stagesOf(pipeline);
  return withStages(
    pipeline,
    stages.map((stage) => {
      if (stage.refId !== refId) return stage;
      const { refId: _ref, requisiteStageRefIds: _requisites, ...rest } = patch;
      return merge(stage, rest);
    }),
  );
}

/** Puts another stage JSON in a stage's place, keeping its place in the graph. */
export function replaceStage(
  pipeline: Pipeline,
  refId: string,
  json: JsonObject & { readonly type: string },
): Pipeline {
  const stages = stagesOf(pipeline);
  return withStages(
    pipeline,
    stages.map((stage) =>
      stage.refId === refId ? { ...json, refId, requisiteStageRefIds: stage.requisiteStageRefIds } : stage,
    ),
  );
}

/** True when the stages can be drawn and run as a graph. */
export function isGraph(pipeline: Pipeline): boolean {
  return graphProblems(pipeline.stages ?? []).length === 0;
}
