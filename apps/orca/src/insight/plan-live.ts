import type { OperationPreview } from '@gennaker/contracts/cloud-views';
import type { ClusterLock } from '@gennaker/contracts/cluster-locks';
import { ServiceError } from '@gennaker/contracts/error';
import { executionTriggerSchema } from '@gennaker/contracts/execution';
import type { LivePlan, LiveStage, PlannedDeploy } from '@gennaker/contracts/live-plan';
import type { Plan, PlannedStageView } from '@gennaker/contracts/orca-insight';
import { type FinishedRun, quantile } from '@gennaker/engine/insight/predict';
import { engineEnv, type World } from '../world.ts';
import { type Asking, foresee, type Foreseen, type Found, isAway } from './foresee-stages.ts';
import { type AskedStage, askedStage, withoutFinder } from './plan-image.ts';
import { foreseeGuards } from './foresee-guards.ts';
import {
  deployedElsewhere,
  descriptionsOf,
  lockSentences,
  notLookedAt,
  plannedDeploys,
  samePlace,
} from './plan-deploy.ts';
import { toldByClouds } from './preview-stages.ts';

/** A stage that has to do with clouds, and what was foreseen of it. */
interface Looked {
  readonly planned: PlannedStageView;
  readonly asked: AskedStage;
  readonly foreseen?: Foreseen;
  readonly notes: readonly string[];
}

/** Name of the task with which whatever changes a cluster begins. */
const LOCKS = 'acquireClusterLock';

/** Longest that a plan waits for clouds, ms: who asks sits in front of it. */
const LONGEST_MS = 15_000;

/**
 * What the stages of a plan would do as things are now. Each is looked at by itself, as if those in front had changed
 * nothing; what that leaves open is said. Undefined: no stage has to do with clouds.
 */
export async function livePlan(
  world: World,
  plan: Plan,
  asking: Omit<Asking, 'application' | 'trigger'>,
  history: readonly FinishedRun[],
): Promise<LivePlan | undefined> {
  const signal = AbortSignal.any([asking.signal, AbortSignal.timeout(LONGEST_MS)]);
  const trigger = executionTriggerSchema.parse(plan.trigger);
  const whole: Asking = { ...asking, signal, application: plan.application, trigger };
  try {
    const looked = await lookAt(world, plan, whole);
    if (looked.length === 0) return undefined;
    const [told, locks] = await Promise.all([
      toldOfAll(world, plan, whole, looked),
      world.ports.clouddriver.listLocks({}, { identity: asking.by, traceparent: asking.traceparent, signal }),
    ]);
    return { stages: await liveStages(world, plan, whole, { looked, told, locks, history }) };
  } catch (error) {
    if (asking.signal.aborted || !isAway(error)) throw error;
    return {
      unknown: {
        summary: 'Live state is unknown: clouds cannot be asked now',
        evidence: { error: error.message },
        next: 'plan again once clouddriver answers',
      },
      stages: [],
    };
  }
}

/** Foresees each stage that may run, in the order of the graph. @throws Error when clouddriver is away */
async function lookAt(world: World, plan: Plan, asking: Asking): Promise<Looked[]> {
  const typeOf = ({ type }: PlannedStageView): string => world.definitions.get(type)?.type ?? type;
  const looked: Looked[] = [];
  for (const planned of plan.stages.filter(({ enabled }) => enabled !== 'no')) {
    const inFront = stagesInFront(plan, planned);
    const asked = askedStage(planned, inFront, typeOf);
    if (asked.open.length > 0) {
      // What it is for is not known: it is not tried with half of it.
      if (changesCluster(planned))
        looked.push({
          planned,
          asked,
          notes: [`What it does rests on what only a run can tell: ${asked.open.join(', ')}`],
        });
      continue;
    }
    const seen = await foreseeAsked(world, asking, asked, (finder) => askedStage(finder, [], typeOf));
    if (seen.foreseen?.unreachable) throw seen.foreseen.unreachable;
    const elsewhere = seen.foreseen ? deployedElsewhere(seen.foreseen, engineEnv(world)) : [];
    if (seen.foreseen?.asksClouds === true || elsewhere.length > 0)
      looked.push({ planned, ...seen, notes: [...seen.notes, ...elsewhere] });
  }
  return looked;
}

/** Foresees a stage with the image that the one in front finds now, or else with none. */
async function foreseeAsked(
  world: World,
  asking: Asking,
  asked: AskedStage,
  ask: (finder: PlannedStageView) => AskedStage,
): Promise<Omit<Looked, 'planned'>> {
  const { finder, stage } = asked;
  if (!finder) {
    const notes = asked.standIn === undefined ? [] : [`Only a run can tell ${asked.standIn}`];
    return { asked, notes, foreseen: await foresee(world, asking, [stage]) };
  }
  const front = ask(finder);
  if (front.open.length === 0) {
    const together = await foresee(world, asking, [front.stage, { ...stage, requisiteStageRefIds: [finder.refId] }]);
    if (together.unreachable || together.top?.status !== 'NOT_STARTED')
      return { asked, notes: [`The image is what "${finder.name}" finds now`], foreseen: together };
  }
  return foreseeAsked(world, asking, withoutFinder(asked), ask);
}

/** All stages that end before a stage begins, nearest first. */
function stagesInFront(plan: Plan, stage: PlannedStageView): PlannedStageView[] {
  const found = [stage];
  // What is found is gone through as well.
  for (const one of found)
    for (const refId of one.requisiteStageRefIds) {
      const next = plan.stages.find((other) => other.refId === refId);
      if (next && !found.includes(next)) found.push(next);
    }
  return found.slice(1);
}

const changesCluster = (stage: PlannedStageView): boolean =>
  stage.tasks.includes(LOCKS) || [...stage.before, ...stage.after].some(changesCluster);

/** What clouds are to be asked about: not what names an image that is not there yet. */
function toAsk(foreseen: Foreseen | undefined, { standIn }: AskedStage): Found[] {
  return (foreseen?.found ?? []).filter(
    (one) =>
      !('provider' in one) || standIn === undefined || descriptionsOf(one).every(({ image }) => image !== standIn),
  );
}

/**
 * Asks clouds about what stages would submit. Those that find clouds as they are now are judged together; each that comes
 * after a change of what it looks at is judged by itself, as its turn is not now.
 */
async function toldOfAll(
  world: World,
  plan: Plan,
  asking: Asking,
  looked: readonly Looked[],
): Promise<ReadonlyMap<Found, readonly OperationPreview[]>> {
  const later = looked.filter((one) => changesBefore(plan, looked, one).length > 0);
  const first = looked.filter((one) => !later.includes(one));
  const batches = [first, ...later.map((one) => [one])];
  const told = await Promise.all(
    batches.map((batch) =>
      toldOfEach(
        world,
        asking,
        batch.flatMap(({ foreseen, asked }) => toAsk(foreseen, asked)),
      ),
    ),
  );
  return new Map(told.flatMap((one) => [...one]));
}

/** Asks clouds about all at once; where they refuse that, about each by itself. */
async function toldOfEach(
  world: World,
  asking: Asking,
  found: readonly Found[],
): Promise<ReadonlyMap<Found, readonly OperationPreview[]>> {
  try {
    return await toldByClouds(world, asking, found);
  } catch (error) {
    if (isAway(error) || !(error instanceof ServiceError)) throw error;
    const [only] = found;
    if (found.length > 1 || !only) {
      const each = await Promise.all(found.map((one) => toldOfEach(world, asking, [one])));
      return new Map(each.flatMap((one) => [...one]));
    }
    return new Map([[only, [refused(only, error)]]]);
  }
}

/** What a cloud does not even look at. */
function refused(found: Found, { message, details }: ServiceError): OperationPreview {
  const [operation] = 'provider' in found ? found.body.flatMap((entry) => Object.keys(entry)) : [];
  return {
    operation: operation ?? 'operation',
    account: '',
    changes: [],
    warnings: [],
    problems: [details.fix ? `${message}; ${details.fix}` : message],
  };
}

async function liveStages(
  world: World,
  plan: Plan,
  asking: Asking,
  found: {
    readonly looked: readonly Looked[];
    readonly told: ReadonlyMap<Found, readonly OperationPreview[]>;
    readonly locks: readonly ClusterLock[];
    readonly history: readonly FinishedRun[];
  },
): Promise<LiveStage[]> {
  const { looked, told, locks, history } = found;
  const env = engineEnv(world);
  const planned: PlannedDeploy[] = [];
  const stages: LiveStage[] = [];
  for (const one of looked) {
    const { foreseen } = one;
    const made = foreseen && plannedDeploys(foreseen, env, planned, one.asked.standIn);
    const deploys = made ? await withGuards(world, asking, made) : [];
    planned.push(...deploys);
    const took = history.flatMap(({ stages }) =>
      stages
        .filter(({ refId, type }) => refId === one.planned.refId && type === one.planned.type)
        .map(({ durationMs }) => durationMs),
    );
    stages.push({
      stageRefId: one.planned.refId,
      name: one.planned.name,
      deploys,
      locks: foreseen ? lockSentences(foreseen.places, locks) : [],
      ...spoken(plan, looked, { ...one, notes: [...one.notes, ...(made?.notes ?? [])] }, told, deploys),
      ...(took.length === 0
        ? {}
        : { durationMs: { p50: quantile(took, 0.5), p90: quantile(took, 0.9), basis: took.length } }),
    });
  }
  return stages;
}

/** Deploys with what traffic guards would say to their steps. */
function withGuards(
  world: World,
  asking: Asking,
  { deploys, steps }: ReturnType<typeof plannedDeploys>,
): Promise<PlannedDeploy[]> {
  return Promise.all(
    deploys.map(async (deploy, at) => {
      const known = steps.get(at);
      return known ? { ...deploy, guards: await foreseeGuards(world, asking, known) } : deploy;
    }),
  );
}

/** What guards refuse of deploys: of the way forth, and of the way back after a failure. */
function refusalsOf(deploys: readonly PlannedDeploy[]): { readonly forth: string[]; readonly back: string[] } {
  const all = deploys.flatMap(({ serverGroupName, steps, guards }) =>
    guards
      .filter(({ outcome }) => outcome === 'refuses')
      .map(({ step, goingBack, reason }) => ({
        goingBack,
        text: goingBack
          ? `Should the deploy of ${serverGroupName} fail after step ${step + 1} (${steps[step]}), it could not be taken back wholly: ${reason.summary}`
          : `Step ${step + 1} of ${serverGroupName} (${steps[step]}): ${reason.summary}. ${reason.next ?? ''}`.trim(),
      })),
  );
  return {
    forth: all.filter(({ goingBack }) => !goingBack).map(({ text }) => text),
    back: all.filter(({ goingBack }) => goingBack).map(({ text }) => text),
  };
}

/** What clouds and the stage itself say. A problem that stages in front may solve is a note. */
function spoken(
  plan: Plan,
  looked: readonly Looked[],
  stage: Looked,
  told: ReadonlyMap<Found, readonly OperationPreview[]>,
  deploys: readonly PlannedDeploy[],
): Pick<LiveStage, 'operations' | 'problems' | 'notes'> {
  const { foreseen, notes: known } = stage;
  if (!foreseen) return { operations: [], problems: [], notes: [...known] };
  const previews = foreseen.found.flatMap((one) => told.get(one) ?? []);
  const { forth, back } = refusalsOf(deploys);
  const notes = [...known, ...notLookedAt(foreseen), ...foundNow(foreseen), ...back];
  const said = [...previews.flatMap(({ problems }) => problems), ...forth];
  const operations = previews
    .map((preview) => ({ ...preview, problems: [] }))
    .filter(({ changes, warnings }) => changes.length + warnings.length > 0);
  if (foreseen.otherChanges.length > 0)
    return {
      operations,
      problems: [],
      notes: [
        ...notes,
        'What it does by other means than operations of clouds is not looked at; traffic guards are asked when it does it',
      ],
    };
  const earlier = changesBefore(plan, looked, stage);
  if (earlier.length === 0) return { operations, problems: said, notes };
  if (operations.length > 0)
    notes.push(`This is told as things are before ${earlier.join(', ')}: then it may find something else`);
  return {
    operations,
    problems: [],
    notes: [...notes, ...said.map((problem) => `Before ${earlier.join(', ')} it would not go: ${problem}`)],
  };
}

/** What a stage that changes nothing finds. */
function foundNow({ found, top }: Foreseen): string[] {
  if (top?.status !== 'SUCCEEDED' || found.some((one) => 'provider' in one)) return [];
  return top.tasks.flatMap(({ reason }) => (reason ? [`As things are now: ${reason.summary}`] : [])).slice(-1);
}

/** Stages in front that change what a stage looks at, as people say them; all of them, where it came to no cluster. */
function changesBefore(plan: Plan, looked: readonly Looked[], { planned, foreseen }: Looked): string[] {
  const inFront = stagesInFront(plan, planned);
  const places = foreseen?.places ?? [];
  return looked
    .filter((one) => {
      if (!inFront.includes(one.planned)) return false;
      if (!one.foreseen) return true;
      const theirs = one.foreseen.places;
      if (places.length === 0 || theirs.length === 0) return one.foreseen.found.some((found) => 'provider' in found);
      return theirs.some((place) => places.some((mine) => samePlace(mine, place)));
    })
    .map(({ planned: { name } }) => `"${name}"`);
}
