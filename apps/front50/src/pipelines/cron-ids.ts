import { randomUUID } from 'node:crypto';
import type { Pipeline } from '@gennaker/contracts/front50';

/**
 * Ids of cron triggers, by the trigger's index; null where the text's own holds. Each schedule needs one of its own: it
 * spreads `H` fields and keeps firings apart, so that a new pipeline (a copy, perhaps) gets new ones.
 * @param isNew the text came without an id of the pipeline, or asks for new ids (`regenerateCronTriggerIds`)
 * @param earlier the ids of the stored version: a trigger at its place keeps its own
 */
export function cronIds(pipeline: Pipeline, isNew: boolean, earlier: readonly (string | null)[]): (string | null)[] {
  const triggers = pipeline.triggers ?? [];
  const isFresh = isNew || pipeline['regenerateCronTriggerIds'] === true;
  const ids = triggers.map((trigger, index) => {
    if (trigger.type !== 'cron') return null;
    if (isFresh) return randomUUID();
    return typeof trigger['id'] === 'string' && trigger['id'] !== '' ? null : (earlier[index] ?? randomUUID());
  });
  return ids.some((id) => id !== null) ? ids : [];
}
