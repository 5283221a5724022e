import { setTimeout as sleep } from 'node:timers/promises';
import { whyOf } from '@gennaker/app-demo/follow-execution';
import { startTraffic } from '@gennaker/app-demo/traffic-client';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { isComplete } from '@gennaker/contracts/status';
import { z } from 'zod';
import { leftovers, unsettled } from './aftermath.ts';
import { judgeTraffic } from './judge.ts';
import type { Scene } from './scene.ts';
import { isBad, isUnhealthy, mayFail, type PlannedDeploy, STRATEGIES } from './schedule.ts';
import { makeTrouble } from './troubles.ts';

/** A fault in how the run itself deploys, so that its checks must see it. */
export const DEPLOY_PLANTS = ['disable-first', 'no-draining'] as const;
/** @see DEPLOY_PLANTS */
export type DeployPlant = (typeof DEPLOY_PLANTS)[number];

/** What became of one deploy, as it is kept between the parts of a run. */
export const deployResultSchema = z.object({
  what: z.string(),
  status: z.string(),
  reason: z.string(),
  seconds: z.number(),
  /** What was done to it; absent: it was over before. */
  trouble: z.string().optional(),
  requests: z.number(),
  failed: z.number(),
  excused: z.number(),
  bad: z.number(),
  beside: z.number(),
  beyondShare: z.boolean(),
  slowestMark: z.number(),
  disagreements: z.array(z.string()),
  /** It failed, or a bad version stayed. */
  wrongEnd: z.boolean(),
  isBad: z.boolean(),
  /** It never got healthy, and the reason does not name one of its instances. */
  unexplained: z.boolean(),
  /** What did not become as it has to be: traffic, capacity, holds, locks, and what is left in the cloud. */
  left: z.array(z.string()),
  examples: z.array(z.string()),
});
/** @see deployResultSchema */
export type DeployResult = z.infer<typeof deployResultSchema>;

const CONNECTIONS = 100;
/** How long an answer takes: the switch happens in the middle of requests. */
const DELAY_MS = 150;
const SETTLE_MS = 1_000;
const LOOK_MS = 300;
const GIVE_UP_MS = 4.5 * 60_000;
/** A version that never gets healthy is given up after this time; any other deploy has more. */
const UNHEALTHY_PATIENCE_MS = 15_000;
const PATIENCE_MS = 3 * 60_000;

/**
 * Deploys once under traffic and trouble.
 * @param serving the server group that serves before; the answer has the one that serves afterwards
 */
export async function perform(
  scene: Scene,
  deploy: PlannedDeploy,
  serving: string,
  plant: DeployPlant | undefined,
): Promise<{ readonly result: DeployResult; readonly serving: string | undefined }> {
  const before = await scene.counted();
  const traffic = startTraffic({
    url: `${await scene.address()}/?delay=${DELAY_MS}`,
    rate: scene.rate,
    keepAlive: CONNECTIONS,
  });
  const began = performance.now();
  let over = false;
  let created: string | undefined;
  const findCreated = async (): Promise<string | undefined> =>
    (created = (await scene.managers()).filter((name) => name !== serving).at(-1) ?? created);
  try {
    await sleep(SETTLE_MS);
    const id = await scene.start(nameOf(deploy), stagesOf(scene, deploy, plant));
    const troubling = makeTrouble(scene, deploy, { over: () => over, old: serving, created: findCreated });
    troubling.catch(() => undefined);
    let execution: ExecutionView;
    do {
      await sleep(LOOK_MS);
      await findCreated();
      execution = await scene.execution(id);
    } while (!isComplete(execution.status) && performance.now() - began < GIVE_UP_MS);
    over = true;
    const seconds = Math.round((performance.now() - began) / 1_000);
    const { losses, done } = await troubling;
    const { status } = execution;
    const why = whyOf(execution);
    const wanted = { size: scene.size, choices: servingChoices(deploy, status, serving, created) };
    const settled = await unsettled(scene, wanted);
    await sleep(SETTLE_MS);
    await traffic.stop();
    const seen = { records: traffic.records, before, after: await scene.counted(), losses, created };
    const left = [...settled.problems, ...(await leftovers(scene, settled.serving))];
    return {
      result: {
        what: nameOf(deploy),
        status,
        reason: why,
        seconds,
        ...(done === undefined ? {} : { trouble: done }),
        ...judgeTraffic(deploy, seen),
        wrongEnd: isBad(deploy)
          ? status !== 'TERMINAL'
          : status !== 'SUCCEEDED' && !(status === 'TERMINAL' && mayFail(deploy)),
        isBad: isBad(deploy),
        unexplained: isUnhealthy(deploy) && !(created !== undefined && why.includes(`${created}-`)),
        left,
      },
      serving: left.length === 0 ? settled.serving : undefined,
    };
  } finally {
    over = true;
    await scene.order({ kind: 'clear' });
    await traffic.stop().catch(() => undefined);
  }
}

/** A deploy in words. */
export function nameOf({ strategy, version, trouble, victim, afterMs }: PlannedDeploy): string {
  const single = trouble === 'crash' || trouble === 'hang';
  if (trouble === 'nothing') return `${strategy}, version ${version}`;
  return `${strategy}, ${trouble}${single ? ` of a ${victim} instance` : ''} after ${(afterMs / 1_000).toFixed(1)} s`;
}

function stagesOf(
  scene: Scene,
  deploy: PlannedDeploy,
  plant: DeployPlant | undefined,
): readonly Record<string, unknown>[] {
  const { settings } = STRATEGIES[deploy.strategy];
  const stage = {
    type: 'deploy',
    name: 'Deploy',
    stageTimeoutMs: isUnhealthy(deploy) ? UNHEALTHY_PATIENCE_MS : PATIENCE_MS,
  };
  if (plant === 'disable-first')
    return [
      scene.target('disableServerGroup', 'current_asg_dynamic'),
      { ...stage, clusters: [scene.describe(deploy.version, {})] },
    ];
  return [{ ...stage, clusters: [scene.describe(deploy.version, { strategy: deploy.strategy, ...settings })] }];
}

/** Server groups of which one has to serve alone in the end. */
function servingChoices(deploy: PlannedDeploy, status: string, old: string, created: string | undefined): string[] {
  if (status === 'SUCCEEDED') return [created ?? 'a new one'];
  // A deploy that failed when the new one had taken over leaves it so.
  return isBad(deploy) || created === undefined ? [old] : [old, created];
}
