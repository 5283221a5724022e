import { Cloudlab } from '@gennaker/cloudlab/cloud';
import { inMemory } from '@gennaker/cloudlab/store';
import type { Fault } from '@gennaker/cloudlab/faults';
import { REGIONS } from '@gennaker/cloudlab/locations';
import { SimulatedDataPlane, type SimulatedOutcome } from '@gennaker/cloudlab/simulated-data-plane';
import { SimulatedRuntime } from '@gennaker/cloudlab/simulated-runtime';
import { findZone } from '@gennaker/cloudlab/locations';
import gce from '@gennaker/clouds/gce/cloud';
import type { Cloud } from '@gennaker/extension-sdk/cloud';
import type { VirtualTime } from './virtual-time.ts';

const ENDPOINT = 'http://cloud.simulated:80';
const PROJECT = 'simulated';
/** First two octets of the simulated instances' addresses; nothing ever listens there. */
const ADDRESSES = '127.126';

/** Images that every simulated cloud has, by name and family. */
const PUBLIC_IMAGES = ['debian-12', 'debian-12-nodejs'].map((family, index) => ({
  name: `${family}-v1`,
  family,
  description: 'A public image',
  digest: `sha256:${String(index).repeat(64)}`,
  bytes: 1024,
}));

/** Which instances something is true of: a zone, region or name, or the beginning of one; or a question about each. */
export type InstanceMatch = string | RegExp | ((instance: SimulatedInstance) => boolean);

/** An instance of the simulated cloud. */
export interface SimulatedInstance {
  /** As load balancers name it. */
  readonly path: string;
  readonly name: string;
  readonly zone: string;
  /** Name of the image that it boots. */
  readonly image: string;
  readonly address: string;
  /** Its program runs. */
  readonly runs: boolean;
}

/**
 * A cloud in this process: the model of the local cloud over a table in place of machines, reached by the gce
 * provider through the real client library, without sockets, in virtual time.
 */
export class SimulatedCloud {
  readonly lab: Cloudlab;
  /** Its load balancers: requests sent here are shared out and counted as real ones would be. */
  readonly traffic: SimulatedDataPlane;
  readonly #runtime: SimulatedRuntime;
  readonly #time: VirtualTime;
  readonly #unhealthy: InstanceMatch[] = [];
  readonly #sick = new Set<string>();
  readonly #accounts = new Map<string, Cloud>();
  #changes = 0;

  constructor(time: VirtualTime) {
    this.#time = time;
    const clock = {
      now: () => time.now(),
      after: (ms: number, run: () => void) => {
        const cancel = time.after(ms, run);
        return { cancel };
      },
    };
    this.#runtime = new SimulatedRuntime(clock, {
      healthy: (address) => !this.#sick.has(address),
      bootFailure: ({ address }) => {
        const booted = this.instances().find((one) => one.address === address);
        if (booted && this.#unhealthy.some((match) => matches(match, booted))) this.#sick.add(address);
        else this.#sick.delete(address);
        return undefined;
      },
    });
    this.traffic = new SimulatedDataPlane(clock, (address, port) => this.#runtime.listens(address, port));
    this.lab = new Cloudlab({
      clock,
      runtime: this.#runtime,
      dataPlane: this.traffic,
      persistence: { ...inMemory, changed: () => void this.#changes++ },
      seed: 'simulated',
      addressPrefix: ADDRESSES,
      baseUrl: ENDPOINT,
      operationLatencyMs: 300,
      publicImages: PUBLIC_IMAGES,
    });
    this.lab.lab.traffic.watch(() => void this.#changes++);
  }

  /** Grows with every change of the cloud's state or health: what was read at the same number still holds. */
  get version(): number {
    return this.#changes;
  }

  /** Instances that boot from now on and match never answer their health checks. */
  failHealthOf(match: InstanceMatch): void {
    this.#unhealthy.push(match);
  }

  /** Instances that run and match stop answering their health checks until `heal`. */
  sicken(match: InstanceMatch): void {
    for (const one of this.instances()) if (matches(match, one)) this.#sick.add(one.address);
  }

  /** Instances that match answer their health checks again. */
  heal(match: InstanceMatch): void {
    for (const one of this.instances()) if (matches(match, one)) this.#sick.delete(one.address);
  }

  /** Does an instance, by its path, fail its health checks because it was told to? */
  isTroubled(instance: string): boolean {
    return this.instances().some(({ path, address }) => path === instance && this.#sick.has(address));
  }

  /** Kills the program of an instance, by the instance's path. */
  crash(instance: string): void {
    const id = this.lab.lab.store.get('instances', instance)?.id;
    if (id !== undefined) this.#runtime.crash(id);
  }

  /** Makes something go wrong in the cloud from now on: stock-outs, failing operations and requests, slow boots. */
  order(fault: Fault): void {
    this.lab.lab.faults.add(fault);
  }

  /** The cloud as an account of this name sees it: any name is an account here, of the same project. */
  account(name: string): Cloud {
    const known = this.#accounts.get(name);
    if (known) return known;
    const opened = gce.open(
      { name, provider: 'gce', project: PROJECT, endpoint: ENDPOINT, regions: REGIONS },
      {
        now: () => this.#time.now(),
        sleep: (ms, signal) => this.#time.sleep(ms, signal),
        fetch: (input, init) => this.#carry(input, init),
      },
    );
    this.#accounts.set(name, opened);
    return opened;
  }

  /** Sends requests to a load balancer by its name, all at this moment; `fails` answers 500. Answers who served how many. */
  request(
    loadBalancer: string,
    { count, tookMs, fails }: { count: number; tookMs?: number; fails?: InstanceMatch },
  ): SimulatedOutcome {
    const rules = this.lab.lab.store.list('forwardingRules', `projects/${PROJECT}/`);
    const rule = rules.find(([, { name }]) => name === loadBalancer)?.[1];
    if (!rule) throw new Error(`There is no load balancer ${loadBalancer} in the simulated cloud`);
    const [port] = (rule.portRange ?? rule.ports?.[0] ?? '80').split('-');
    const failing =
      fails === undefined
        ? undefined
        : new Set(
            this.instances()
              .filter((one) => matches(fails, one))
              .map(({ path }) => path),
          );
    return this.traffic.send({
      address: rule.IPAddress,
      port: Number(port),
      count,
      ...(tookMs === undefined ? {} : { tookMs }),
      ...(failing ? { statusOf: (instance) => (failing.has(instance) ? 500 : 200) } : {}),
    });
  }

  /** Makes an image as a bake would. */
  async makeImage(name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    const path = `/compute/v1/projects/${PROJECT}/global/images`;
    const body = JSON.stringify({ name, family: name, labels, rawDisk: { source: `file:///simulated/${name}` } });
    const answer = await this.lab.handle({ method: 'POST', path, query: {}, headers: {}, body });
    if (answer.status >= 400) throw new Error(`The image ${name} was refused: ${JSON.stringify(answer.body)}`);
    for (;;) {
      const image = await this.lab.handle({ method: 'GET', path: `${path}/${name}`, query: {}, headers: {}, body: '' });
      if (typeof image.body === 'object' && image.body && 'status' in image.body && image.body.status !== 'PENDING')
        return;
      await this.#time.sleep(200);
    }
  }

  async #carry(input: string | URL | Request, init: RequestInit | undefined): Promise<Response> {
    const end = this.#time.begin();
    const url = new URL(String(input instanceof Request ? input.url : input));
    const sent: unknown = init?.body;
    const body = typeof sent === 'string' ? sent : sent instanceof Uint8Array ? Buffer.from(sent).toString() : '';
    const answer = await this.lab.handle({
      method: init?.method ?? 'GET',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(new Headers(init?.headers)),
      body,
    });
    // The client reads the body some turns later: until then it works.
    setImmediate(() => setImmediate(() => setImmediate(end)));
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    return new Response(text, {
      status: answer.status,
      headers: { 'content-type': 'application/json', ...answer.headers },
    });
  }

  /** Instances of all server groups, also those that boot or stop. */
  instances(): SimulatedInstance[] {
    const { store } = this.lab.lab;
    const images = new Map(
      store.list('images', `projects/${PROJECT}/`).map(([, { digest, name }]) => [digest, name] as const),
    );
    return Object.values(store.state.managed).flatMap(({ instance: path, digest }) => {
      const instance = store.get('instances', path);
      const address = instance?.networkInterfaces?.[0]?.networkIP;
      if (instance === undefined || address === undefined) return [];
      const zone = instance.zone.split('/').at(-1) ?? '';
      return [
        {
          ...{ path, address, name: instance.name, zone: findZone(zone)?.name ?? zone },
          ...{ image: images.get(digest) ?? '', runs: this.#runtime.running.has(instance.id) },
        },
      ];
    });
  }
}

function matches(match: InstanceMatch, instance: SimulatedInstance): boolean {
  const { name, zone } = instance;
  if (typeof match === 'function') return match(instance);
  return typeof match === 'string'
    ? zone.startsWith(match) || name.startsWith(match)
    : match.test(name) || match.test(zone);
}
