import { setTimeout as sleep } from 'node:timers/promises';
import { groupOf, PORT, type Scene, type SceneInstance, ZONES } from './scene.ts';
import type { PlannedDeploy } from './schedule.ts';

/** An instance that trouble took, and when its health check had seen it. Times are epoch milliseconds. */
export interface Loss {
  readonly instance: string;
  readonly from: number;
  /** From then on the load balancer knew. */
  readonly markedAt: number;
}

/** What came of the trouble of a deploy. */
export interface Inflicted {
  readonly losses: readonly Loss[];
  /** What was done, in words; undefined: the deploy was over before. */
  readonly done: string | undefined;
}

/** How long an instance hangs, and a zone is lost: longer than a health check needs to see it. */
const HANG_MS = 7_000;
const ZONE_MS = 6_000;
const LOOK_MS = 100;
const MARK_PATIENCE_MS = 15_000;
/** Requests to the cloud that fail; what the trial itself asks the cloud is not among them. */
const FAILED_REQUESTS = [
  { method: 'POST' },
  { method: 'PATCH' },
  { method: 'GET', pathContains: '/operations/' },
  { method: 'GET', pathContains: '/aggregated/' },
];

/** Makes the trouble of a deploy in its time; gives up when the deploy is over. @param created name of the new server group */
export async function makeTrouble(
  scene: Scene,
  deploy: PlannedDeploy,
  watch: { readonly over: () => boolean; readonly old: string; readonly created: () => Promise<string | undefined> },
): Promise<Inflicted> {
  const { trouble, victim, afterMs } = deploy;
  if (trouble === 'nothing') return { losses: [], done: 'nothing' };
  const single = trouble === 'crash' || trouble === 'hang';
  if (single && victim === 'new') await newcomerHealthy(scene, watch);
  await sleep(afterMs);
  if (watch.over()) return { losses: [], done: undefined };
  switch (trouble) {
    case 'crash':
    case 'hang': {
      const group = victim === 'old' ? watch.old : await watch.created();
      const healthy = group === undefined ? new Set<string>() : await scene.healthy(group);
      const instance = (await scene.instances()).find(({ name }) => healthy.has(name));
      if (!instance) return { losses: [], done: undefined };
      const from = Date.now();
      if (trouble === 'crash') await scene.order({ kind: 'crash-instance', instance: instance.name });
      else await fetch(`http://${instance.address}:${PORT}/hang?ms=${HANG_MS}`);
      return { losses: [await marked(scene, instance, from)], done: `${instance.name} is hit by a ${trouble}` };
    }
    case 'zone-loss': {
      const lost = (await scene.instances()).filter(({ zone, status }) => zone === ZONES[0] && status === 'RUNNING');
      await scene.order({ kind: 'stock-out', zone: ZONES[0] });
      const from = Date.now();
      for (const { name } of lost) await scene.order({ kind: 'crash-instance', instance: name });
      const losses = await Promise.all(lost.map((instance) => marked(scene, instance, from)));
      await sleep(Math.max(0, from + ZONE_MS - Date.now()));
      await scene.order({ kind: 'clear' });
      return { losses, done: `zone ${ZONES[0]} was lost with ${lost.length} instances` };
    }
    case 'kill-clouddriver':
    case 'kill-orca': {
      const name = trouble === 'kill-orca' ? 'orca-1' : 'clouddriver-1';
      await scene.system.kill(name);
      return { losses: [], done: `${name} is killed` };
    }
    case 'failed-requests':
      for (const order of FAILED_REQUESTS) await scene.order({ kind: 'fail-request', status: 503, count: 3, ...order });
      return { losses: [], done: 'the cloud answers requests of every kind with 503, three of each' };
    case 'failed-operation':
      await scene.order({ kind: 'fail-operation', count: 1 });
      return { losses: [], done: "the cloud's next operation fails" };
    default:
      return trouble satisfies never;
  }
}

async function newcomerHealthy(
  scene: Scene,
  { over, created }: { readonly over: () => boolean; readonly created: () => Promise<string | undefined> },
): Promise<void> {
  while (!over()) {
    const group = await created();
    if (group !== undefined && (await scene.healthy(group)).size > 0) return;
    await sleep(LOOK_MS);
  }
}

/** Waits until the load balancer knows that an instance is lost. */
async function marked(scene: Scene, { name }: SceneInstance, from: number): Promise<Loss> {
  while ((await scene.healthy(groupOf(name))).has(name) && Date.now() - from < MARK_PATIENCE_MS) await sleep(LOOK_MS);
  return { instance: name, from, markedAt: Date.now() };
}
