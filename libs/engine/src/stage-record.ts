import type { ExecutionState, StageState } from './model.ts';

/**
 * Stages by id, those of `from` to begin with. It has no prototype, so that V8 keeps it as a table: of a plain object it would
 * make a new shape with every id, and each execution's ids are its own.
 */
export function stageRecord(from: ExecutionState['stages'] = {}): Record<string, StageState> {
  return Object.assign(Object.create(null) as Record<string, StageState>, from);
}
