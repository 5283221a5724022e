import type { clouddriverApi, Operation, ServerGroup } from '@gennaker/contracts/clouddriver';
import { badRequest, notFound } from '@gennaker/contracts/error';
import type { Reason } from '@gennaker/contracts/execution';
import type { ForeseenGroup } from '@gennaker/contracts/foresight';
import { parseName } from '@gennaker/contracts/moniker';
import type { Client } from '@gennaker/contracts/route';
import { meterQuerySchema } from '@gennaker/contracts/traffic-report';
import { readMeter } from '@gennaker/extension-sdk/read-meter';
import { nextServerGroupName } from '@gennaker/extension-sdk/server-group-name';
import {
  type AnyOperation,
  type Cloud,
  type ObservedServerGroup,
  type OperationContext,
  operationNamed,
  operationsOf,
  type TrafficRecord,
} from '@gennaker/extension-sdk/cloud';
import type { ClusterPlace } from '@gennaker/extension-sdk/cluster-lock';
import { withTraffic } from '@gennaker/extension-sdk/desired-traffic';
import { previousServerGroup } from '@gennaker/extension-sdk/rollback';
import type { SimulatedCloud } from './simulated-cloud.ts';
import { SimulatedGuards } from './simulated-guards.ts';
import { SimulatedHolds } from './simulated-holds.ts';
import { findImages } from './simulated-images.ts';
import { SimulatedLocks } from './simulated-locks.ts';
import { unsupported } from './unsupported.ts';
import { uuidLike } from './uuid-like.ts';
import type { VirtualTime } from './virtual-time.ts';

type Json = Record<string, unknown>;

/** Until a crashed process goes on. */
const RESTART_MS = 2_000;

/** The process that carried an operation out is gone. */
class Crashed extends Error {}

/** One description, parsed. */
interface Accepted {
  readonly name: string;
  readonly account: string;
  readonly operation: AnyOperation;
  readonly description: Json;
}

/** One accepted change under way or over. */
interface Job {
  readonly id: string;
  readonly startTimeMs: number;
  readonly history: { phase: string; status: string; at: number }[];
  resultObjects: Json[];
  endTimeMs?: number;
  reason?: Reason;
}

/** One change that was asked for, as it was described. */
export interface SubmittedOperation {
  readonly name: string;
  readonly description: Readonly<Json>;
}

/** Clouddriver of one simulation: the same operations of the same provider, its records in memory. */
export class SimulatedClouddriver {
  readonly #cloud: SimulatedCloud;
  readonly #time: VirtualTime;
  readonly #wake: (executionId: string, stageId: string) => void;
  readonly #accounts = new Set<string>();
  /** Account of each server group, as all accounts are views of one cloud. */
  readonly #owner = new Map<string, string>();
  readonly #seen = new Map<string, { readonly version: number; readonly value: unknown }>();
  readonly #jobs = new Map<string, Job>();
  readonly #byKey = new Map<string, string>();
  readonly #traffic = new Map<string, TrafficRecord>();
  readonly #reserved = new Map<string, string>();
  readonly #locks: SimulatedLocks;
  readonly #predecessors = new Map<string, { name: string; image?: string }>();
  /** Executions that have ended: what an operation of theirs still makes is taken back. */
  readonly #ended = new Set<string>();
  /** Grows with every crash: what an earlier life was about to do is done by the next. */
  #life = 0;
  /** How long a submission is on its way, and its answer too, ms. */
  #slowness = 0;
  /** What is changed for a time only. */
  readonly holds = new SimulatedHolds();
  /** Guards that are asked before each change. */
  readonly guards = new SimulatedGuards((at) => this.#cluster(at));
  /** Changes that were accepted, in order, each once. */
  readonly operations: SubmittedOperation[] = [];

  constructor(cloud: SimulatedCloud, time: VirtualTime, wake: (executionId: string, stageId: string) => void) {
    this.#cloud = cloud;
    this.#time = time;
    this.#wake = wake;
    this.#locks = new SimulatedLocks(time, wake);
  }

  /** What stages call; what a simulation has not is refused by name. */
  readonly client: Client<typeof clouddriverApi> = unsupported<Client<typeof clouddriverApi>>('clouddriver', {
    submit: async ({ body, query }, options) => {
      const id = await this.#onItsWay(
        () => this.#submit(body, options?.key, query?.executionId, query?.stageId),
        options?.signal,
      );
      return { id, resourceUri: `/task/${id}` };
    },
    getOperation: async ({ params }) => this.#operation(params.id),
    acquireLock: async ({ params, query, body }) => this.#locks.acquire(lockKey(params, query?.region), body),
    releaseLock: async ({ params, query }) => this.#locks.release(lockKey(params, query.region), query.holder),
    listServerGroups: async ({ params, query }) => {
      const groups = (await this.serverGroups()).filter((group) => parseName(group.name)?.app === params.application);
      const clusters = query?.clusters?.split(',').map((name) => name.split(':').at(-1));
      return clusters ? groups.filter((group) => clusters.includes(group.cluster)) : groups;
    },
    getServerGroup: async ({ params }) => {
      const key = `${params.account}/${params.region}/${params.name}`;
      const found = await this.#read(key, () =>
        this.#account(params.account).inventory.serverGroup(params.region, params.name),
      );
      if (!found) throw notFound(`There is no server group ${params.name} in ${params.region}`);
      return this.#shown(found);
    },
    foreseeOperations: async ({ body: { groups, operations, ...at } }) =>
      this.guards.foresee(
        this.#account(at.account),
        at,
        groups ?? (await this.#cluster(at)),
        operations.map((entry) => {
          const [named] = Object.entries(entry);
          if (named?.[0] === 'releaseHolds') return { release: named[1] };
          const { name, account, description } = this.#accept(entry);
          return { account, operation: name, description };
        }),
      ),
    readMeter: async ({ params, query }) => {
      const asked = meterQuerySchema.parse(query);
      const groups = (await this.serverGroups()).filter(
        (group) => group.account === asked.account && group.region === asked.region,
      );
      return readMeter(this.#account(asked.account), params.application, asked, groups, this.#time.now());
    },
    // Simulated instances are behind no sockets: there is nothing to ask.
    explainHealth: async () => [],
    getInstance: async ({ params }) => {
      const found = await this.#read(`${params.account}/${params.region}/instance/${params.id}`, () =>
        this.#account(params.account).inventory.instance(params.region, params.id),
      );
      if (!found) throw notFound(`There is no instance ${params.id} in ${params.region}`);
      return found;
    },
    getSecurityGroup: async ({ params }) => {
      const found = await this.#account(params.account).capabilities.securityGroups?.find(params.region, params.name);
      if (!found) throw notFound(`There is no firewall ${params.name} in ${params.region}`);
      return found;
    },
    findImages: ({ query }) => findImages(this.#account(query?.account ?? 'simulated'), query ?? {}),
  });

  /** Sends a request, which arrives also when nobody waits for its answer any more. */
  async #onItsWay<T>(receive: () => T, signal: AbortSignal | undefined): Promise<T> {
    if (this.#slowness === 0) return receive();
    let answer: (() => T) | undefined;
    this.#time.after(this.#slowness, () => {
      try {
        const received = receive();
        answer = () => received;
      } catch (error) {
        answer = () => {
          throw error;
        };
      }
    });
    await this.#time.sleep(2 * this.#slowness, signal);
    if (!answer) throw new Error('An answer came before its request');
    return answer();
  }

  /** Every server group of every account that was used. */
  async serverGroups(): Promise<ServerGroup[]> {
    const accounts = this.#accounts.size === 0 ? ['simulated'] : [...this.#accounts];
    const snapshots = await Promise.all(
      accounts.map((name) => this.#read(name, () => this.#cloud.account(name).inventory.snapshot())),
    );
    // All accounts are views of one cloud: each group is the account's that made it.
    return snapshots.flatMap((snapshot, index) =>
      snapshot.serverGroups
        .filter(({ view }) => (this.#owner.get(`${view.region}/${view.name}`) ?? accounts[0]) === accounts[index])
        .map((observed) => this.#shown(observed)),
    );
  }

  /** The server groups of a cluster, and the traffic that was asked for. */
  async #cluster(at: ClusterPlace): Promise<ForeseenGroup[]> {
    const groups = await this.serverGroups();
    return groups
      .filter(
        ({ account, region, cluster }) => account === at.account && region === at.region && cluster === at.cluster,
      )
      .map((view) => {
        const percentage = this.#traffic.get(`${view.account}/${view.region}/${view.name}`)?.percentage;
        return { view, ...(percentage === undefined ? {} : { percentage }) };
      });
  }

  /** A server group with what only clouddriver knows of it. */
  #shown(observed: ObservedServerGroup): ServerGroup {
    const { account, region, name } = observed.view;
    const view = withTraffic(observed, this.#traffic.get(`${account}/${region}/${name}`) ?? null);
    const holds = this.holds.open(view);
    const previousServerGroup = this.#predecessors.get(`${account}/${region}/${name}`);
    return {
      ...view,
      ...(holds.length > 0 ? { holds: [...holds] } : {}),
      ...(previousServerGroup ? { previousServerGroup } : {}),
    };
  }

  /** An execution has ended, in whatever way: what it holds is taken back. */
  executionEnded(executionId: string): void {
    this.#ended.add(executionId);
    for (const operation of this.holds.ofExecution(executionId))
      this.#submit([operation], undefined, executionId, undefined);
  }

  /** From now on a submission is so long on its way, and its answer too, ms: whoever does not wait for it does not stop it. */
  slowDown(ms: number): void {
    this.#slowness = ms;
  }

  /** Ends its process, and starts another: operations go on from the steps whose results are written down. */
  crash(): void {
    this.#life += 1;
  }

  /** Waits until nothing is under way. */
  async idle(): Promise<void> {
    while ([...this.#jobs.values()].some((job) => job.endTimeMs === undefined)) await this.#time.sleep(250);
  }

  /** Does one change and waits for its end. @throws Error with its reason when it fails */
  async change(operation: string, description: Json): Promise<void> {
    const id = this.#submit([{ [operation]: description }], undefined, undefined, undefined);
    while (this.#job(id).endTimeMs === undefined) await this.#time.sleep(250);
    const { reason } = this.#job(id);
    if (reason) throw new Error(reason.summary);
  }

  /** Reads once per state of the cloud: a stage that waits asks far more often than anything changes. */
  async #read<T>(key: string, read: () => Promise<T>): Promise<T> {
    const { version } = this.#cloud;
    const known = this.#seen.get(key);
    if (known?.version === version) return known.value as T;
    const value = await read();
    if (this.#cloud.version === version) this.#seen.set(key, { version, value });
    return value;
  }

  #account(name: string): Cloud {
    this.#accounts.add(name);
    return this.#cloud.account(name);
  }

  #submit(
    body: readonly Record<string, Json>[],
    key: string | undefined,
    executionId: string | undefined,
    stageId: string | undefined,
  ): string {
    const known = key === undefined ? undefined : this.#byKey.get(key);
    if (known !== undefined) return known;
    const accepted = body
      .flatMap((entry) => this.holds.withReleases(entry, executionId))
      .map((entry) => this.#accept(entry));
    this.operations.push(...accepted.map(({ name, description }) => ({ name, description })));
    const id = `operation-${this.#jobs.size + 1}`;
    const job: Job = { id, startTimeMs: this.#time.now(), history: [], resultObjects: [] };
    this.#jobs.set(id, job);
    if (key !== undefined) this.#byKey.set(key, id);
    void this.#time.work(async () => {
      for (const [index, one] of accepted.entries()) {
        await this.#run(job, one, index, executionId, accepted.slice(index));
        if (job.reason) break;
      }
      job.endTimeMs = this.#time.now();
      if (executionId !== undefined && stageId !== undefined) this.#wake(executionId, stageId);
    });
    return id;
  }

  #accept(entry: Record<string, Json>): Accepted {
    const [named] = Object.entries(entry);
    if (!named) throw badRequest('An element holds no operation', { field: 'body' });
    const [name, raw] = named;
    const account = String(raw['credentials'] ?? raw['account'] ?? '');
    if (account === '') throw badRequest(`${name}.credentials must name an account`, { field: 'credentials' });
    const cloud = this.#account(account);
    const operation = operationNamed(cloud, name)?.definition;
    if (!operation)
      throw badRequest(
        `gce has no operation ${name}; it has ${Object.keys(operationsOf(cloud)).toSorted().join(', ')}`,
      );
    const parsed = operation.schema.safeParse({ credentials: account, ...raw });
    if (!parsed.success)
      throw badRequest(
        parsed.error.issues.map((issue) => `${[name, ...issue.path].join('.')}: ${issue.message}`).join('; '),
      );
    const problems = operation.problems?.(parsed.data as never) ?? [];
    if (problems.length > 0) throw badRequest(`${name}: ${problems.join('; ')}`);
    return { name, account, operation, description: parsed.data as Json };
  }

  async #run(
    job: Job,
    { name, account, operation, description }: Accepted,
    index: number,
    executionId: string | undefined,
    behind: readonly Accepted[],
  ): Promise<void> {
    if (!this.holds.releases(description)) return;
    const journal = new Map<string, unknown>();
    let life = this.#life;
    const undos = new Map<string, () => Promise<void>>();
    const trafficKey = (region: string, group: string): string => `${account}/${region}/${group}`;
    const context: OperationContext = {
      operationId: job.id,
      acceptedAt: job.startTimeMs,
      application: typeof description['application'] === 'string' ? description['application'] : undefined,
      signal: new AbortController().signal,
      progress: async (phase, status) => void job.history.push({ phase, status, at: this.#time.now() }),
      requestId: (purpose) => uuidLike(`${job.id}/${index}/${purpose}`),
      step: async (step, run, undo) => {
        if (life !== this.#life) throw new Crashed();
        if (typeof undo === 'function' && !undos.has(step)) undos.set(step, undo);
        if (journal.has(step)) return journal.get(step) as never;
        const result = await run();
        if (life !== this.#life) throw new Crashed();
        journal.set(step, result);
        return result;
      },
      reserveName: async (cluster, taken) => {
        const mine = `${job.id}/${index}`;
        const known = this.#reserved.get(mine);
        if (known !== undefined) return known;
        const others = [...this.#reserved.values()].map((other) => ({ name: other, createdTime: Infinity }));
        const made = nextServerGroupName(cluster.cluster, [
          ...taken,
          ...others.filter((other) => parseName(other.name)?.cluster === cluster.cluster),
        ]);
        this.#reserved.set(mine, made);
        this.#owner.set(`${cluster.region}/${made}`, account);
        return made;
      },
      getTraffic: async (region, group) => this.#traffic.get(trafficKey(region, group)) ?? null,
      setTraffic: async (region, group, record) => {
        if (record) this.#traffic.set(trafficKey(region, group), record);
        else this.#traffic.delete(trafficKey(region, group));
      },
      touch: () => undefined,
    };
    try {
      const refusal = await this.guards.refusalOf(
        this.#cloud.account(account),
        behind.map((one) => ({ ...one, operation: one.name })),
      );
      if (refusal) {
        job.reason = refusal;
        return;
      }
      const inverse = this.holds.wish(description) && (await operation.inverse?.(context, description as never));
      if (inverse && 'impossible' in inverse) throw new Error(`It cannot be held. ${inverse.impossible}`);
      const carryOut = async (): Promise<Json[]> => {
        for (;;)
          try {
            return (await operation.run(context, description as never)).map((result) => ({ ...result }));
          } catch (error) {
            if (!(error instanceof Crashed)) throw error;
            await this.#time.sleep(RESTART_MS);
            life = this.#life;
          }
      };
      const results = await carryOut();
      job.resultObjects.push(...results);
      this.holds.carriedOut(
        { name, account, description },
        { operationId: job.id, executionId, now: this.#time.now() },
        inverse?.operations ?? [],
      );
      await this.#rememberPredecessors(account, results);
      if (executionId !== undefined && this.#ended.has(executionId) && this.holds.wish(description))
        this.executionEnded(executionId);
    } catch (error) {
      for (const undo of [...undos.values()].toReversed()) await undo().catch(() => undefined);
      const what = description['serverGroupName'] ?? description['loadBalancerName'] ?? description['application'];
      job.reason = {
        summary: `${name} (${String(what)}) failed: ${error instanceof Error ? error.message : String(error)}`,
        evidence: { operation: name, account },
        next: 'What it had made was removed again',
      };
    } finally {
      this.#reserved.delete(`${job.id}/${index}`);
    }
  }

  /** Remembers of new server groups what each replaces. */
  async #rememberPredecessors(account: string, results: readonly Json[]): Promise<void> {
    const made = results.flatMap((result) => Object.entries({ ...(result['serverGroupNameByRegion'] as object) }));
    if (made.length === 0) return;
    const groups = await this.serverGroups();
    for (const [region, name] of made) {
      const cluster = parseName(String(name))?.cluster;
      const previous = previousServerGroup(
        groups.filter((one) => one.account === account && one.region === region && one.cluster === cluster),
        String(name),
      );
      if (previous)
        this.#predecessors.set(`${account}/${region}/${String(name)}`, {
          name: previous.name,
          ...(previous.image === undefined ? {} : { image: previous.image }),
        });
    }
  }

  #job(id: string): Job {
    const job = this.#jobs.get(id);
    if (!job) throw notFound(`There is no operation ${id}`);
    return job;
  }

  #operation(id: string): Operation {
    const job = this.#job(id);
    const complete = job.endTimeMs !== undefined;
    const last = job.history.at(-1) ?? { phase: 'QUEUED', status: 'Accepted' };
    return {
      id,
      status: {
        phase: last.phase,
        status: job.reason?.summary ?? last.status,
        complete,
        completed: complete,
        failed: job.reason !== undefined,
      },
      history: job.history,
      resultObjects: job.resultObjects,
      ...(job.reason ? { reason: job.reason } : {}),
      startTimeMs: job.startTimeMs,
      ...(job.endTimeMs === undefined ? {} : { endTimeMs: job.endTimeMs }),
    };
  }
}

const lockKey = (params: { account: string; cluster: string }, region = ''): string =>
  `${params.account}/${params.cluster}/${region}`;
