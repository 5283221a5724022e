import { isComplete } from '@gennaker/contracts/status';
import {
  callOptions,
  cancelChild,
  cancelStarted,
  failureOf,
  keyBeforeCancel,
  mergedOutputs,
  startChild,
} from '@gennaker/extension-sdk/child-pipeline';
import { defineStage, type TaskContext, type TaskResult } from '@gennaker/extension-sdk/stage';
import { levelsOf, readApps } from './levels.ts';
import { type RunMultiplePipelines, runMultiplePipelinesSchema } from './schema.ts';

type Task = TaskContext<RunMultiplePipelines>;

const HALF_DAY_MS = 12 * 3600 * 1000;
const LOOK_MS = 15_000;
/** What a run leaves in the context. */
const OF_A_RUN = ['orderOfExecutions', 'levelNumber', 'apps', 'executionIds'];

/** Runs the pipelines of several apps, level by level as they depend on each other; a failed one ends it after its level. */
export default defineStage({
  type: 'runMultiplePipelines',
  label: 'Run multiple pipelines',
  description: 'Runs several pipelines in the order of their dependencies',
  schema: runMultiplePipelinesSchema,
  examples: [
    {
      yamlConfig:
        'database:\n  childPipeline: Migrate\nweb:\n  childPipeline: Deploy\n  arguments: {version: "1"}\n  dependencies: [database]\n',
    },
  ],
  tasks: () => [
    { name: 'parsePipelinesYaml', run: read },
    { name: 'runMultiplePipelines', loop: 'start', run: start, onCancel: cancelUnanswered },
    { name: 'monitorMultiplePipelines', loop: 'end', timeoutMs: HALF_DAY_MS, run: monitor, onCancel: cancelAll },
    { name: 'saveOutputsForDetails', run: save },
  ],
  prepareForRestart: ({ context }) => ({
    context: Object.fromEntries(Object.entries(context).filter(([key]) => !OF_A_RUN.includes(key))),
    outputs: {},
  }),
});

async function read({ context }: Task): Promise<TaskResult> {
  const apps = readApps(context.yamlConfig);
  const orderOfExecutions = levelsOf(apps);
  return {
    status: 'SUCCEEDED',
    context: { apps, orderOfExecutions, levelNumber: 0, executionIds: {} },
    reason: {
      summary: `Runs ${Object.keys(apps).length} pipelines in ${orderOfExecutions.length} levels`,
      evidence: { orderOfExecutions },
    },
  };
}

async function start(task: Task): Promise<TaskResult> {
  const { context } = task;
  const executionIds = { ...context.executionIds };
  for (const name of levelOf(context)) {
    const app = context.apps?.[name];
    if (!app || executionIds[name] !== undefined) continue;
    const { executionId } = await startChild(task, {
      application: applicationOf(task, app),
      pipeline: app.childPipeline,
      parameters: app.arguments,
      key: startKey(task.key, name),
      field: `yamlConfig.${name}.childPipeline`,
    });
    executionIds[name] = executionId;
  }
  return {
    status: 'SUCCEEDED',
    context: { executionIds },
    reason: { summary: `Started ${levelOf(context).join(', ') || 'nothing'}`, evidence: { executionIds } },
  };
}

async function monitor(task: Task): Promise<TaskResult> {
  const { context } = task;
  const level = levelOf(context);
  const children = await childrenOf(task, level);
  const open = children.filter(({ execution }) => !isComplete(execution.status));
  const evidence = Object.fromEntries(children.map(({ name, execution }) => [name, execution.status]));
  if (open.length > 0)
    return {
      status: 'RUNNING',
      wakeAfterMs: LOOK_MS,
      reason: {
        summary: `Waits for ${open.map(({ name }) => name).join(', ')}`,
        evidence,
        next: 'goes on when they have ended',
      },
    };
  const failed = children.filter(({ execution }) => execution.status !== 'SUCCEEDED');
  const [first] = failed;
  if (first)
    return {
      status: 'TERMINAL',
      context: { exception: failureOf(first.execution) },
      outputs: { executionIds: context.executionIds },
      reason: {
        summary: failed
          .map(({ name, execution }) => `${name} ended ${execution.status}: ${failureOf(execution).details.errors[0]}`)
          .join('; '),
        evidence,
        next: 'look at those executions; what depends on them was not started',
      },
    };
  const levelNumber = (context.levelNumber ?? 0) + 1;
  const isLast = levelNumber >= (context.orderOfExecutions?.length ?? 0);
  return isLast
    ? { status: 'SUCCEEDED', reason: { summary: 'All of them succeeded', evidence } }
    : { status: 'REDIRECT', context: { levelNumber } };
}

async function save(task: Task): Promise<TaskResult> {
  const children = await childrenOf(task, Object.keys(task.context.executionIds ?? {}));
  const outputs = Object.fromEntries(children.map(({ name, execution }) => [name, mergedOutputs(execution)]));
  return { status: 'SUCCEEDED', outputs: { executionIds: task.context.executionIds, childOutputs: outputs } };
}

function levelOf({ orderOfExecutions, levelNumber }: RunMultiplePipelines): readonly string[] {
  return orderOfExecutions?.[levelNumber ?? 0] ?? [];
}

async function childrenOf(task: Task, names: readonly string[]) {
  const ids = names.flatMap((name) => {
    const id = task.context.executionIds?.[name];
    return id === undefined ? [] : [{ name, id }];
  });
  return Promise.all(
    ids.map(async ({ name, id }) => ({
      name,
      execution: await task.ports.orca.getExecution({ params: { id } }, callOptions(task)),
    })),
  );
}

const startKey = (key: string, name: string): string => `${key}:${name}`;

function applicationOf({ context, application }: Task, app: { readonly application?: string | undefined }): string {
  return app.application ?? context.application ?? application;
}

/** Some of a level's children may run already that the context does not know of: they are known by the keys of their starts. */
async function cancelUnanswered(task: Task): Promise<void> {
  const started = levelOf(task.context).flatMap((name) => {
    const app = task.context.apps?.[name];
    return app ? [{ application: applicationOf(task, app), key: startKey(keyBeforeCancel(task), name) }] : [];
  });
  const byApplication = Map.groupBy(started, ({ application }) => application);
  await Promise.all([
    cancelAll(task),
    ...[...byApplication].map(([application, starts]) =>
      cancelStarted(
        task,
        application,
        starts.map(({ key }) => key),
      ),
    ),
  ]);
}

async function cancelAll(task: Task): Promise<void> {
  await Promise.all(Object.values(task.context.executionIds ?? {}).map((id) => cancelChild(task, id)));
}
