import type { AnyStageDefinition } from '@gennaker/extension-sdk/stage';
import type { EngineEvent, EventBody } from '../events.ts';
import { evolve } from '../evolve.ts';
import { type Graph, graphOf } from '../graph.ts';
import { seededId } from '../ids.ts';
import type { Effect, Env } from '../messages.ts';
import type { ExecutionState, StageState, TaskState } from '../model.ts';

/** One decision under way: what was decided so far and the state that it leads to. */
export class Turn {
  readonly env: Env;
  readonly events: EngineEvent[] = [];
  readonly effects: Effect[] = [];
  state: ExecutionState;
  #graph: Graph | undefined;
  #ids = 0;
  readonly #base: string;

  constructor(state: ExecutionState, env: Env) {
    this.state = state;
    this.env = env;
    this.#base = `${state.id}/${state.version}`;
  }

  /** Decides an event: it is recorded and the state moves on by it. */
  emit(body: EventBody): void {
    const event: EngineEvent = { ...body, sequence: this.state.version + 1, at: this.env.now };
    this.state = evolve(this.state, event);
    this.events.push(event);
    this.#graph = undefined;
  }

  /** The definition of a stage's type, or of its alias. */
  definition(stage: StageState): AnyStageDefinition | undefined {
    return this.env.definition(stage.type) ?? this.env.definition(String(stage.context['alias'] ?? ''));
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  get graph(): Graph {
    return (this.#graph ??= graphOf(this.state));
  }

  /** The stage as it is now. */
  stage(id: string): StageState | undefined {
    return this.state.stages[id];
  }

  task(stageId: string, taskId: string): TaskState | undefined {
    return this.state.stages[stageId]?.tasks.find((task) => task.id === taskId);
  }

  /** A new id that follows from the execution, its version and a counter. */
  nextId(): string {
    return seededId(this.env.now, `${this.#base}/${this.#ids++}`);
  }
}
