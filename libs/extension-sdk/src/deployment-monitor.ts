import {
  type DeploymentMonitor,
  type MonitorAnswer,
  monitorAnswerSchema,
  type MonitoredDeployStage,
} from '@gennaker/contracts/deployment-monitors';
import { ServiceError } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import type { JsonObject, TaskContext, TaskResult } from './stage.ts';

type Task = TaskContext<MonitoredDeployStage>;

const TIMEOUT_MS = 30_000;
const MINUTE_MS = 60_000;
/** A monitor that cannot decide yet is asked again after this long. */
const WAIT_MS = 15_000;
/** Calls in a row that may fail. */
const MAX_ERRORS = 3;
const ERROR_WAIT_MS = 5_000;

/** Where a monitor is asked, below its address. */
export type MonitorQuestion = 'starting' | 'evaluateHealth' | 'completed';

/** The monitor that a stage names. @throws ServiceError 422 when the configuration has none of that id */
export function monitorOf({ context, ports }: Task): DeploymentMonitor {
  const { id } = context.deploymentMonitor;
  const found = ports.deploymentMonitors.find((one) => one.id === id);
  if (found) return found;
  const known = ports.deploymentMonitors.map((one) => one.id);
  throw new ServiceError(422, `There is no deployment monitor "${id}"`, {
    field: 'deploymentMonitor.id',
    fix: `${known.length > 0 ? `choose one of ${known.join(', ')}` : 'name one in gennaker.yml under monitoredDeploy.deploymentMonitors'}, or "traffic", which judges by what the load balancers count`,
  });
}

/**
 * Puts a question to the stage's monitor.
 * @returns its answer, as text
 * @throws ServiceError when it cannot be reached or answers no success
 */
export async function callMonitor(
  task: Task,
  monitor: DeploymentMonitor,
  question: MonitorQuestion,
  more: JsonObject,
): Promise<string> {
  const { context, ports } = task;
  const url = `${monitor.baseUrl.replace(/\/$/, '')}/deployment/${question}`;
  const { status, body } = await ports.http({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: task.traceparent, 'idempotency-key': task.key },
    body: JSON.stringify({
      application: task.application,
      executionId: task.executionId,
      stageId: task.stage.id,
      deploymentId: task.stages.find(({ id }) => id === task.stage.id)?.parentStageId,
      oldServerGroup: context.oldServerGroup,
      newServerGroup: context.newServerGroup,
      account: context.account,
      region: context.region,
      cloudProvider: context.cloudProvider,
      parameters: context.deploymentMonitor.parameters ?? {},
      ...more,
    }),
    timeoutMs: TIMEOUT_MS,
    signal: task.signal,
  });
  if (status >= 200 && status < 300) return body;
  throw new ServiceError(502, `${nameOf(monitor)} answered ${status} at ${url}`, { body: body.slice(0, 1_000) });
}

/**
 * Asks whether a deploy may go on, until the monitor decides: `continue` and `complete` do, `abort` ends it. Where it cannot be
 * asked three times in a row, or does not decide in its time, the deploy ends, unless the monitor may fail.
 */
export async function askMonitor(
  task: Task,
  question: Exclude<MonitorQuestion, 'completed'>,
  more: JsonObject,
): Promise<TaskResult> {
  const monitor = monitorOf(task);
  const { deploymentMonitor: chosen, deploymentMonitorErrors: errors = 0 } = task.context;
  const undecided = (chosen.failOnErrorOverride ?? monitor.failOnError) ? 'TERMINAL' : 'SUCCEEDED';
  let answer: MonitorAnswer;
  try {
    answer = answerOf(monitor, await callMonitor(task, monitor, question, more));
  } catch (error) {
    if (task.signal.aborted) throw error;
    const evidence = error instanceof ServiceError ? error.details : {};
    const summary = error instanceof Error ? error.message : String(error);
    if (errors + 1 < MAX_ERRORS)
      return {
        status: 'RUNNING',
        context: { deploymentMonitorErrors: errors + 1 },
        wakeAfterMs: ERROR_WAIT_MS,
        reason: { summary, evidence, next: `It is asked again (${errors + 1} of ${MAX_ERRORS} attempts failed)` },
      };
    return ended(undecided, {
      summary: `${summary}, ${MAX_ERRORS} times`,
      evidence,
      next: helpOf(monitor, undecided),
    });
  }
  const told = reasonsOf(answer);
  const { directive } = answer.nextStep;
  const reason = (summary: string, next?: string): Reason => ({
    summary: told.length > 0 ? `${summary}: ${told.join('; ')}` : summary,
    evidence: { ...answer },
    ...(next === undefined ? {} : { next }),
  });
  switch (directive) {
    case 'continue':
      return ended('SUCCEEDED', reason(`${nameOf(monitor)} lets the deploy go on`));
    case 'complete':
      return {
        ...ended('SUCCEEDED', reason(`${nameOf(monitor)} lets the deploy go on to its end`)),
        outputs: { skipToPercentage: 100 },
      };
    case 'abort':
      return ended('TERMINAL', reason(`${nameOf(monitor)} ends the deploy`, helpOf(monitor, 'TERMINAL')));
    case 'wait': {
      const minutes = chosen.maxAnalysisMinutesOverride ?? monitor.maxAnalysisMinutes;
      const left = task.taskStartTime + minutes * MINUTE_MS - task.now;
      if (left <= 0)
        return ended(
          undecided,
          reason(`${nameOf(monitor)} has not decided within ${minutes} min`, helpOf(monitor, undecided)),
        );
      return {
        status: 'RUNNING',
        context: { deploymentMonitorErrors: 0 },
        wakeAfterMs: Math.min(left, WAIT_MS),
        reason: reason(
          `${nameOf(monitor)} cannot tell yet`,
          `It is asked again, for ${Math.ceil(left / MINUTE_MS)} min at most`,
        ),
      };
    }
  }
}

/** What monitors are called in sentences. */
export const nameOf = ({ id, name }: DeploymentMonitor): string => `The deployment monitor "${name ?? id}"`;

/** A task's end, with what Spinnaker's clients show of it. */
function ended(status: TaskResult['status'], reason: Reason): TaskResult {
  const { summary, evidence = {} } = reason;
  return {
    status,
    context: { deploymentMonitorErrors: 0, deploymentMonitorReasons: { summary, reason: evidence } },
    reason,
  };
}

function answerOf(monitor: DeploymentMonitor, text: string): MonitorAnswer {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ServiceError(502, `${nameOf(monitor)} answered no JSON`, { body: text.slice(0, 1_000) });
  }
  const parsed = monitorAnswerSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ServiceError(
    502,
    `${nameOf(monitor)} answered what cannot be used: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    { body: text.slice(0, 1_000) },
  );
}

const reasonsOf = ({ statusReason, statusReasons }: MonitorAnswer): string[] =>
  [...(statusReason ? [statusReason] : []), ...(statusReasons ?? [])].flatMap(
    ({ message, summary }) => message ?? summary ?? [],
  );

function helpOf({ supportContact, ...monitor }: DeploymentMonitor, status: TaskResult['status']): string {
  if (status === 'SUCCEEDED') return 'The deploy goes on, as this monitor may fail';
  return supportContact ? `Ask at ${supportContact}` : `Look at what "${monitor.name ?? monitor.id}" measures`;
}
