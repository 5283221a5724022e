import { clouddriverApi, type Operation } from '@gennaker/contracts/clouddriver';
import { notFound } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import type { ForeseenGroup, Foresight } from '@gennaker/contracts/foresight';
import type { PlannedGuard } from '@gennaker/contracts/live-plan';
import { isComplete, STATUS_FACTS } from '@gennaker/contracts/status';
import type { PostedStage } from '@gennaker/engine/create';
import { plannedStage, planView } from '@gennaker/engine/lookup';
import type { ExecutionState, StageState } from '@gennaker/engine/model';
import type { ClusterPlace } from '@gennaker/extension-sdk/cluster-lock';
import type { SyntheticStage } from '@gennaker/extension-sdk/stage';
import { engineEnv, type World } from '../world.ts';
import { type Asking, isAway, playStages, readingAlone, withoutClaim } from './foresee-stages.ts';
import { readsOnly } from './reads-only.ts';

/** Name of the task with which whatever changes a cluster begins. */
const LOCKS = 'acquireClusterLock';
/** Types of stages that do to a cluster whatever somebody else wrote. */
const OTHERS_DO = ['pipeline', 'webhook'];

/** A deploy whose steps are looked at: its stage as it would be once its server group is made and healthy. */
export interface PlannedSteps {
  readonly place: ClusterPlace;
  readonly provider: string;
  readonly made: ForeseenGroup;
  /** The stage of the deploy, and the execution that it is in. */
  readonly stage: StageState;
  readonly state: ExecutionState;
  /** The strategy's steps, and how many steps of the plan are in front of them. */
  readonly steps: readonly SyntheticStage[];
  readonly inFront: number;
}

/**
 * What today's guards would say to each step of a strategy and to the way back after it. The steps run by their own tasks on
 * the cluster as the plan has it by then: the new server group is healthy, and what was resized or enabled is too. Clouddriver
 * judges what they would submit as at the real moment. It ends at the first refusal, for there the deploy would end.
 * @throws Error when clouddriver is away
 */
export async function foreseeGuards(world: World, asking: Asking, deploy: PlannedSteps): Promise<PlannedGuard[]> {
  const walk = new Walk(world, asking, deploy);
  try {
    const now = await walk.ask(undefined, []);
    if (now.unknown !== undefined) return [{ step: deploy.inFront, goingBack: false, ...unknown(now.unknown) }];
    return now.guarded ? await walk.steps([...now.groups, deploy.made]) : [];
  } catch (error) {
    if (isAway(error)) throw error;
    return [
      { step: deploy.inFront, goingBack: false, ...unknown(error instanceof Error ? error.message : String(error)) },
    ];
  }
}

const unknown = (why: string): Verdict => ({
  outcome: 'unknown',
  reason: { summary: `What traffic guards would say is not known: ${why}`, next: 'They are asked at the real moment' },
});

type Verdict = Pick<PlannedGuard, 'outcome' | 'reason'>;

/** What was found of one stretch of stages. */
interface Stretch {
  /** By the place of the stage in the stretch. */
  readonly verdicts: readonly (Verdict & { readonly at: number })[];
  /** The groups after each stage that came to its end. */
  readonly after: readonly (readonly ForeseenGroup[])[];
}

/** One look at a deploy's steps. */
class Walk {
  readonly #world: World;
  readonly #asking: Asking;
  readonly #deploy: PlannedSteps;

  constructor(world: World, asking: Asking, deploy: PlannedSteps) {
    this.#world = world;
    this.#asking = asking;
    this.#deploy = deploy;
  }

  /** Asks clouddriver; `groups`: as they would be by then; absent: as they are now. */
  ask(
    groups: readonly ForeseenGroup[] | undefined,
    operations: readonly Readonly<Record<string, Record<string, unknown>>>[],
  ): Promise<Foresight> {
    const { by, traceparent, signal } = this.#asking;
    const { place, provider } = this.#deploy;
    return this.#world.ports.clouddriver.foreseeOperations(
      {
        params: { provider },
        body: { ...place, ...(groups ? { groups: [...groups] } : {}), operations: [...operations] },
      },
      { identity: by, traceparent, signal },
    );
  }

  /** The verdicts on the steps, each with that on the way back after it. */
  async steps(groups: readonly ForeseenGroup[]): Promise<PlannedGuard[]> {
    const { steps, inFront } = this.#deploy;
    const { verdicts, after } = await this.#stretch(steps, groups);
    const found: PlannedGuard[] = verdicts.map(({ at, ...verdict }) => ({
      step: inFront + at,
      goingBack: false,
      ...verdict,
    }));
    let told = '';
    const states = [groups, ...after];
    for (const [at, then] of states.entries()) {
      // Nothing has changed since the last look.
      if (then === states[at - 1]) continue;
      const back = await this.#stretch(this.#failureStages(), then, 'whateverBecomes');
      for (const { outcome, reason } of back.verdicts) {
        if (outcome === 'passes' || reason.summary === told) continue;
        told = reason.summary;
        found.push({ step: inFront + at - 1, goingBack: true, outcome, reason });
      }
    }
    return found.toSorted((a, b) => a.step - b.step || Number(a.goingBack) - Number(b.goingBack));
  }

  /** What follows a failure. */
  #failureStages(): readonly SyntheticStage[] {
    const { stage, state } = this.#deploy;
    const env = engineEnv(this.#world);
    return env.definition(stage.type)?.onFailureStages?.(plannedStage(stage), planView(state, stage, env)) ?? [];
  }

  /** Plays stages one after another, from a state of the cluster on. What changes no cluster is passed over. */
  async #stretch(
    stages: readonly SyntheticStage[],
    from: readonly ForeseenGroup[],
    goesOn: 'whileWell' | 'whateverBecomes' = 'whileWell',
  ): Promise<Stretch> {
    const verdicts: (Verdict & { readonly at: number })[] = [];
    const after: (readonly ForeseenGroup[])[] = [];
    let groups = from;
    for (const [at, stage] of stages.entries()) {
      if (OTHERS_DO.includes(stage.type))
        verdicts.push({
          at,
          outcome: 'unknown',
          reason: {
            summary: `What "${stage.name}" does to the cluster is not known; what follows is told as if it changed nothing`,
          },
        });
      if (this.#changesCluster(stage)) {
        const played = await this.#play(stage, groups);
        verdicts.push(...played.verdicts.map((verdict) => ({ at, ...verdict })));
        if (!played.ended && goesOn === 'whileWell') break;
        ({ groups } = played);
      }
      after.push(groups);
    }
    return { verdicts, after };
  }

  #changesCluster({ type, name, context }: SyntheticStage): boolean {
    const { stage, state } = this.#deploy;
    const env = engineEnv(this.#world);
    const planned = { id: 'planned', refId: 'planned', type, name, context, outputs: {} };
    const tasks = env.definition(type)?.tasks(planned, planView(state, stage, env)) ?? [];
    return tasks.some((task) => task.name === LOCKS);
  }

  /** Plays one stage; `ended`: it came to a good end. */
  async #play(
    { type, name, context }: SyntheticStage,
    from: readonly ForeseenGroup[],
  ): Promise<{
    readonly groups: readonly ForeseenGroup[];
    readonly verdicts: readonly Verdict[];
    readonly ended: boolean;
  }> {
    const verdicts: Verdict[] = [];
    let groups = from;
    let now = this.#world.clock.now();
    let unheard = false;
    let away: Error | undefined;
    const world: World = { ...this.#world, clock: { now: () => now, after: () => () => {} } };
    const operations = new Map<string, Reason | undefined>();
    const clouddriver = readsOnly(world.ports.clouddriver, clouddriverApi, {
      acquireLock: ({ body: { holder, reason, ttlMs } }) =>
        Promise.resolve({ acquired: true, epoch: 0, holder, reason, expires: now + ttlMs }),
      releaseLock: () => Promise.resolve(undefined),
      listServerGroups: async () => groups.map(({ view }) => view),
      getServerGroup: async ({ params: { region, name: wanted } }) => {
        const group = groups.find(({ view }) => view.name === wanted && view.region === region);
        if (!group) throw notFound(`There is no server group ${wanted} in ${region}`);
        return group.view;
      },
      explainHealth: () => Promise.resolve([]),
      submit: async ({ body }) => {
        const id = `foreseen-${operations.size + 1}`;
        const foresight = await this.ask(groups, body.map(withoutClaim)).catch((error: unknown) => {
          if (isAway(error)) away = error;
          throw error;
        });
        ({ groups } = foresight);
        verdicts.push(...foresight.passed.map((reason) => ({ outcome: 'passes' as const, reason })));
        const { refusal } = foresight;
        if (refusal) verdicts.push({ outcome: 'refuses', reason: refusal });
        if (foresight.unknown !== undefined) verdicts.push(unknown(foresight.unknown));
        unheard ||= foresight.unknown !== undefined;
        operations.set(id, refusal);
        return { id, resourceUri: `/task/${id}` };
      },
      getOperation: ({ params: { id } }) => Promise.resolve(operationOf(id, operations.get(id), now)),
    });
    const posted: PostedStage = { ...context, type, name, refId: '1', requisiteStageRefIds: [] };
    const { state } = await playStages(world, this.#asking, [posted], {
      ports: { ...readingAlone(world.ports), clouddriver },
      returned: () => !unheard,
      waitUntil: (at) => {
        now = at;
      },
    });
    if (away) throw away;
    const ended = isComplete(state.status) && !STATUS_FACTS[state.status].failure;
    if (!ended && !unheard && verdicts.every(({ outcome }) => outcome !== 'refuses'))
      verdicts.push(unknown(`"${name}" does not come to its end in the plan (${whyNot(state)})`));
    return { groups, verdicts, ended };
  }
}

/** Why stages have not come to their end. */
function whyNot({ stages }: ExecutionState): string {
  const all = Object.values(stages);
  const failed = all.find(({ status, reason }) => STATUS_FACTS[status].failure && reason)?.reason;
  const waits = all.flatMap(({ tasks }) => tasks).find(({ status, reason }) => status === 'RUNNING' && reason)?.reason;
  return (failed ?? waits)?.summary ?? 'it waits for something that is not there yet';
}

/** An operation that is over as soon as it is submitted. */
const operationOf = (id: string, refusal: Reason | undefined, now: number): Operation => ({
  id,
  status: {
    phase: 'FORESEEN',
    status: refusal?.summary ?? 'Foreseen',
    complete: true,
    completed: true,
    failed: refusal !== undefined,
  },
  history: [],
  resultObjects: [],
  ...(refusal ? { reason: refusal } : {}),
  startTimeMs: now,
  endTimeMs: now,
});
