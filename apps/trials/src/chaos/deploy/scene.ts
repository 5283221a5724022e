import { patiently } from '@gennaker/app-demo/follow-execution';
import { demoAccount, runTask } from '@gennaker/app-demo/seeding';
import { createClient } from '@gennaker/client/client';
import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import type { fault } from '@gennaker/cloudlab/faults';
import type { System } from '@gennaker/fixtures/system';
import { z } from 'zod';
import { type Compute, computeAt, until } from '../../bench/cloudlab/compute.ts';
import { HEALTH_PATH, imageOf, type Version } from './versions.ts';

const APPLICATION = 'chaos';
/** Zones of the instances. */
export const ZONES = ['us-central1-a', 'us-central1-b'] as const;
/** Region of the cluster. */
export const REGION = 'us-central1';
const PROJECT = 'local';
/** Port of the load balancer and of the instances. */
export const PORT = 8080;
/** How long connections may live on after their instances left, seconds. */
const DRAINING_S = 5;
/** How long the load balancer waits for an answer, seconds. */
const ANSWER_S = 4;
const PATIENCE_S = 60;

const counterSchema = z.looseObject({
  requests: z.number(),
  refused: z.number(),
  drainCuts: z.number(),
  failedConnects: z.number(),
  responses: z.record(z.string(), z.number()),
  failures: z.record(z.string(), z.number()),
});
const countersSchema = z.looseObject({
  forwardingRules: z.record(z.string(), counterSchema),
  instances: z.record(z.string(), counterSchema),
});
/** What a load balancer, or one of its instances, counted so far. */
export type Counter = z.infer<typeof counterSchema>;

/** What the load balancer of the scene counted so far: itself, and by the name of instances. */
export interface Counted {
  readonly balancer: Counter;
  readonly instances: ReadonlyMap<string, Counter>;
}

const healthSchema = z.looseObject({
  healthStatus: z.array(z.looseObject({ instance: z.string(), healthState: z.string() })).default([]),
});
const instancesSchema = z.looseObject({
  items: z
    .array(
      z.looseObject({
        name: z.string(),
        status: z.string(),
        networkInterfaces: z.array(z.looseObject({ networkIP: z.string().optional() })).default([]),
      }),
    )
    .default([]),
});
const namedSchema = z.looseObject({ items: z.array(z.looseObject({ name: z.string() })).default([]) });
const serviceSchema = z.looseObject({
  backends: z.array(z.looseObject({ group: z.string(), capacityScaler: z.number().optional() })).default([]),
});

/** An instance as the cloud shows it. */
export interface SceneInstance {
  readonly name: string;
  readonly zone: string;
  readonly status: string;
  readonly address: string;
}

/** What the cloud holds of the cluster. */
export interface Inventory {
  readonly groups: readonly string[];
  readonly instances: readonly string[];
  readonly templates: readonly string[];
  readonly disks: readonly string[];
  /** Groups behind the load balancer with their capacity scaler. */
  readonly backends: readonly string[];
}

/** One cluster that is deployed to again and again. */
export interface SceneOptions {
  /** Stack of the cluster, letters alone. */
  readonly stack: string;
  /** Instances of a server group. */
  readonly size: number;
  /** Requests a second. */
  readonly rate: number;
  /** false: connections are cut at once when their instances leave. */
  readonly drains: boolean;
  readonly say: (text: string) => void;
}

/** A cluster behind a load balancer of its own: seen and changed through gate, and what the cloud itself says about it. */
export class Scene {
  readonly system: System;
  readonly compute: Compute;
  readonly size: number;
  readonly rate: number;
  readonly #gate: Client<typeof gateApi>;
  readonly #account: string;
  readonly #say: (text: string) => void;
  readonly #stack: string;
  readonly #cluster: string;
  readonly #balancer: string;

  private constructor(system: System, account: string, { stack, size, rate, say }: SceneOptions) {
    this.system = system;
    this.size = size;
    this.rate = rate;
    this.#account = account;
    this.#say = say;
    this.#stack = stack;
    this.#cluster = `${APPLICATION}-${stack}`;
    this.#balancer = `${this.#cluster}-lb`;
    this.#gate = createClient(gateApi, { baseUrl: system.addresses['gate'] ?? '' });
    this.compute = computeOf(system);
  }

  /** Makes the application and the load balancer where they are missing. */
  static async open(system: System, options: SceneOptions): Promise<Scene> {
    const gate = createClient(gateApi, { baseUrl: system.addresses['gate'] ?? '' });
    const scene = new Scene(system, await demoAccount(gate), options);
    const application = { name: APPLICATION, email: 'chaos@example.com', cloudProviders: 'gce' };
    await scene.#task('Create application', { type: 'createApplication', application });
    await scene.#task('Upsert load balancer', {
      type: 'upsertLoadBalancer',
      cloudProvider: 'gce',
      credentials: scene.#account,
      loadBalancerName: scene.#balancer,
      loadBalancerType: 'HTTP',
      region: 'global',
      portRange: String(PORT),
      defaultService: {
        name: scene.service,
        timeoutSec: ANSWER_S,
        connectionDrainingTimeoutSec: options.drains ? DRAINING_S : 0,
        healthCheck: {
          name: `${scene.#balancer}-hc`,
          healthCheckType: 'HTTP',
          port: PORT,
          requestPath: HEALTH_PATH,
          checkIntervalSec: 1,
          timeoutSec: 1,
          healthyThreshold: 1,
          unhealthyThreshold: 2,
        },
      },
    });
    return scene;
  }

  /** Name of the load balancer's backend service. */
  get service(): string {
    return `${this.#balancer}-bs`;
  }

  /** Address of the load balancer, `http://host:port`. */
  async address(): Promise<string> {
    const balancers = await this.#gate.listLoadBalancers({ params: { application: APPLICATION } });
    const address = balancers.find(({ name }) => name === this.#balancer)?.ipAddress;
    if (!address) throw new Error(`Load balancer ${this.#balancer} has no address.`);
    return `http://${address}:${PORT}`;
  }

  /** The description of a server group of the cluster. */
  describe(version: Version, settings: object): Record<string, unknown> {
    return {
      account: this.#account,
      cloudProvider: 'gce',
      application: APPLICATION,
      stack: this.#stack,
      region: REGION,
      distributionPolicy: { zones: ZONES },
      image: imageOf(version),
      instanceType: 'e2-micro',
      capacity: { min: this.size, max: this.size, desired: this.size },
      loadBalancers: [this.#balancer],
      ...settings,
    };
  }

  /** A stage that takes a server group of the cluster as its target. */
  target(type: string, target: string): Record<string, unknown> {
    const where = { cloudProvider: 'gce', credentials: this.#account, cluster: this.#cluster, regions: [REGION] };
    return {
      type,
      name: type,
      target,
      moniker: { app: APPLICATION, stack: this.#stack, cluster: this.#cluster },
      ...where,
    };
  }

  /** Starts a pipeline of these stages, one after the other; answers the execution's id. */
  async start(name: string, stages: readonly Record<string, unknown>[]): Promise<string> {
    const numbered = stages.map((stage, index) => ({
      refId: String(index + 1),
      requisiteStageRefIds: index === 0 ? [] : [String(index)],
      ...stage,
    }));
    const { ref } = await this.#gate.startDocument({
      body: { application: APPLICATION, name, stages: numbered as never, trigger: { type: 'manual' } },
    });
    return ref.split('/').at(-1) ?? ref;
  }

  /** The execution as it is now; while nobody answers, it is asked for again. */
  execution(id: string): Promise<ExecutionView> {
    return patiently(() => this.#gate.getExecution({ params: { id } }), this.#say);
  }

  /** Server groups of the cluster, oldest first. */
  async groups(): Promise<ServerGroup[]> {
    const all = await patiently(() => this.#gate.listServerGroups({ params: { application: APPLICATION } }), this.#say);
    return all.filter(({ cluster }) => cluster === this.#cluster).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Holders of the cluster's lock, in words. */
  async locks(): Promise<string[]> {
    const locks = await patiently(() => this.#gate.listLocks({}), this.#say);
    return locks.filter(({ cluster }) => cluster === this.#cluster).map((lock) => JSON.stringify(lock));
  }

  async destroy(serverGroupName: string): Promise<void> {
    await this.#task(`Destroy ${serverGroupName}`, {
      type: 'destroyServerGroup',
      cloudProvider: 'gce',
      credentials: this.#account,
      region: REGION,
      serverGroupName,
    });
  }

  /** Orders something to go wrong in the cloud. */
  async order(order: z.input<typeof fault>): Promise<void> {
    const answer = await fetch(`${this.system.addresses['cloudlab']}/lab/v1/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    });
    if (!answer.ok) throw new Error(`The fault could not be ordered: ${await answer.text()}`);
  }

  async counted(): Promise<Counted> {
    const answer = await fetch(`${this.system.addresses['cloudlab']}/lab/v1/counters`);
    const { forwardingRules, instances } = countersSchema.parse(await answer.json());
    const balancer = Object.entries(forwardingRules).find(([path]) => path.endsWith(`/${this.#balancer}`))?.[1];
    const byName = Object.entries(instances).map(([path, counter]) => [path.split('/').at(-1) ?? '', counter] as const);
    return { balancer: balancer ?? NOTHING, instances: new Map(byName.filter(([name]) => this.#isOurs(name))) };
  }

  /** Instances of the cluster, as the cloud shows them. */
  async instances(): Promise<SceneInstance[]> {
    const zones = await Promise.all(
      ZONES.map(async (zone) => {
        const { items } = instancesSchema.parse(await this.compute.call('GET', `zones/${zone}/instances`));
        return items.map(({ name, status, networkInterfaces }) => {
          return { name, zone, status, address: networkInterfaces[0]?.networkIP ?? '' };
        });
      }),
    );
    return zones.flat().filter(({ name }) => this.#isOurs(name));
  }

  /** Names of the instances of a group that are healthy at the load balancer. */
  async healthy(group: string): Promise<Set<string>> {
    const answer = await this.compute
      .call('POST', `global/backendServices/${this.service}/getHealth`, {
        group: `projects/${PROJECT}/regions/${REGION}/instanceGroups/${group}`,
      })
      .catch(() => ({}));
    const { healthStatus } = healthSchema.parse(answer);
    return new Set(
      healthStatus
        .filter(({ healthState }) => healthState === 'HEALTHY')
        .map(({ instance }) => instance.split('/').at(-1) ?? ''),
    );
  }

  /** Names of the managed groups of the cluster, as the cloud has them. */
  managers(): Promise<string[]> {
    return this.#list(`regions/${REGION}/instanceGroupManagers`);
  }

  /** Groups behind the load balancer, by name, with the part of their capacity that it uses. */
  async backends(): Promise<{ readonly group: string; readonly scaler: number }[]> {
    const service = await this.compute.call('GET', `global/backendServices/${this.service}`);
    const { backends } = serviceSchema.parse(service);
    return backends.map(({ group, capacityScaler }) => {
      return { group: group.split('/').at(-1) ?? '', scaler: capacityScaler ?? 1 };
    });
  }

  async inventory(): Promise<Inventory> {
    return {
      groups: await this.managers(),
      instances: (await this.instances()).map(({ name }) => name),
      templates: await this.#list('global/instanceTemplates'),
      disks: (await Promise.all(ZONES.map((zone) => this.#list(`zones/${zone}/disks`)))).flat(),
      backends: (await this.backends()).map(({ group, scaler }) => `${group} x ${scaler}`),
    };
  }

  /** Resolves when requests are answered. */
  async answers(): Promise<void> {
    const address = await this.address();
    await until(`${address} answers`, PATIENCE_S, () =>
      fetch(address).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
  }

  /** Names of what the cloud lists there and belongs to the cluster. */
  async #list(path: string): Promise<string[]> {
    const { items } = namedSchema.parse(await this.compute.call('GET', path));
    return items.map(({ name }) => name).filter((name) => this.#isOurs(name));
  }

  #isOurs(name: string): boolean {
    return name.startsWith(`${this.#cluster}-v`);
  }

  async #task(description: string, job: Parameters<typeof runTask>[2]): Promise<void> {
    await patiently(() => runTask(this.#gate, description, job, APPLICATION), this.#say);
  }
}

const NOTHING: Counter = { requests: 0, refused: 0, drainCuts: 0, failedConnects: 0, responses: {}, failures: {} };

/** The project of a system's local cloud that is deployed to. */
export function computeOf(system: System): Compute {
  return computeAt(`${system.addresses['cloudlab']}/compute/v1/projects/${PROJECT}/`, PROJECT);
}

/** Server group of an instance, by its name. */
export function groupOf(instance: string): string {
  return instance.replace(/-[^-]+$/, '');
}
