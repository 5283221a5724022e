import type { AnyStageDefinition } from '@gennaker/extension-sdk/stage';
import type { EngineEvent, EventBody } from '../events.ts';
import { evolveDraft } from '../evolve.ts';
import { type Graph, graphOf, sameTopology } from '../graph.ts';
import { seededId } from '../ids.ts';
import type { Effect, Env } from '../messages.ts';
import type { ExecutionState, StageState, TaskState } from '../model.ts';
import { stageRecord } from '../stage-record.ts';

/**
 * One decision under way: what was decided so far and the state that it leads to. The first event copies the state's
 * record of stages, which the later ones change in place; stages themselves are never changed, so those untouched stay the same objects.
 */
export class Turn {
  readonly env: Env;
  readonly events: EngineEvent[] = [];
  readonly effects: Effect[] = [];
  state: ExecutionState;
  /** Stages that may be able to move because of what was decided. */
  #touched = new Set<string>();
  #ended = false;
  /** The state's record of stages is this decision's own. */
  #draft: boolean;
  #ids = 0;
  readonly #base: string;

  constructor(state: ExecutionState, env: Env, owned: boolean) {
    this.state = state;
    this.env = env;
    this.#draft = owned;
    this.#base = `${state.id}/${state.version}`;
  }

  /** Decides an event: it is recorded and the state moves on by it. */
  emit(body: EventBody): void {
    const event: EngineEvent = { ...body, sequence: this.state.version + 1, at: this.env.now };
    if (!this.#draft) {
      const stages = stageRecord(this.state.stages);
      sameTopology(this.state.stages, stages);
      this.state = { ...this.state, stages };
      this.#draft = true;
    }
    this.state = evolveDraft(this.state, event);
    this.events.push(event);
    this.#touch(body);
  }

  /** Any stage may be able to move. */
  touchAll(): void {
    for (const id in this.state.stages) this.#touched.add(id);
    this.#ended = true;
  }

  /** The stages that may be able to move because of what was decided since the last call, and whether the execution may be over. */
  takeTouched(): { readonly ids: Iterable<string>; readonly ended: boolean } {
    const taken = { ids: this.#touched, ended: this.#ended };
    this.#touched = new Set();
    this.#ended = false;
    return taken;
  }

  /** A stage's change can move itself, its parent, those that wait for it, and those below it. */
  #touch(body: EventBody): void {
    if (body.type === 'StagesPlanned') {
      this.#touched.add(body.parentStageId);
      for (const stage of body.stages) this.#touched.add(stage.id);
      return;
    }
    if (!('stageId' in body) || body.type === 'ExecutionRestarted') return this.touchAll();
    const stage = this.state.stages[body.stageId];
    if (!stage) return;
    this.#touched.add(stage.id);
    if (stage.parentStageId !== undefined) this.#touched.add(stage.parentStageId);
    if (body.type === 'StageStarted') for (const child of this.graph.children(stage.id)) this.#touched.add(child.id);
    if (body.type !== 'StageCompleted' && body.type !== 'FailureIgnored') return;
    for (const id of this.graph.dependents(stage.id)) this.#touched.add(id);
    if (stage.parentStageId === undefined) this.#ended = true;
  }

  /** The definition of a stage's type, or of its alias. */
  definition(stage: StageState): AnyStageDefinition | undefined {
    return this.env.definition(stage.type) ?? this.env.definition(String(stage.context['alias'] ?? ''));
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  get graph(): Graph {
    return graphOf(this.state);
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
