import type { ExecutionView, Reason, StageView } from '@gennaker/contracts/execution';
import { isComplete } from '@gennaker/contracts/status';
import { graphOf, inReadingOrder, type Graph } from './graph.ts';
import type { ExecutionState, StageState } from './model.ts';
import { upstreamOk } from './status.ts';

/** The top-most ancestor's id; its own for an execution without a parent. */
function rootOf(state: Pick<ExecutionState, 'id' | 'trigger'>): string {
  const root = state.trigger['rootExecutionId'];
  return typeof root === 'string' ? root : state.id;
}

/** What a pipeline's document says of its executions, with the defaults of the limits. */
function declaredBy(state: ExecutionState): Record<string, unknown> {
  const { source, templateVariables, initialConfig, spelEvaluator, partition, systemNotifications } = state;
  const optional = { source, templateVariables, initialConfig, spelEvaluator, partition, systemNotifications };
  return {
    limitConcurrent: state.limitConcurrent ?? false,
    maxConcurrentExecutions: state.maxConcurrentExecutions ?? 0,
    keepWaitingPipelines: state.keepWaitingPipelines ?? false,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

/** The execution as the API shows it. Absent values are left out, never null. */
export function executionView(state: ExecutionState): ExecutionView {
  const graph = graphOf(state);
  const { paused } = state;
  return {
    type: state.type,
    id: state.id,
    rootId: rootOf(state),
    application: state.application,
    name: state.name,
    ...(state.description === undefined ? {} : { description: state.description }),
    ...(state.pipelineConfigId === undefined ? {} : { pipelineConfigId: state.pipelineConfigId }),
    status: state.status,
    buildTime: state.buildTime,
    ...(state.startTime === undefined ? {} : { startTime: state.startTime }),
    ...(state.endTime === undefined ? {} : { endTime: state.endTime }),
    ...(state.startTimeExpiry === undefined ? {} : { startTimeExpiry: state.startTimeExpiry }),
    canceled: state.canceled,
    ...(state.canceledBy === undefined ? {} : { canceledBy: state.canceledBy }),
    ...(state.cancellationReason === undefined ? {} : { cancellationReason: state.cancellationReason }),
    ...(paused === undefined
      ? {}
      : {
          paused: {
            ...paused,
            paused: paused.resumeTime === undefined,
            pausedMs: paused.resumeTime === undefined ? 0 : paused.resumeTime - paused.pauseTime,
          },
        }),
    trigger: state.trigger,
    authentication: { user: state.authentication.user, allowedAccounts: [] },
    ...(state.origin === undefined ? {} : { origin: state.origin }),
    ...(state.notifications === undefined ? {} : { notifications: state.notifications }),
    ...declaredBy(state),
    ...(state.reason === undefined ? {} : { reason: state.reason }),
    version: state.version,
    stages: inReadingOrder(state).map((stage) => stageView(state, graph, stage)),
  };
}

function stageView(state: ExecutionState, graph: Graph, stage: StageState): StageView {
  const reason = stage.reason ?? currentReason(state, graph, stage);
  return {
    id: stage.id,
    refId: stage.refId,
    requisiteStageRefIds: [...stage.requisiteStageRefIds],
    type: stage.type,
    name: stage.name,
    status: stage.status,
    ...(stage.startTime === undefined ? {} : { startTime: stage.startTime }),
    ...(stage.endTime === undefined ? {} : { endTime: stage.endTime }),
    context: { ...stage.context },
    outputs: { ...stage.outputs },
    tasks: stage.tasks.map((task, index) => ({
      id: task.id,
      name: task.name,
      implementingClass: `${stage.type}.${task.name}`,
      status: task.status,
      ...(task.startTime === undefined ? {} : { startTime: task.startTime }),
      ...(task.endTime === undefined ? {} : { endTime: task.endTime }),
      stageStart: index === 0,
      stageEnd: index === stage.tasks.length - 1,
      loopStart: task.loop === 'start' || task.loop === 'both',
      loopEnd: task.loop === 'end' || task.loop === 'both',
      ...(task.reason === undefined ? {} : { reason: task.reason }),
    })),
    ...(stage.parentStageId === undefined ? {} : { parentStageId: stage.parentStageId }),
    ...(stage.syntheticStageOwner === undefined ? {} : { syntheticStageOwner: stage.syntheticStageOwner }),
    ...(stage.lastModified === undefined
      ? {}
      : {
          lastModified: {
            user: stage.lastModified.user,
            allowedAccounts: [],
            lastModifiedTime: stage.lastModified.lastModifiedTime,
          },
        }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Why a stage is where it is, when its end has not said so. */
function currentReason(state: ExecutionState, graph: Graph, stage: StageState): Reason | undefined {
  if (stage.status === 'RUNNING') {
    const task = stage.tasks.find((one) => one.status === 'RUNNING');
    if (task) return task.reason;
    const child = graph.children(stage.id).find((one) => one.status === 'RUNNING');
    return child && { summary: `Waits for "${child.name}"` };
  }
  if (stage.status === 'PAUSED') return { summary: `Paused by ${state.paused?.pausedBy ?? 'somebody'}` };
  if (stage.status !== 'NOT_STARTED') return undefined;
  const open = graph.requisites(stage).filter((requisite) => requisite && !upstreamOk(requisite.status));
  const names = open.map((requisite) => `"${requisite?.name}"`).join(', ');
  if (isComplete(state.status))
    return {
      summary: names ? `Not run: ${names} did not let it go on` : `Not run: the execution ended ${state.status}`,
    };
  return names ? { summary: `Waits for ${names}` } : undefined;
}
