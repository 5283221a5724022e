import { chosenMonitorSchema, deploymentMonitorSchema, TRAFFIC_MONITOR } from '@gennaker/contracts/deployment-monitors';
import { badRequest } from '@gennaker/contracts/error';
import type { LabRequest, LabResult, LabScenario } from '@gennaker/contracts/strategy-lab';
import { isComplete } from '@gennaker/contracts/status';
import { type StrategyDefinition, strategyNamed } from '@gennaker/extension-sdk/strategy';
import { strategies } from '@gennaker/strategies/server';
import { failureOf, findingsOf, type Sample, stepsOf } from './lab-findings.ts';
import { periodsOf } from './lab-periods.ts';
import type { PipelineJson } from './pipeline-json.ts';
import type { SimulatedInstance } from './simulated-cloud.ts';
import { SimulatedWorld } from './simulated-world.ts';
import { NeverEnds } from './virtual-time.ts';

/** A deploy for the lab, with what it needs of the outside. */
export interface LabDeploy extends LabRequest {
  /** Stored pipelines that the strategy runs. */
  readonly pipelines: readonly PipelineJson[];
}

interface LabOptions {
  /** Aborts when nobody waits any more. */
  readonly signal?: AbortSignal;
  /** Virtual time after which a deploy is not played on, ms. */
  readonly patienceMs?: number;
}

const START = Date.UTC(2026, 0, 5, 9);
const SECOND_MS = 1_000;
const HOUR_MS = 60 * 60 * SECOND_MS;
/** A deploy that takes longer is not played to its end. */
const LIMITS = { virtualMs: 6 * HOUR_MS, realMs: 20 * SECOND_MS };
/** Before anything is deployed and after it has ended: boots and releases take less. */
const SETTLE_MS = 60 * SECOND_MS;
/** Where the new version never gets healthy, nothing is learnt from waiting longer. */
const PATIENCE_MS = 10 * 60 * SECOND_MS;
/** How long the person thinks who answers judgments. */
const THINKS_MS = 30 * SECOND_MS;
/** More than a meter wants before it judges, few enough for long deploys. */
const REQUESTS_PER_SECOND = 50;
const ANSWER_MS = 5;
/** The new version serves for so long before one of its instances crashes. */
const CRASH_AFTER_MS = SECOND_MS;
/** How long an instance boots. */
const BOOT_MS = 20 * SECOND_MS;
const RUNTIME_BOOT_MS = 2 * SECOND_MS;

const PLACE = { account: 'lab', stack: 'main', region: 'us-central1', cloudProvider: 'gce' } as const;
type Place = typeof PLACE & { readonly application: string };
const BALANCER = 'lab-lb';
const CHECK = 'answers';
const OLD_IMAGE = 'old-version';
const NEW_IMAGE = 'new-version';
/** Fields that every strategy's deploy heeds. */
const COMMON_FIELDS: readonly string[] = [
  'strategy',
  'targetHealthyDeployPercentage',
  'healthyForSeconds',
  'unhealthyPatienceSeconds',
  'rollback',
];

/**
 * Plays a deploy with its strategy on a simulated cloud: the stage that a pipeline would run, by the same engine, strategy
 * and provider, in virtual time, beside a server group that serves fifty requests a second.
 * @throws ServiceError naming the field when the settings cannot be played; the signal's reason when it aborts
 */
export async function simulateStrategy(
  deploy: LabDeploy,
  { signal, patienceMs = LIMITS.virtualMs }: LabOptions = {},
): Promise<LabResult> {
  const { instances, scenario } = deploy;
  const strategy = strategyOf(deploy.cluster);
  const settings = settingsFor(strategy, deploy.cluster);
  const world = new SimulatedWorld(START);
  for (const pipeline of deploy.pipelines) world.store(pipeline);
  const monitor = monitorOf(settings);
  if (monitor) playMonitor(world, monitor, scenario);
  world.http.answer(/^/, { status: scenario === 'answersErrors' ? 500 : 200 });
  const place = { ...PLACE, application: deploy.application };
  await prepare(world, place, instances.before, strategy.insteadStages !== undefined);
  const { time } = world;
  // The runtime's own two seconds are short of any real program's.
  world.cloud.order({ kind: 'slow-boot', ms: BOOT_MS - RUNTIME_BOOT_MS, count: Number.MAX_SAFE_INTEGER });
  const began = time.now();
  if (scenario === 'neverHealthy') world.cloud.failHealthOf(isNew);
  const run = world.start(deployOf(place, settings, instances.after, scenario), { type: 'manual' });
  const samples: Sample[] = [];
  const crashed = new Set<string>();
  const second = (): void => {
    if (run.over) return;
    samples.push(sample(world, { scenario, began, crashed }));
    time.after(SECOND_MS, second);
  };
  second();
  if (scenario === 'instanceCrashes') crashOne(world, () => run.over, crashed);
  answerJudgments(world);
  const ended = await time
    .until(() => run.over || signal?.aborted === true, { ...LIMITS, virtualMs: patienceMs })
    .then(
      () => true,
      (error: unknown) => {
        if (error instanceof NeverEnds) return false;
        throw error;
      },
    );
  signal?.throwIfAborted();
  if (samples.at(-1)?.at !== time.now() - began) samples.push(sample(world, { scenario, began, crashed }));
  const durationMs = time.now() - began;
  if (ended) await settle(world);
  const left = await time.finish(() => world.clouddriver.serverGroups(), LIMITS);
  const reason = failureOf(run.state);
  const steps = stepsOf(run.state, began);
  const bounds = strategy.bounds(settings, { from: instances.before, to: instances.after });
  return {
    ...{ strategy: strategy.type, scenario, status: run.state.status, durationMs },
    ...(reason ? { reason } : {}),
    ...periodsOf(samples, durationMs),
    steps,
    ...findingsOf({
      ...{ scenario, instances, bounds, samples, steps, left, durationMs, reason },
      ...{ succeeded: run.state.status === 'SUCCEEDED', ended },
    }),
    assumptions: assumptionsOf(deploy, strategy),
  };
}

/** The external monitor that judges the deploy, if one does. */
function monitorOf({ deploymentMonitor }: Readonly<Record<string, unknown>>): string | undefined {
  const id = chosenMonitorSchema.safeParse(deploymentMonitor).data?.id;
  return id === TRAFFIC_MONITOR ? undefined : id;
}

/** A monitor that sees what the scenario makes of the new version. */
function playMonitor(world: SimulatedWorld, id: string, scenario: LabScenario): void {
  const monitor = deploymentMonitorSchema.parse({ id, baseUrl: 'http://monitor.lab' });
  world.deploymentMonitors.push(monitor);
  world.http.answer(`${monitor.baseUrl}/deployment/evaluateHealth`, {
    body: { nextStep: { directive: scenario === 'answersErrors' ? 'abort' : 'continue' } },
  });
  world.http.answer(monitor.baseUrl, { body: { nextStep: { directive: 'continue' } } });
}

/** The strategy that a cluster names. @throws ServiceError */
function strategyOf({ strategy }: LabRequest['cluster']): StrategyDefinition {
  const name = typeof strategy === 'string' && strategy !== '' ? strategy : 'none';
  const known = strategyNamed(Object.values(strategies), name);
  if (known) return known;
  const types = Object.values(strategies).map(({ type }) => type);
  throw badRequest(`cluster.strategy: there is no strategy "${name}"`, {
    field: 'cluster.strategy',
    fix: `choose one of ${types.join(', ')}`,
  });
}

/** Of a cluster what its strategy reads. @throws ServiceError naming what is wrong, or what only a run can tell */
function settingsFor(strategy: StrategyDefinition, cluster: LabRequest['cluster']): Record<string, unknown> {
  const read = new Set([...COMMON_FIELDS, ...strategy.fields]);
  const settings = Object.fromEntries(Object.entries(cluster).filter(([key]) => read.has(key)));
  const open = Object.entries(settings).find(([, value]) => JSON.stringify(value ?? null).includes('${'));
  if (open)
    throw badRequest(`cluster.${open[0]}: it holds an expression, which only a run can evaluate`, {
      field: `cluster.${open[0]}`,
      fix: 'put a value in its place to simulate the deploy',
    });
  const [problem] = strategy.problems(settings);
  if (problem)
    throw badRequest(`cluster.${problem.field}: ${problem.message}`, {
      field: `cluster.${problem.field}`,
      fix: problem.fix ?? 'correct the setting and simulate again',
    });
  return settings;
}

/** A load balancer, and a server group that serves behind it; `heals`: the group looks at its instances by the same health check. */
async function prepare(
  world: SimulatedWorld,
  { account, ...place }: Place,
  size: number,
  heals: boolean,
): Promise<void> {
  const { time, cloud, clouddriver } = world;
  await cloud.lab.start();
  await time.finish(async () => {
    await cloud.makeImage(OLD_IMAGE);
    await cloud.makeImage(NEW_IMAGE);
    await clouddriver.change('upsertLoadBalancer', {
      ...{ credentials: account, loadBalancerName: BALANCER, loadBalancerType: 'HTTP' },
      ...{ region: 'global', portRange: '8080' },
      defaultService: {
        healthCheck: {
          ...{ name: CHECK, healthCheckType: 'HTTP', port: 8080, requestPath: '/' },
          ...{ checkIntervalSec: 1, timeoutSec: 1, healthyThreshold: 1, unhealthyThreshold: 2 },
        },
      },
    });
    await clouddriver.change('createServerGroup', {
      ...{ credentials: account, ...place, image: OLD_IMAGE, loadBalancers: [BALANCER] },
      capacity: { min: size, max: size, desired: size },
      ...(heals ? { autoHealingPolicy: { healthCheck: CHECK } } : {}),
    });
    await time.sleep(SETTLE_MS);
  }, LIMITS);
}

/** Holds are released, and what was resized boots. */
async function settle({ time, clouddriver }: SimulatedWorld): Promise<void> {
  await time.finish(async () => {
    await clouddriver.idle();
    await time.sleep(SETTLE_MS);
    await clouddriver.idle();
  }, LIMITS);
}

/** The pipeline of one deploy stage. */
function deployOf(
  place: Place,
  settings: Readonly<Record<string, unknown>>,
  size: number,
  scenario: LabScenario,
): PipelineJson {
  const cluster = {
    ...{ ...place, ...settings, image: NEW_IMAGE, loadBalancers: [BALANCER] },
    capacity: { min: size, max: size, desired: size },
  };
  const stage = {
    ...{ refId: '1', type: 'deploy', name: 'Deploy', requisiteStageRefIds: [], clusters: [cluster] },
    ...(scenario === 'neverHealthy' ? { stageTimeoutMs: PATIENCE_MS } : {}),
  };
  return { id: 'lab', application: place.application, name: 'Strategy lab', stages: [stage] };
}

/** Sends a second's requests, and looks at who takes and who answers them. */
function sample(
  { cloud, time }: SimulatedWorld,
  {
    scenario,
    began,
    crashed,
  }: { readonly scenario: LabScenario; readonly began: number; readonly crashed: ReadonlySet<string> },
): Sample {
  const instances = cloud.instances();
  const byPath = new Map(instances.map((one) => [one.path, one]));
  const errs = (one: SimulatedInstance): boolean => !one.runs || (scenario === 'answersErrors' && isNew(one));
  let [serving, lost] = [0, 0];
  for (const { services } of cloud.traffic.listeners)
    for (const { groups } of services)
      for (const { capacity, targets } of groups) {
        serving += targets.filter(({ accepts }) => accepts).length * capacity.scaler;
        lost += targets.filter(({ accepts, instance }) => !accepts && crashed.has(instance)).length * capacity.scaler;
      }
  const { served, refused } = cloud.request(BALANCER, { count: REQUESTS_PER_SECOND, tookMs: ANSWER_MS, fails: errs });
  const requests = { old: 0, new: 0, failed: refused, unserved: refused, toNew: 0 };
  for (const [path, count] of Object.entries(served)) {
    const by = byPath.get(path);
    if (!by) continue;
    requests[errs(by) ? 'failed' : isNew(by) ? 'new' : 'old'] += count;
    if (isNew(by)) requests.toNew += count;
  }
  const made = instances.filter(isNew).length;
  return { at: time.now() - began, old: instances.length - made, new: made, serving, lost, requests };
}

/** An instance of the new version crashes once it has served for a while. */
function crashOne({ cloud, time }: SimulatedWorld, over: () => boolean, crashed: Set<string>): void {
  const look = (): void => {
    if (over()) return;
    const serving = new Set(
      cloud.traffic.listeners.flatMap(({ services }) =>
        services.flatMap(({ groups }) =>
          groups.flatMap(({ capacity, targets }) =>
            capacity.scaler > 0 ? targets.filter(({ accepts }) => accepts).map(({ instance }) => instance) : [],
          ),
        ),
      ),
    );
    const victim = cloud.instances().find((one) => isNew(one) && serving.has(one.path));
    if (!victim) return void time.after(SECOND_MS, look);
    time.after(CRASH_AFTER_MS, () => {
      crashed.add(victim.path);
      cloud.crash(victim.path);
    });
  };
  look();
}

/** Somebody says yes to whatever judgment waits. */
function answerJudgments({ runs, time }: SimulatedWorld): void {
  const asked = new Set<string>();
  const look = (): void => {
    for (const run of runs.values()) {
      if (isComplete(run.state.status)) continue;
      for (const { id, type, status } of Object.values(run.state.stages)) {
        if (type !== 'manualJudgment' || status !== 'RUNNING' || asked.has(id)) continue;
        asked.add(id);
        time.after(THINKS_MS, () =>
          run.send({
            type: 'Patch',
            stageId: id,
            patch: { judgmentStatus: 'continue' },
            by: { user: 'lab', roles: [], admin: true, via: 'session' },
          }),
        );
      }
    }
    if ([...runs.values()].some(({ over }) => !over)) time.after(SECOND_MS, look);
  };
  look();
}

function assumptionsOf({ scenario, cluster }: LabDeploy, { type, insteadStages }: StrategyDefinition): string[] {
  const text = JSON.stringify(cluster);
  return [
    `An instance boots in ${BOOT_MS / 1_000} s and answers a health check each second; ${REQUESTS_PER_SECOND} requests come a second, through one load balancer.`,
    ...(scenario === 'neverHealthy' ? [`The deploy gives up after ${PATIENCE_MS / 60_000} min.`] : []),
    ...(insteadStages ? ['The server group has autohealing by the health check of its load balancer.'] : []),
    ...(type === 'canary' && text.includes('"judgment"')
      ? [`Whoever is asked for a judgment says yes after ${THINKS_MS / 1_000} s.`]
      : []),
    ...(type === 'monitored' && monitorOf(cluster) !== undefined
      ? [
          `The external monitor ${scenario === 'answersErrors' ? 'ends the deploy at its first step' : 'lets it go on'}.`,
        ]
      : []),
    ...(text.includes('"url"')
      ? [`Addresses that are called answer ${scenario === 'answersErrors' ? 500 : 200}.`]
      : []),
  ];
}

function isNew({ image }: SimulatedInstance): boolean {
  return image === NEW_IMAGE;
}
