import type { OperationPreview } from '@gennaker/contracts/cloud-views';
import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import type { Reason } from '@gennaker/contracts/execution';
import { front50Api } from '@gennaker/contracts/front50';
import { orcaApi } from '@gennaker/contracts/orca';
import type { Identity } from '@gennaker/contracts/people';
import { roscoApi } from '@gennaker/contracts/rosco';
import { createExecution, type PostedStage } from '@gennaker/engine/create';
import { decide } from '@gennaker/engine/decide';
import { evolve } from '@gennaker/engine/evolve';
import type { Effect, Message } from '@gennaker/engine/messages';
import type { ExecutionState, StageState, TaskState } from '@gennaker/engine/model';
import { runTask } from '@gennaker/engine/run-task';
import type { Ports } from '@gennaker/extension-sdk/ports';
import { STATUS_FACTS } from '@gennaker/contracts/status';
import { taskWorld, type World } from '../world.ts';
import { readsOnly, WouldChange } from './reads-only.ts';

/** Stages that somebody means to run, and who asks what they would do. */
export interface PreviewRequest {
  readonly application: string;
  readonly stages: readonly PostedStage[];
  readonly by: Identity;
  readonly traceparent: string;
  readonly signal: AbortSignal;
}

/** One submission to a cloud, as a stage would make it. */
interface Submission {
  readonly provider: string;
  readonly body: Record<string, Record<string, unknown>>[];
}

/** What a stage comes to: what it would submit, or what can be said in place of that. */
type Found = Submission | OperationPreview;

/** More runs of tasks than stages need up to their submission: something goes in a circle. */
const MOST_RUNS = 500;

/**
 * What stages would have clouds do now: each runs up to where it would submit, by the very tasks that would submit, and what
 * it would submit is told by the cloud. Nothing is stored, locked or changed. A stage that fails before, or would have to
 * wait, says so in place of it; what comes after its submission is not looked at.
 */
export async function previewStages(world: World, request: PreviewRequest): Promise<OperationPreview[]> {
  const found: Found[] = [];
  // Each by itself: one that is refused says nothing about the next.
  for (const stage of request.stages) found.push(...(await previewStage(world, request, stage)));
  return toldByClouds(world, request, found);
}

/** Puts what clouds tell in the place of submissions. They are asked about all at once: guards judge them together. */
async function toldByClouds(
  { ports }: World,
  { by, traceparent, signal }: PreviewRequest,
  found: readonly Found[],
): Promise<OperationPreview[]> {
  const submissions = found.filter((one) => 'provider' in one);
  const told = new Map<Found, readonly OperationPreview[]>();
  for (const [provider, together] of Map.groupBy(submissions, (one) => one.provider)) {
    const previews = await ports.clouddriver.previewOperations(
      { params: { provider }, body: together.flatMap(({ body }) => body) },
      { identity: by, traceparent, signal },
    );
    let at = 0;
    for (const one of together) told.set(one, previews.slice(at, (at += one.body.length)));
  }
  return found.flatMap((one) => ('provider' in one ? (told.get(one) ?? []) : [one]));
}

/** What one stage would submit, or why it would not. */
async function previewStage(world: World, request: PreviewRequest, posted: PostedStage): Promise<Found[]> {
  const { application, by, traceparent, signal } = request;
  const env = taskWorld(world).env;
  const messages: Message[] = [{ type: 'Start' }];
  const told: Found[] = [];
  const begun = new Set<string>();
  let state: ExecutionState = evolve(
    undefined,
    createExecution({
      id: 'preview',
      type: 'ORCHESTRATION',
      application,
      name: posted.type,
      trigger: { type: 'manual', user: by.user },
      by,
      stages: [posted],
      now: world.clock.now(),
    }),
  );
  for (let next = messages.shift(); next; next = messages.shift()) {
    const decision = decide(state, next, env());
    ({ state } = decision);
    for (const effect of decision.effects) {
      if (effect.type !== 'RunTask') continue;
      const { stageId, taskId, attempt, run } = effect;
      const key = `${stageId}/${taskId}/${attempt}/${run}`;
      const found = taskOf(state, effect);
      // The engine may ask for a run again that has not returned.
      if (!found || begun.has(key) || begun.size === MOST_RUNS) continue;
      begun.add(key);
      const submissions: Submission[] = [];
      const ports = readingPorts(world, (submission) => submissions.push(submission));
      const result = await runTask({ ...taskWorld(world), ports }, { state, ...found, traceparent, signal });
      // Beyond its submission nothing can be told: it never returns.
      if (submissions.length > 0) told.push(...submissions);
      else if (result.status === 'RUNNING')
        told.push(said(found.stage, { warnings: [`It would wait first: ${sentence(result.reason)}`] }));
      else {
        if (STATUS_FACTS[result.status].failure) told.push(said(found.stage, { problems: [sentence(result.reason)] }));
        messages.push({ type: 'TaskReturned', stageId, taskId, attempt, run, result });
      }
    }
  }
  const [top] = Object.values(state.stages).filter(({ parentStageId }) => parentStageId === undefined);
  if (told.length > 0 || !top) return told;
  // A stage that cannot be planned at all has run no task; one that finds all as it shall be submits nothing.
  if (STATUS_FACTS[top.status].failure) return [said(top, { problems: [sentence(top.reason ?? state.reason)] })];
  return [said(top, begun.size === MOST_RUNS ? { warnings: ['What it would do cannot be told beforehand'] } : {})];
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

function sentence(reason: Reason | undefined): string {
  if (!reason) return 'it cannot be told why';
  return reason.next ? `${reason.summary}; ${reason.next}` : reason.summary;
}

/** The services as a preview may use them: reads are made, locks count as had, what is submitted is noted. */
function readingPorts({ ports, clock }: World, submitted: (submission: Submission) => void): Ports {
  return {
    clouddriver: readsOnly(ports.clouddriver, clouddriverApi, {
      acquireLock: ({ body: { holder, reason, ttlMs } }) =>
        Promise.resolve({ acquired: true, epoch: 0, holder, reason, expires: clock.now() + ttlMs }),
      releaseLock: () => Promise.resolve(undefined),
      submit: ({ params, body }) => {
        submitted({
          provider: params.provider,
          // The lock is had by nobody: its claim would be refused.
          body: body.map((entry) =>
            Object.fromEntries(
              Object.entries(entry).map(([name, { clusterLock: _, ...description }]) => [name, description]),
            ),
          ),
        });
        return Promise.reject(new WouldChange('submit'));
      },
    }),
    rosco: readsOnly(ports.rosco, roscoApi),
    front50: readsOnly(ports.front50, front50Api),
    orca: readsOnly(ports.orca, orcaApi),
    http: () => Promise.reject(new WouldChange('http')),
  };
}
