import { executionTriggerSchema } from '@gennaker/contracts/execution';
import { graphProblems } from '@gennaker/contracts/pipeline-graph';
import { namedOnly } from '@gennaker/contracts/people';
import { isComplete } from '@gennaker/contracts/status';
import { createExecution, type PostedStage } from '@gennaker/engine/create';
import { decide } from '@gennaker/engine/decide';
import { nextWake } from '@gennaker/engine/decide/timers';
import type { EngineEvent } from '@gennaker/engine/events';
import { evolve, fold } from '@gennaker/engine/evolve';
import { type Effect, effectKey, type Message } from '@gennaker/engine/messages';
import type { ExecutionState, StageState } from '@gennaker/engine/model';
import { cleanUpTask, lookUpFor, runTask } from '@gennaker/engine/run-task';
import type { PipelineJson } from './pipeline-json.ts';
import type { SimulatedWorld } from './simulated-world.ts';

const TRACE = '00-00000000000000000000000000000001-0000000000000001-01';

/** One simulated execution: the engine decides as in orca, effects are carried out in this process, in virtual time. */
export class PipelineRun {
  readonly id: string;
  readonly events: EngineEvent[] = [];
  state: ExecutionState;
  readonly #world: SimulatedWorld;
  readonly #flights = new Map<string, { readonly run: string; readonly abort: AbortController }>();
  readonly #queue: Message[] = [];
  readonly #watchers: ((run: PipelineRun) => void)[] = [];
  #deciding = false;
  #cancelAlarm: (() => void) | undefined;

  constructor(world: SimulatedWorld, id: string, pipeline: PipelineJson, trigger: Readonly<Record<string, unknown>>) {
    const [problem] = graphProblems(pipeline.stages);
    if (problem) throw new Error(`The pipeline "${pipeline.name}" cannot run: ${problem.message}; ${problem.fix}`);
    this.id = id;
    this.#world = world;
    const parsed = executionTriggerSchema.parse({ user: 'tester', ...trigger });
    const created = createExecution({
      id,
      type: 'PIPELINE',
      application: pipeline.application,
      name: pipeline.name,
      pipelineConfigId: pipeline.id,
      trigger: { ...parsed, parameters: parametersOf(pipeline, parsed.parameters ?? {}) },
      by: namedOnly(parsed.user ?? 'tester'),
      ...(typeof pipeline['spelEvaluator'] === 'string' && { declared: { spelEvaluator: pipeline['spelEvaluator'] } }),
      stages: JSON.parse(JSON.stringify(pipeline.stages)) as PostedStage[],
      now: world.time.now(),
    });
    this.events.push(created);
    this.state = evolve(undefined, created);
  }

  /** It has ended. */
  get over(): boolean {
    return isComplete(this.state.status);
  }

  /** Told after each decision. */
  watch(watcher: (run: PipelineRun) => void): void {
    this.#watchers.push(watcher);
  }

  begin(): void {
    this.send({ type: 'Start' });
  }

  /** Something that a stage waits for has happened. */
  wake(stageId: string): void {
    this.send({ type: 'Wake', stageId, cause: 'what it waits for has happened' });
  }

  /** Hands a message to the engine. */
  send(message: Message): void {
    this.#queue.push(message);
    if (this.#deciding) return;
    this.#deciding = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#decide(next);
    } finally {
      this.#deciding = false;
    }
  }

  /** Its worker is lost and another one takes it up: nothing is heard of what was under way, which is run again with the same key. */
  crash(): void {
    for (const { abort } of this.#flights.values()) abort.abort(new Error('the worker was lost'));
    this.#flights.clear();
    this.state = fold(JSON.parse(JSON.stringify(this.events)) as EngineEvent[]) ?? this.state;
    this.send({ type: 'Tick' });
  }

  /** Stages of a name, or of a refId, newest last. */
  stages(named: string): StageState[] {
    return Object.values(this.state.stages).filter((stage) => stage.name === named || stage.refId === named);
  }

  #decide(message: Message): void {
    const decision = decide(this.state, message, this.#world.env());
    for (const event of decision.events) {
      this.state = evolve(this.state, event);
      this.events.push(event);
    }
    for (const effect of decision.effects) this.#perform(effect);
    this.#setAlarm();
    if (this.over) {
      this.#tellParent();
      this.#world.clouddriver.executionEnded(this.id);
    }
    for (const watcher of this.#watchers) watcher(this);
  }

  #setAlarm(): void {
    this.#cancelAlarm?.();
    const at = nextWake(this.state, this.#world.time.now());
    this.#cancelAlarm =
      at === undefined
        ? undefined
        : this.#world.time.after(at - this.#world.time.now(), () => this.send({ type: 'Tick' }));
  }

  #perform(effect: Effect): void {
    const { key, run } = effectKey(effect);
    const flight = this.#flights.get(key);
    if (effect.type === 'AbortRun') {
      flight?.abort.abort(new Error('the stage has ended'));
      this.#flights.delete(key);
      return;
    }
    if (flight?.run === run) return;
    flight?.abort.abort(new Error('the stage was cancelled'));
    const fresh = { run, abort: new AbortController() };
    this.#flights.set(key, fresh);
    void this.#world.time.work(async () => {
      const message = await this.#fly(effect, fresh.abort.signal);
      if (this.#flights.get(key) === fresh) this.#flights.delete(key);
      if (message) this.send(message);
    });
  }

  async #fly(effect: Exclude<Effect, { type: 'AbortRun' }>, signal: AbortSignal): Promise<Message | undefined> {
    const { stageId } = effect;
    const stage = this.state.stages[stageId];
    if (effect.type === 'LookUp') {
      if (!stage) return undefined;
      const asking = { state: this.state, stage, traceparent: TRACE, signal };
      const answer = await lookUpFor(this.#world, asking, effect.lookup);
      return signal.aborted ? undefined : { type: 'LookedUp', stageId, key: effect.key, answer };
    }
    const { taskId, attempt } = effect;
    const task = stage?.tasks.find((one) => one.id === taskId);
    if (!stage || !task) return undefined;
    const run = { state: this.state, stage, task, traceparent: TRACE };
    if (effect.type === 'CleanUp') {
      const problem = await cleanUpTask(this.#world, run);
      return { type: 'CleanupReturned', stageId, taskId, attempt, ...(problem === undefined ? {} : { problem }) };
    }
    const result = await runTask(this.#world, { ...run, signal });
    return signal.aborted ? undefined : { type: 'TaskReturned', stageId, taskId, attempt, run: effect.run, result };
  }

  /** A parent stage that waits for this execution goes on at once, as orca has it. */
  #tellParent(): void {
    const { parentExecutionId, parentPipelineStageId } = this.state.trigger;
    if (typeof parentExecutionId !== 'string' || typeof parentPipelineStageId !== 'string') return;
    const parent = this.#world.runs.get(parentExecutionId);
    if (parent && !parent.over) parent.wake(parentPipelineStageId);
  }
}

/** Parameters with the pipeline's defaults; a required one that is missing refuses the start, as echo does. */
function parametersOf(pipeline: PipelineJson, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const parameters: Record<string, unknown> = { ...given };
  const configured = Array.isArray(pipeline['parameterConfig']) ? (pipeline['parameterConfig'] as unknown[]) : [];
  for (const item of configured as { name?: unknown; default?: unknown; required?: unknown }[]) {
    if (typeof item.name !== 'string') continue;
    if (parameters[item.name] === undefined && item.default !== undefined) parameters[item.name] = item.default;
    if (item.required === true && (parameters[item.name] === undefined || parameters[item.name] === ''))
      throw new Error(
        `The pipeline "${pipeline.name}" needs the parameter "${item.name}": give it by .with({ ${item.name}: ... }).`,
      );
  }
  return parameters;
}
