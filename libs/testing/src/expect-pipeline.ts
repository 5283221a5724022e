import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { deploymentMonitorSchema } from '@gennaker/contracts/deployment-monitors';
import type { ExecutionView, StageView } from '@gennaker/contracts/execution';
import type { Status } from '@gennaker/contracts/status';
import { executionView } from '@gennaker/engine/view';
import type { AnyStageDefinition } from '@gennaker/extension-sdk/stage';
import type { PipelineJson } from '@gennaker/simulation/pipeline-json';
import type { PipelineRun } from '@gennaker/simulation/pipeline-run';
import type { InstanceMatch } from '@gennaker/simulation/simulated-cloud';
import type { SubmittedOperation } from '@gennaker/simulation/simulated-clouddriver';
import type { Answers, SentRequest } from '@gennaker/simulation/simulated-http';
import { SimulatedWorld } from '@gennaker/simulation/simulated-world';
import { NeverEnds } from '@gennaker/simulation/virtual-time';
import type { z } from 'zod';
import { PipelineBuilder } from './pipeline.ts';
import { ExpectationFailed } from './report.ts';

/** Monday, 9 o'clock UTC: within most people's windows. */
const START = Date.UTC(2026, 0, 5, 9);
/** Virtual time after which a pipeline counts as never ending, ms. */
const PATIENCE_MS = 60 * 24 * 3_600_000;
/** Real time after which a test gives up, ms. */
const REAL_MS = 30_000;
const HEALTH_CHECK = { port: 8080, requestPath: '/', healthyThreshold: 1, checkInterval: 1 } as const;

/** A judgment that somebody gives in the test. */
export interface JudgmentAnswer {
  readonly judgmentStatus?: 'continue' | 'stop';
  readonly judgmentInput?: string;
  readonly comment?: string;
  readonly by?: string;
  readonly roles?: readonly string[];
  /** How long the person thinks, ms. */
  readonly afterMs?: number;
}

/** A server group that runs before the pipeline starts. */
export interface RunningServerGroup {
  readonly application: string;
  readonly stack?: string;
  readonly detail?: string;
  readonly account: string;
  readonly region: string;
  readonly image: string;
  readonly instances?: number;
  readonly loadBalancers?: readonly string[];
  /** Instances that fail this health check are made anew; that of load balancer `hello-lb` is `hello-lb-hc`. */
  readonly autoHealingPolicy?: { readonly healthCheck: string; readonly initialDelaySec?: number };
}

/** How a tested execution ended, and what it did. */
export interface PipelineResult {
  readonly execution: ExecutionView;
  /** From start to end in the pipeline's own time, ms. */
  readonly durationMs: number;
  /** Requests that its stages sent, in order. */
  readonly requests: readonly SentRequest[];
  /** Changes of the cloud that its stages asked for, in order. */
  readonly operations: readonly SubmittedOperation[];
  /** Server groups at the end. */
  readonly serverGroups: readonly ServerGroup[];
  /** The newest stage of that name or refId. @throws Error when there is none */
  stage(named: string): StageView;
}

interface Preparation {
  readonly about: string;
  run(world: SimulatedWorld): Promise<void> | void;
}

/** A pipeline under test: what it is given first, then what is expected of it. Each `to...` runs it anew. */
export class PipelineExpectation {
  readonly #pipeline: PipelineJson;
  readonly #before: Preparation[] = [];
  readonly #atStart: Preparation[] = [];
  readonly #judgments = new Map<string, readonly JudgmentAnswer[]>();
  readonly #later: { readonly afterMs: number; run(run: PipelineRun, world: SimulatedWorld): void }[] = [];
  #trigger: Readonly<Record<string, unknown>> = { type: 'manual' };
  #start = START;

  constructor(pipeline: PipelineJson) {
    this.#pipeline = pipeline;
  }

  /** Parameters of the start. */
  with(parameters: Readonly<Record<string, unknown>>): this {
    this.#trigger = { ...this.#trigger, parameters };
    return this;
  }

  /** What starts it, such as `{ type: 'jenkins', buildInfo: {...} }`; keeps the parameters. */
  triggeredBy(trigger: Readonly<Record<string, unknown>>): this {
    this.#trigger = { ...this.#trigger, ...trigger };
    return this;
  }

  /** When it starts (ISO time or epoch ms). */
  at(time: string | number): this {
    const start = typeof time === 'number' ? time : Date.parse(time);
    if (Number.isNaN(start)) throw new Error(`"${time}" is no time: give an ISO time such as 2026-01-05T09:00:00Z.`);
    this.#start = start;
    return this;
  }

  /** A pipeline that this one may run as a child. */
  withPipeline(child: PipelineBuilder | PipelineJson): this {
    return this.#prepare('store a child pipeline', (world) => world.store(jsonOf(child)));
  }

  /** A stage type that only your installation knows, or another behaviour of a known one. */
  withStageType(definition: AnyStageDefinition): this {
    return this.#prepare('define a stage type', (world) => world.define(definition));
  }

  /** An image that exists before the start, with these tags. */
  withImage(name: string, tags: Readonly<Record<string, string>> = {}): this {
    return this.#prepare(`make image ${name}`, (world) => world.cloud.makeImage(name, tags));
  }

  /** A load balancer that exists before the start, passing connections through; its health check asks port 8080. */
  withLoadBalancer(name: string, region: string, account = 'local-gce'): this {
    return this.#prepare(`make load balancer ${name}`, (world) =>
      world.clouddriver.change('upsertLoadBalancer', {
        credentials: account,
        loadBalancerName: name,
        region,
        portRange: '8080',
        healthCheck: HEALTH_CHECK,
      }),
    );
  }

  /** As `withLoadBalancer`, but for HTTP and global: it counts requests, so that traffic can be measured and judged. */
  withHttpLoadBalancer(name: string, account = 'local-gce'): this {
    return this.#prepare(`make load balancer ${name}`, (world) =>
      world.clouddriver.change('upsertLoadBalancer', {
        credentials: account,
        loadBalancerName: name,
        loadBalancerType: 'HTTP',
        region: 'global',
        portRange: '8080',
        defaultService: { healthCheck: HEALTH_CHECK },
      }),
    );
  }

  /** Requests that come to a load balancer, every second while the pipeline runs; instances that match `fails` answer 500. */
  withTraffic(
    loadBalancer: string,
    requests: { readonly perSecond: number; readonly tookMs?: number; readonly fails?: InstanceMatch },
  ): this {
    const { perSecond, ...more } = requests;
    this.#later.push({
      afterMs: 0,
      run: (run, world) => {
        const send = (): void => {
          if (run.over) return;
          world.cloud.request(loadBalancer, { count: perSecond, ...more });
          world.time.after(1_000, send);
        };
        send();
      },
    });
    return this;
  }

  /** A server group that serves before the start; its image is made too. */
  withServerGroup(group: RunningServerGroup): this {
    const size = group.instances ?? 1;
    return this.#prepare(`run a server group of ${group.application}`, async (world) => {
      await world.cloud.makeImage(group.image);
      await world.clouddriver.change('createServerGroup', {
        credentials: group.account,
        application: group.application,
        ...(group.stack === undefined ? {} : { stack: group.stack }),
        ...(group.detail === undefined ? {} : { freeFormDetails: group.detail }),
        region: group.region,
        image: group.image,
        capacity: { min: size, max: size, desired: size },
        loadBalancers: [...(group.loadBalancers ?? [])],
        ...(group.autoHealingPolicy ? { autoHealingPolicy: group.autoHealingPolicy } : {}),
      });
      // Boots and health checks take their time; what runs before is healthy.
      await world.time.sleep(60_000);
    });
  }

  /** What an address answers (one that begins with the text, or matches). */
  answering(address: string | RegExp, answers: Answers): this {
    return this.#prepare('answer an address', (world) => world.http.answer(address, answers));
  }

  /** An external monitor of deploys, asked at https://ID.monitors.example/deployment/..., and what it answers. */
  withDeploymentMonitor(monitor: Omit<z.input<typeof deploymentMonitorSchema>, 'baseUrl'>, answers: Answers): this {
    const baseUrl = `https://${monitor.id}.monitors.example`;
    return this.#prepare(`set up the monitor ${monitor.id}`, (world) => {
      world.deploymentMonitors.push(deploymentMonitorSchema.parse({ ...monitor, baseUrl }));
      world.http.answer(baseUrl, answers);
    });
  }

  /** Who answers the judgment of that name, and what; several: one after another. */
  judging(stageName: string, ...answers: readonly ('continue' | 'stop' | JudgmentAnswer)[]): this {
    this.#judgments.set(
      stageName,
      answers.map((answer) => (typeof answer === 'string' ? { judgmentStatus: answer } : answer)),
    );
    return this;
  }

  /** Changes that are asked for are so long on their way to the cloud's service, and its answers as long on theirs, ms. */
  whenAnswersAreSlow(ms: number): this {
    this.#atStart.push({ about: 'slow answers down', run: (world) => world.clouddriver.slowDown(ms) });
    return this;
  }

  /** New instances whose zone, region or name begins with the text (or matches) never answer their health checks. */
  whenHealthFails(instances: InstanceMatch): this {
    this.#atStart.push({ about: 'break health', run: (world) => world.cloud.failHealthOf(instances) });
    return this;
  }

  /** Instances that run so long after the start, and match, stop answering their health checks; `forMs`: for so long only. */
  whenHealthIsLost(
    instances: InstanceMatch,
    { afterMs, forMs }: { readonly afterMs: number; readonly forMs?: number },
  ): this {
    this.#later.push({ afterMs, run: (_run, { cloud }) => cloud.sicken(instances) });
    if (forMs !== undefined)
      this.#later.push({ afterMs: afterMs + forMs, run: (_run, { cloud }) => cloud.heal(instances) });
    return this;
  }

  /** The zone has no room for new instances. */
  whenStockOut(zone: string): this {
    this.#atStart.push({ about: 'stock out', run: (world) => world.cloud.order({ kind: 'stock-out', zone }) });
    return this;
  }

  /** The next operations of the cloud fail, such as `{ operationType: 'insert', message: 'Quota exceeded' }`. */
  whenCloudFails(
    fault: {
      readonly operationType?: string;
      readonly targetContains?: string;
      readonly code?: string;
      readonly message?: string;
      readonly count?: number;
    } = {},
  ): this {
    this.#atStart.push({
      about: 'fail operations',
      run: (world) =>
        world.cloud.order({
          kind: 'fail-operation',
          code: fault.code ?? 'INTERNAL_ERROR',
          message: fault.message ?? 'Internal error',
          count: fault.count ?? 1,
          ...(fault.operationType === undefined ? {} : { operationType: fault.operationType }),
          ...(fault.targetContains === undefined ? {} : { targetContains: fault.targetContains }),
        }),
    });
    return this;
  }

  /** Every bake fails with this sentence. */
  whenBakeFails(sentence: string): this {
    this.#atStart.push({ about: 'fail bakes', run: (world) => void (world.bakery.failure = sentence) });
    return this;
  }

  /** Somebody cancels it so long after its start. */
  cancelledAfter(ms: number, reason = 'cancelled by the test'): this {
    this.#later.push({ afterMs: ms, run: (run) => run.send({ type: 'Cancel', user: 'tester', reason }) });
    return this;
  }

  /** Runs it to its end. @throws ExpectationFailed when it never ends */
  async run(): Promise<PipelineResult> {
    return (await this.#play()).result;
  }

  /** It ends SUCCEEDED. */
  toSucceed(): Promise<PipelineResult> {
    return this.toEnd('SUCCEEDED');
  }

  /** It ends with this status. */
  async toEnd(status: Status): Promise<PipelineResult> {
    const { result, run } = await this.#play();
    if (run.state.status !== status)
      throw new ExpectationFailed(`"${this.#pipeline.name}" was to end ${status} and ended ${run.state.status}`, run);
    return result;
  }

  /** It ends TERMINAL; at that stage and with a reason that holds the text or matches, where these are given. */
  async toFail(at: { readonly stage?: string; readonly reason?: string | RegExp } = {}): Promise<PipelineResult> {
    const { result, run } = await this.#play();
    const name = `"${this.#pipeline.name}"`;
    if (run.state.status !== 'TERMINAL')
      throw new ExpectationFailed(`${name} was to fail and ended ${run.state.status}`, run);
    const failed = at.stage === undefined ? undefined : run.stages(at.stage).at(-1);
    if (at.stage !== undefined && failed?.status !== 'TERMINAL')
      throw new ExpectationFailed(
        `${name} was to fail at "${at.stage}", which ended ${failed?.status ?? 'not at all'}`,
        run,
      );
    const told = (failed?.reason ?? run.state.reason)?.summary ?? '';
    const { reason } = at;
    if (reason !== undefined && !(typeof reason === 'string' ? told.includes(reason) : reason.test(told)))
      throw new ExpectationFailed(`${name} was to fail because of ${String(reason)}, and said: ${told}`, run);
    return result;
  }

  /** It does not succeed, and what served before its start serves at its end, alone. */
  async toRollBack(): Promise<PipelineResult> {
    const { result, run, servingBefore } = await this.#play();
    if (run.state.status === 'SUCCEEDED')
      throw new ExpectationFailed(`"${this.#pipeline.name}" was to roll back and succeeded`, run);
    const serving = servingOf(result.serverGroups);
    if (serving.join() !== servingBefore.join())
      throw new ExpectationFailed(
        `"${this.#pipeline.name}" was to roll back: before it served ${servingBefore.join(', ') || 'nothing'}, afterwards ${serving.join(', ') || 'nothing'}`,
        run,
      );
    return result;
  }

  /** The stage is skipped, whatever the end. */
  async toSkip(stageName: string): Promise<PipelineResult> {
    const { result, run } = await this.#play();
    const status = run.stages(stageName).at(-1)?.status;
    if (status !== 'SKIPPED')
      throw new ExpectationFailed(`"${stageName}" was to be skipped and ended ${status ?? 'not at all'}`, run);
    return result;
  }

  /** These stages run, each starting after the one before has ended. */
  async toRunInOrder(...stageNames: readonly string[]): Promise<PipelineResult> {
    const { result, run } = await this.#play();
    let before: { name: string; endTime: number } | undefined;
    for (const name of stageNames) {
      const stage = run.stages(name).at(-1);
      if (stage?.startTime === undefined) throw new ExpectationFailed(`"${name}" was to run and did not`, run);
      if (before && stage.startTime < before.endTime)
        throw new ExpectationFailed(`"${name}" was to start after "${before.name}" had ended`, run);
      before = { name, endTime: stage.endTime ?? Infinity };
    }
    return result;
  }

  /** It comes to the stage and waits there for somebody. */
  async toWaitFor(stageName: string): Promise<PipelineResult> {
    const waits = (run: PipelineRun): boolean =>
      run
        .stages(stageName)
        .some((stage) =>
          stage.tasks.some((task) => task.status === 'RUNNING' && task.waiting && task.waiting.until === undefined),
        );
    const { result, run } = await this.#play(waits);
    if (!waits(run))
      throw new ExpectationFailed(`"${this.#pipeline.name}" was to wait at "${stageName}" and did not`, run);
    return result;
  }

  #prepare(about: string, run: Preparation['run']): this {
    this.#before.push({ about, run });
    return this;
  }

  async #play(
    until: (run: PipelineRun) => boolean = (run) => run.over,
  ): Promise<{ run: PipelineRun; result: PipelineResult; servingBefore: readonly string[] }> {
    const world = new SimulatedWorld(this.#start);
    await world.cloud.lab.start();
    const { time } = world;
    const limits = { virtualMs: PATIENCE_MS, realMs: REAL_MS };
    const finish = <T>(work: () => Promise<T>): Promise<T> => time.finish(work, limits);
    for (const { about, run: prepare } of this.#before)
      await finish(async () => prepare(world)).catch((error: unknown) => {
        throw new Error(`The test could not ${about}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      });
    const groups = (): Promise<ServerGroup[]> =>
      finish(() => (usesCloud(world) ? world.clouddriver.serverGroups() : Promise.resolve([])));
    const servingBefore = servingOf(await groups());
    for (const { run: begin } of this.#atStart) await begin(world);
    const requestsBefore = world.http.requests.length;
    const operationsBefore = world.clouddriver.operations.length;
    world.store(this.#pipeline);
    const playing = world.start(this.#pipeline, this.#trigger);
    this.#people(world, playing);
    for (const { afterMs, run: act } of this.#later) time.after(afterMs, () => act(playing, world));
    await time
      .until(() => until(playing), limits)
      .catch((error: unknown) => {
        throw error instanceof NeverEnds
          ? new ExpectationFailed(`"${this.#pipeline.name}" ${error.message}`, playing)
          : error;
      });
    if (playing.over) {
      // What takes a cancelled deploy back runs on its own.
      if (Object.values(playing.state.stages).some(({ status }) => status === 'CANCELED'))
        await time.until(() => [...world.runs.values()].every(({ over }) => over), limits);
      await finish(() => world.clouddriver.idle());
    }
    const execution = executionView(playing.state);
    const serverGroups = await groups();
    return {
      run: playing,
      servingBefore,
      result: {
        execution,
        durationMs: (playing.state.endTime ?? time.now()) - (playing.state.startTime ?? playing.state.buildTime),
        requests: world.http.requests.slice(requestsBefore),
        operations: world.clouddriver.operations.slice(operationsBefore),
        serverGroups,
        stage: (named) => {
          const found = execution.stages.filter((stage) => stage.name === named || stage.refId === named).at(-1);
          if (!found)
            throw new Error(
              `There is no stage "${named}"; there are: ${execution.stages.map((stage) => stage.name).join(', ')}.`,
            );
          return found;
        },
      },
    };
  }

  /** The people of the test: each answers a judgment when it waits. */
  #people(world: SimulatedWorld, first: PipelineRun): void {
    const asked = new Set<string>();
    const look = (run: PipelineRun): void => {
      for (const stage of Object.values(run.state.stages)) {
        if (stage.type !== 'manualJudgment' || stage.status !== 'RUNNING' || asked.has(stage.id)) continue;
        const answers = this.#judgments.get(stage.name);
        if (!answers) continue;
        asked.add(stage.id);
        for (const { by = 'tester', roles = [], afterMs = 0, comment, ...answer } of answers)
          world.time.after(afterMs, () =>
            run.send({
              type: 'Patch',
              stageId: stage.id,
              patch: {
                judgmentStatus: 'continue',
                ...answer,
                ...(comment === undefined ? {} : { judgmentComment: comment }),
              },
              by: { user: by, roles: [...roles], admin: false, via: 'session' },
            }),
          );
      }
      for (const other of world.runs.values()) if (other !== run && !followed.has(other)) follow(other);
    };
    const followed = new Set<PipelineRun>();
    const follow = (run: PipelineRun): void => {
      followed.add(run);
      run.watch(look);
      look(run);
    };
    follow(first);
  }
}

/** Begins to test a pipeline: one made by `pipeline(...)`, or its JSON. */
export function expectPipeline(tested: PipelineBuilder | PipelineJson): PipelineExpectation {
  return new PipelineExpectation(jsonOf(tested));
}

function jsonOf(tested: PipelineBuilder | PipelineJson): PipelineJson {
  return tested instanceof PipelineBuilder ? tested.json() : { ...tested, id: tested.id ?? tested.name };
}

/** Server groups that answer requests: enabled, with an instance that is up; in order of their names. */
function servingOf(groups: readonly ServerGroup[]): string[] {
  return groups
    .filter((group) => !group.isDisabled && group.instanceCounts.up > 0)
    .map((group) => `${group.region}/${group.name}`)
    .toSorted();
}

/** Without any use of the cloud, its client library need not be loaded. */
function usesCloud(world: SimulatedWorld): boolean {
  return Object.keys(world.cloud.lab.lab.store.state.resources).length > 0;
}
