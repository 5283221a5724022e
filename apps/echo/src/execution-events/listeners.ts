import type { Echo } from '../echo.ts';
import type { Notifications } from '../notifications/notifications.ts';
import type { ExecutionEventListener } from './execution-event-reader.ts';

/** Everybody in echo whom events of executions are told: each reads the stream by itself and keeps its own place. */
export function executionEventListeners(_echo: Echo, notifications: Notifications): readonly ExecutionEventListener[] {
  return [notifications.listener];
}
