import { Cloudlab } from './cloud.ts';
import type { TrafficListener } from './data-plane.ts';
import { SimulatedDataPlane } from './simulated-data-plane.ts';
import { SimulatedRuntime } from './simulated-runtime.ts';
import type { SimulationOptions } from './simulated-runtime.ts';
import type { CloudState, StatePersistence } from './store.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Anything read out of a JSON answer. */
export type Json = { readonly [key: string]: Json } & readonly Json[] & string;

/** A simulated cloud with shorthands for its API. */
export class TestCloud {
  readonly clock: VirtualClock;
  readonly runtime: SimulatedRuntime;
  readonly cloud: Cloudlab;
  readonly traffic: SimulatedDataPlane;
  readonly saved: { state: CloudState | undefined };

  constructor(
    options: SimulationOptions & { readonly saved?: CloudState | undefined; readonly clock?: VirtualClock } = {},
  ) {
    this.clock = options.clock ?? new VirtualClock();
    this.runtime = new SimulatedRuntime(this.clock, options);
    this.saved = { state: options.saved };
    const persistence: StatePersistence = {
      load: () => (options.saved === undefined ? undefined : structuredClone(options.saved)),
      changed: (state) => {
        this.saved.state = state;
      },
      written: () => Promise.resolve(),
      flush: () => undefined,
    };
    this.traffic = new SimulatedDataPlane(this.clock, (address, port) => this.runtime.listens(address, port));
    this.cloud = new Cloudlab({
      clock: this.clock,
      runtime: this.runtime,
      dataPlane: this.traffic,
      persistence,
      seed: 'test',
      addressPrefix: '127.99',
      baseUrl: 'http://127.0.0.1:1',
      operationLatencyMs: 300,
      publicImages: [
        {
          name: 'debian-12-nodejs-v1',
          family: 'debian-12-nodejs',
          description: '',
          digest: `sha256:${'0'.repeat(64)}`,
          bytes: 1,
        },
      ],
    });
  }

  /** What the data plane was told last. */
  get listeners(): readonly TrafficListener[] {
    return this.traffic.listeners;
  }

  /** One request; `path` may carry a query. */
  async call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }> {
    const url = new URL(path, 'http://lab');
    const answer = await this.cloud.handle({
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { 'metadata-flavor': 'Google' },
      body: body === undefined ? '' : JSON.stringify(body),
    });
    return { status: answer.status, body: JSON.parse(JSON.stringify(answer.body)) as Json };
  }

  /** One request below project `p`. */
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }> {
    return this.call(method, `/compute/v1/projects/p/${path}`, body);
  }

  /** A mutation, and time until its operation is done; answers the operation. */
  async done(method: string, path: string, body?: unknown): Promise<Json> {
    const { status, body: operation } = await this.api(method, path, body);
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(operation)}`);
    const link = new URL(operation['selfLink'] ?? '').pathname;
    for (let i = 0; i < 200; i++) {
      const now = (await this.call('GET', link)).body;
      if (now['status'] === 'DONE') return now;
      await this.clock.advance(500);
    }
    throw new Error(`${method} ${path} was never done`);
  }

  /** An image, a template, and a regional group of that size. */
  async group(name: string, targetSize: number, more: object = {}): Promise<void> {
    await this.template(`${name}-t`);
    await this.done('POST', 'regions/us-central1/instanceGroupManagers', {
      name,
      instanceTemplate: `global/instanceTemplates/${name}-t`,
      targetSize,
      namedPorts: [{ name: 'http', port: 8080 }],
      ...more,
    });
  }

  async template(name: string, items: readonly object[] = []): Promise<void> {
    await this.done('POST', 'global/instanceTemplates', {
      name,
      properties: {
        machineType: 'e2-micro',
        disks: [{ boot: true, initializeParams: { sourceImage: 'projects/p/global/images/family/debian-12-nodejs' } }],
        metadata: { items },
      },
    });
  }

  /** The managed instances of a regional group. */
  async managed(name: string): Promise<readonly Json[]> {
    const { body } = await this.api('POST', `regions/us-central1/instanceGroupManagers/${name}/listManagedInstances`);
    return body['managedInstances'] ?? [];
  }

  /** Health check, backend service over the group and forwarding rule on 8080. */
  async balance(group: string): Promise<void> {
    await this.done('POST', 'global/healthChecks', { name: 'hc', type: 'HTTP', httpHealthCheck: { port: 8080 } });
    await this.done('POST', 'regions/us-central1/backendServices', {
      name: 'bs',
      portName: 'http',
      healthChecks: ['global/healthChecks/hc'],
      backends: [{ group: `regions/us-central1/instanceGroups/${group}` }],
      connectionDraining: { drainingTimeoutSec: 10 },
    });
    await this.done('POST', 'regions/us-central1/forwardingRules', {
      name: 'fr',
      portRange: '8080-8080',
      backendService: 'regions/us-central1/backendServices/bs',
    });
  }
}
