import { ServiceError } from '@gennaker/contracts/error';
import type { gateTaskRoutes } from '@gennaker/contracts/gate-tasks';
import type { CallOptions, Handlers } from '@gennaker/contracts/route';
import type { Gate } from '../gate.ts';
import { callOptions } from '../request.ts';
import { getTask, listTasks } from './read-tasks.ts';
import { submitTask } from './submit-task.ts';

/** Tasks: what Spinnaker calls orchestrations. */
export function taskHandlers(gate: Gate): Handlers<typeof gateTaskRoutes> {
  return {
    submitTask: ({ body, headers, ...call }) => submitTask(gate, body, headers['idempotency-key'], callOptions(call)),
    getTask: ({ params, ...call }) => getTask(gate, params.id, callOptions(call)),
    listApplicationTasks: ({ params, query, ...call }) => listTasks(gate, params.application, query, callOptions(call)),
    cancelTask: ({ params, ...call }) => cancelTask(gate, params.id, callOptions(call)),
    cancelTasks: async ({ query, ...call }) => {
      const ids = query.ids.split(',').filter(Boolean);
      await Promise.all(ids.map((id) => cancelTask(gate, id, callOptions(call))));
    },
    deleteTask: async ({ params, ...call }) => {
      try {
        await gate.orca.deleteExecution({ params }, callOptions(call));
      } catch (error) {
        if (!(error instanceof ServiceError) || error.status !== 404) throw error;
        await gate.front50.deleteTask({ params }, callOptions(call));
      }
    },
    taskDetails: ({ params, ...call }) =>
      gate.clouddriver.getOperation({ params: { id: params.operation } }, callOptions(call)),

    submitTaskOfApplication: ({ body, headers, ...call }) =>
      submitTask(gate, body, headers['idempotency-key'], callOptions(call)),
    getTaskOfApplication: ({ params, ...call }) => getTask(gate, params.id, callOptions(call)),
    cancelTaskOfApplication: ({ params, ...call }) => cancelTask(gate, params.id, callOptions(call)),
    taskDetailsOfApplication: ({ params, ...call }) =>
      gate.clouddriver.getOperation({ params: { id: params.operation } }, callOptions(call)),
  };
}

async function cancelTask(gate: Gate, id: string, options: CallOptions): Promise<void> {
  try {
    await gate.orca.cancel({ params: { id } }, options);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 404) throw error;
    // Front50's tasks are done when they are answered: nothing is left to cancel.
    await gate.front50.getTask({ params: { id } }, options);
  }
}
