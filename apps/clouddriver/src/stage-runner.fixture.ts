import { ANONYMOUS } from '@gennaker/contracts/people';
import type { Client } from '@gennaker/contracts/route';
import type { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { isComplete, type Status } from '@gennaker/contracts/status';
import type { Ports } from '@gennaker/extension-sdk/ports';
import type {
  AnyStageDefinition,
  JsonObject,
  PlannedStage,
  TaskContext,
  TaskDefinition,
  TaskResult,
} from '@gennaker/extension-sdk/stage';
import { strategyNamed } from '@gennaker/extension-sdk/strategy';
import { stages } from '@gennaker/stages/server';
import { strategies } from '@gennaker/strategies/server';

/** One stage that was run. */
export interface RanStage {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly parentStageId?: string;
  context: JsonObject;
  outputs: JsonObject;
  status: Status;
  /** Summaries of the reasons that its tasks gave, in order, each once. */
  readonly reasons: string[];
}

/** A pipeline of stages, each after the one before, run by their definitions against a real clouddriver. */
export interface TestPipeline {
  readonly ran: RanStage[];
  run(type: string, context: JsonObject): Promise<RanStage>;
}

let executions = 0;

/** Starts an execution. */
export function testPipeline(clouddriver: Client<typeof clouddriverApi>, outputsBefore: JsonObject = {}): TestPipeline {
  const executionId = `EXECUTION${++executions}`;
  const ran: RanStage[] = [];
  /** What is done when the stage of the pipeline that runs has ended. */
  const ends: (() => Promise<void>)[] = [];
  const ports = { clouddriver } as unknown as Ports;
  const lookUp = (stage: RanStage, key: string): unknown[] =>
    [stage, ...ran.toReversed().filter((other) => other !== stage), { outputs: outputsBefore }]
      .filter((other) => Object.hasOwn(other.outputs, key))
      .map((other) => other.outputs[key]);

  const topOf = (stage: RanStage): RanStage => {
    const parent = ran.find((other) => other.id === stage.parentStageId);
    return parent ? topOf(parent) : stage;
  };

  const runStage = async (
    type: string,
    name: string,
    context: JsonObject,
    parentStageId?: string,
  ): Promise<RanStage> => {
    const definition = stages[type];
    if (!definition) throw new Error(`No stage ${type}`);
    const stage: RanStage = {
      id: `S${ran.length + 1}`,
      type,
      name,
      context,
      outputs: {},
      status: 'RUNNING',
      reasons: [],
      ...(parentStageId ? { parentStageId } : {}),
    };
    ran.push(stage);
    const planned = (): PlannedStage => ({ ...stage, refId: stage.id });
    const view = {
      application: 'hello',
      executionId,
      pipeline: 'a pipeline',
      trigger: { type: 'manual' },
      ancestorOutput: (key: string) => lookUp(stage, key)[0],
      ancestorOutputs: (key: string) => lookUp(stage, key),
      get children() {
        return ran.filter((one) => one.parentStageId === stage.id).map((one) => ({ ...one, refId: one.id }));
      },
      strategy: (wanted: string) => strategyNamed(Object.values(strategies), wanted),
    };
    const children = async (list: readonly { type: string; name: string; context: JsonObject }[]): Promise<void> => {
      for (const child of list) {
        const done = await runStage(child.type, child.name, child.context, stage.id);
        if (done.status !== 'SUCCEEDED') stage.status = done.status;
      }
    };
    await children(definition.beforeStages?.(planned(), view) ?? []);
    for (const [index, task] of definition.tasks(planned(), view).entries()) {
      if (stage.status !== 'RUNNING') break;
      await runTask(definition, stage, task, index);
    }
    if (stage.status === 'RUNNING') await children(definition.afterStages?.(planned(), view) ?? []);
    if (stage.status === 'RUNNING') stage.status = 'SUCCEEDED';
    if (parentStageId === undefined) for (const giveBack of ends.splice(0)) await giveBack();
    return stage;
  };

  const runTask = async (
    definition: AnyStageDefinition,
    stage: RanStage,
    task: TaskDefinition<unknown>,
    index: number,
  ) => {
    const started = Date.now();
    for (let runs = 0; ; runs++) {
      const parsed = definition.schema.parse(stage.context);
      const context: TaskContext<unknown> = {
        application: 'hello',
        executionId,
        pipeline: 'a pipeline',
        identity: ANONYMOUS,
        user: 'somebody',
        trigger: { type: 'manual' },
        stage: { ...stage, refId: stage.id, topId: topOf(stage).id, startTime: started },
        context: parsed,
        key: `${executionId}:${stage.id}:${index}:1`,
        runs,
        taskStartTime: started,
        now: Date.now(),
        signal: AbortSignal.timeout(30_000),
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        ports,
        ancestorOutput: (key) => lookUp(stage, key)[0],
        ancestorOutputs: (key) => lookUp(stage, key),
        stages: [],
        evaluate: () => {
          throw new Error('None of these stages evaluates an expression.');
        },
      };
      if (task.onEnd && runs === 0)
        ends.push(async () => task.onEnd?.({ ...context, context: definition.schema.parse(stage.context) }));
      const result: TaskResult = await task.run(context).catch((error: unknown) => ({
        status: 'TERMINAL',
        reason: { summary: error instanceof Error ? error.message : String(error) },
      }));
      const told = result.reason?.summary;
      if (told && stage.reasons.at(-1) !== told) stage.reasons.push(told);
      stage.context = { ...stage.context, ...result.context };
      stage.outputs = { ...stage.outputs, ...result.outputs };
      if (isComplete(result.status)) {
        if (result.status !== 'SUCCEEDED') stage.status = result.status;
        return;
      }
      if (Date.now() - started > 25_000) throw new Error(`${stage.type}.${task.name} still waits: ${told}`);
      await new Promise((resolve) => setTimeout(resolve, Math.min(result.wakeAfterMs ?? 200, 200)));
    }
  };

  return { ran, run: (type, context) => runStage(type, type, context) };
}
