import type { orcaApi } from '@gennaker/contracts/orca';
import type { Client } from '@gennaker/contracts/route';
import type { Echo } from '../echo.ts';
import type { Notifications } from '../notifications/notifications.ts';
import { endedExecutions } from '../pipelines/ended-executions.ts';
import type { ExecutionEventListener } from './execution-event-reader.ts';

/** Everybody in echo whom events of executions are told: each reads the stream by itself and keeps its own place. */
export function executionEventListeners(
  echo: Echo,
  notifications: Notifications,
  orca: Pick<Client<typeof orcaApi>, 'getExecution'>,
): readonly ExecutionEventListener[] {
  return [notifications.listener, endedExecutions(echo, orca)];
}
