import { randomBytes } from 'node:crypto';
import type { StageJson } from './product.ts';

/** A stage that has nothing to do. */
const noop = (refId: number, after: readonly number[], more: object = {}): StageJson => ({
  type: 'wait',
  name: `Nothing ${refId}`,
  refId: String(refId),
  requisiteStageRefIds: after.map(String),
  waitTime: 0,
  ...more,
});

/** A pipeline to start. */
export const pipelineOf = (stages: readonly StageJson[], more: object = {}): Record<string, unknown> => ({
  application: 'bench',
  name: 'bench',
  stages,
  ...more,
});

/** Stages one after another, ten unless told; `contextBytes` are spread over their settings. */
export function linear(contextBytes = 0, length = 10): Record<string, unknown> {
  const more = (): object =>
    contextBytes === 0 ? {} : { comments: randomBytes(Math.ceil(contextBytes / (2 * length))).toString('hex') };
  return pipelineOf(Array.from({ length }, (_, index) => noop(index + 1, index === 0 ? [] : [index], more())));
}

/** Ten stages at once and one that joins them. */
export function fan(): Record<string, unknown> {
  const refs = Array.from({ length: 10 }, (_, index) => index + 1);
  return pipelineOf([...refs.map((ref) => noop(ref, [])), noop(11, refs)]);
}
