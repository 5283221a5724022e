import type { OperationPreview } from '@gennaker/contracts/cloud-views';
import { clouddriverApi, type ServerGroup } from '@gennaker/contracts/clouddriver';
import { ServiceError } from '@gennaker/contracts/error';
import type { ExecutionTrigger, Reason } from '@gennaker/contracts/execution';
import { front50Api } from '@gennaker/contracts/front50';
import { igorApi } from '@gennaker/contracts/igor';
import { orcaApi } from '@gennaker/contracts/orca';
import type { Identity } from '@gennaker/contracts/people';
import { roscoApi } from '@gennaker/contracts/rosco';
import type { Api, Client } from '@gennaker/contracts/route';
import { STATUS_FACTS } from '@gennaker/contracts/status';
import { createExecution, type PostedStage } from '@gennaker/engine/create';
import { decide } from '@gennaker/engine/decide';
import { nextWake } from '@gennaker/engine/decide/timers';
import { evolve } from '@gennaker/engine/evolve';
import type { Effect, Message, RunResult } from '@gennaker/engine/messages';
import type { ExecutionState, StageState, TaskState } from '@gennaker/engine/model';
import { runTask } from '@gennaker/engine/run-task';
import type { ClusterPlace } from '@gennaker/extension-sdk/cluster-lock';
import type { Ports } from '@gennaker/extension-sdk/ports';
import { taskWorld, type World } from '../world.ts';
import { readsOnly, WouldChange } from './reads-only.ts';

/** Who asks what stages would do, and of what application. */
export interface Asking {
  readonly application: string;
  readonly by: Identity;
  readonly traceparent: string;
  readonly signal: AbortSignal;
  /** What starts the stages; absent: their asker by hand. */
  readonly trigger?: ExecutionTrigger;
}

/** One submission to a cloud, as a stage would make it. */
export interface Submission {
  readonly provider: string;
  readonly body: readonly Readonly<Record<string, Readonly<Record<string, unknown>>>>[];
}

/** What a stage comes to: what it would submit, or what can be said in place of that. */
export type Found = Submission | OperationPreview;

/** Stages as they are once each came to its submission, to its end, or to where it would have to wait. */
export interface Foreseen {
  readonly state: ExecutionState;
  /** The last stage that was asked about; what the stages in front of it come to is in `state`. */
  readonly top: StageState | undefined;
  readonly found: readonly Found[];
  /** The submissions of each stage, by its id. */
  readonly submitted: ReadonlyMap<string, readonly Submission[]>;
  /** Clusters whose locks the stages would take. */
  readonly places: readonly ClusterPlace[];
  /** Server groups that were looked at. */
  readonly groups: readonly ServerGroup[];
  /** Was clouddriver asked for anything? */
  readonly asksClouds: boolean;
  /** What the stages would change by other means than clouds' operations: that is not looked at. */
  readonly otherChanges: readonly string[];
  /** Set when clouddriver could not answer. */
  readonly unreachable?: Error;
}

/** What is noted while stages run. */
interface Notes {
  readonly submissions: Submission[];
  readonly places: Map<string, ClusterPlace>;
  readonly groups: ServerGroup[];
  readonly otherChanges: Set<string>;
  asksClouds: boolean;
  unreachable?: Error;
}

/** More runs of tasks than stages need up to their submission: something goes in a circle. */
const MOST_RUNS = 500;
/** Answers of a service that is away, or too busy. */
const AWAY = [429, 502, 503, 504];

/**
 * Runs stages, each after those that it names as requisites, by the very tasks that would submit, up to where the clouds
 * would change: what is submitted is noted and never returns. Nothing is stored, locked or changed.
 */
export async function foresee(world: World, asking: Asking, posted: readonly PostedStage[]): Promise<Foreseen> {
  const told: Found[] = [];
  const submitted = new Map<string, readonly Submission[]>();
  const notes: Notes = {
    submissions: [],
    places: new Map(),
    groups: [],
    otherChanges: new Set(),
    asksClouds: false,
  };
  let known = 0;
  const { state, runs } = await playStages(world, asking, posted, {
    ports: readingPorts(world, notes),
    returned: ({ stage }, result) => {
      const made = notes.submissions.slice(known);
      known = notes.submissions.length;
      // Beyond its submission nothing can be told: it never returns.
      if (made.length > 0) {
        told.push(...made);
        submitted.set(stage.id, made);
        return false;
      }
      if (result.status === 'RUNNING') {
        told.push(said(stage, { warnings: [`It would wait first: ${sentence(result.reason)}`] }));
        return false;
      }
      if (STATUS_FACTS[result.status].failure) told.push(said(stage, { problems: [sentence(result.reason)] }));
      return true;
    },
  });
  const top = Object.values(state.stages)
    .filter(({ parentStageId }) => parentStageId === undefined)
    .at(-1);
  // A stage that cannot be planned at all has run no task; one that finds all as it shall be submits nothing.
  if (told.length === 0 && top)
    told.push(
      STATUS_FACTS[top.status].failure
        ? said(top, { problems: [sentence(top.reason ?? state.reason)] })
        : said(top, runs === MOST_RUNS ? { warnings: ['What it would do cannot be told beforehand'] } : {}),
    );
  return {
    state,
    top,
    found: told,
    submitted,
    places: [...notes.places.values()],
    groups: notes.groups,
    asksClouds: notes.asksClouds,
    otherChanges: [...notes.otherChanges],
    ...(notes.unreachable ? { unreachable: notes.unreachable } : {}),
  };
}

/** How stages are played. */
export interface Play {
  readonly ports: Ports;
  /** A run of a task has returned: does the engine hear of it? */
  returned(of: { readonly stage: StageState; readonly task: TaskState }, result: RunResult): boolean;
  /** Goes on to a later time, epoch ms, when all that is left waits; absent: it ends there. */
  waitUntil?(at: number): void;
}

/** Plays stages, each after those that it names as requisites, by their own tasks and the engine, in this process alone. */
export async function playStages(
  world: World,
  asking: Asking,
  posted: readonly PostedStage[],
  { ports, returned, waitUntil }: Play,
): Promise<{ readonly state: ExecutionState; readonly runs: number }> {
  const { application, by, traceparent, signal } = asking;
  const tasks = { ...taskWorld(world), ports };
  const messages: Message[] = [{ type: 'Start' }];
  const begun = new Set<string>();
  let state: ExecutionState = evolve(
    undefined,
    createExecution({
      id: 'preview',
      type: 'ORCHESTRATION',
      application,
      name: posted.at(-1)?.type ?? 'nothing',
      trigger: asking.trigger ?? { type: 'manual', user: by.user },
      by,
      stages: posted,
      now: world.clock.now(),
    }),
  );
  for (;;) {
    const next = messages.shift();
    if (!next) {
      const later = waitUntil && begun.size < MOST_RUNS && nextWake(state, world.clock.now());
      if (!later) return { state, runs: begun.size };
      waitUntil(later);
      messages.push({ type: 'Tick' });
      continue;
    }
    const decision = decide(state, next, tasks.env());
    ({ state } = decision);
    for (const effect of decision.effects) {
      // Nothing was locked or begun that would have to be cleaned up.
      if (effect.type === 'CleanUp' && waitUntil) messages.push({ ...effect, type: 'CleanupReturned' });
      if (effect.type !== 'RunTask') continue;
      const { stageId, taskId, attempt, run } = effect;
      const key = `${stageId}/${taskId}/${attempt}/${run}`;
      const found = taskOf(state, effect);
      // The engine may ask for a run again that has not returned.
      if (!found || begun.has(key) || begun.size === MOST_RUNS) continue;
      begun.add(key);
      const result = await runTask(tasks, { state, ...found, traceparent, signal });
      if (returned(found, result)) messages.push({ type: 'TaskReturned', stageId, taskId, attempt, run, result });
    }
  }
}

function taskOf(
  state: ExecutionState,
  { stageId, taskId }: Extract<Effect, { type: 'RunTask' }>,
): { readonly stage: StageState; readonly task: TaskState } | undefined {
  const stage = state.stages[stageId];
  const task = stage?.tasks.find(({ id }) => id === taskId);
  return stage && task && { stage, task };
}

/** What cannot be told in a cloud's words. */
function said(stage: StageState, of: Partial<Pick<OperationPreview, 'warnings' | 'problems'>>): OperationPreview {
  const { credentials, account } = stage.context;
  const named = [credentials, account].find((one) => typeof one === 'string');
  return {
    operation: stage.type,
    account: typeof named === 'string' ? named : '',
    changes: [],
    warnings: [],
    problems: [],
    ...of,
  };
}

/** A reason as one sentence, with what comes next. */
function sentence(reason: Reason | undefined): string {
  if (!reason) return 'it cannot be told why';
  return reason.next ? `${reason.summary}; ${reason.next}` : reason.summary;
}

/** The services as a preview may use them: reads are made, locks count as had, what is submitted is noted. */
function readingPorts({ ports, clock }: World, notes: Notes): Ports {
  const clouddriver = readsOnly(ports.clouddriver, clouddriverApi, {
    acquireLock: ({ params: { account, cluster }, query, body: { holder, reason, ttlMs } }) => {
      const region = query?.region ?? '';
      notes.places.set(JSON.stringify([account, region, cluster]), { account, region, cluster });
      return Promise.resolve({ acquired: true, epoch: 0, holder, reason, expires: clock.now() + ttlMs });
    },
    releaseLock: () => Promise.resolve(undefined),
    listServerGroups: async (args, call) => {
      const groups = await ports.clouddriver.listServerGroups(args, call);
      notes.groups.push(...groups);
      return groups;
    },
    submit: ({ params, body }) => {
      notes.submissions.push({
        provider: params.provider,
        body: body.map(withoutClaim),
      });
      return Promise.reject(new WouldChange('submit'));
    },
  });
  return {
    ...readingAlone(ports, (operation) => notes.otherChanges.add(operation)),
    clouddriver: noted(clouddriver, notes),
  };
}

/** The services but clouddriver, of which reads alone are made. `refused`: told of each call that was not made. */
export function readingAlone(
  ports: Ports,
  refused: (operation: string) => void = () => {},
): Omit<Ports, 'clouddriver'> {
  const reads = <A extends Api>(client: Client<A>, api: A) => readsOnly(client, api, {}, refused);
  return {
    rosco: reads(ports.rosco, roscoApi),
    front50: reads(ports.front50, front50Api),
    igor: reads(ports.igor, igorApi),
    orca: reads(ports.orca, orcaApi),
    http: () => {
      refused('http');
      return Promise.reject(new WouldChange('http'));
    },
    deploymentMonitors: ports.deploymentMonitors,
  };
}

/** An operation without the claim of a lock that nobody has: it would be refused. */
export const withoutClaim = (
  entry: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Record<string, Record<string, unknown>> =>
  Object.fromEntries(Object.entries(entry).map(([name, { clusterLock: _, ...description }]) => [name, description]));

/** Clouddriver's client; that it was asked, and that it is away, is noted. */
function noted(client: Client<typeof clouddriverApi>, notes: Notes): Client<typeof clouddriverApi> {
  return new Proxy(client, {
    get(target, name, receiver): unknown {
      const call: unknown = Reflect.get(target, name, receiver);
      if (typeof call !== 'function') return call;
      return async (...args: unknown[]): Promise<unknown> => {
        notes.asksClouds = true;
        try {
          return await Reflect.apply(call, target, args);
        } catch (error) {
          if (isAway(error)) notes.unreachable = error;
          throw error;
        }
      };
    },
  });
}

/** Does an error say that a service is away, in place of an answer? */
export function isAway(error: unknown): error is Error {
  return error instanceof ServiceError ? AWAY.includes(error.status) : error instanceof Error;
}
