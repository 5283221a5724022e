import type { Echo } from '../echo.ts';
import type { ExecutionEventListener } from './execution-event-reader.ts';

/** Everybody in echo whom events of executions are told: each reads the stream by itself and keeps its own place. */
export function executionEventListeners(_echo: Echo): readonly ExecutionEventListener[] {
  return [];
}
