import { TestCloud } from '@gennaker/cloudlab/cloud.fixture';
import type { CloudState } from '@gennaker/cloudlab/store';
import { VirtualClock } from '@gennaker/cloudlab/virtual-clock';
import gce from '@gennaker/clouds/gce/cloud';
import type { Reason } from '@gennaker/contracts/execution';
import { type Cloud, operationNamed, type OperationPreview, type TrafficRecord } from '@gennaker/extension-sdk/cloud';
import { nextServerGroupName } from '@gennaker/extension-sdk/server-group-name';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import { runFrame } from './frame.ts';
import { ClaimLost, type Journal } from './journal.ts';
import type { Records } from './records.ts';
import { type Ended, runDescription } from './run-description.ts';

type StepState = 'started' | 'done' | 'undone';

/** What outlives a crash of clouddriver: the journal's rows, our own records, and why the operation failed. */
export interface Kept {
  readonly steps: Map<string, { state: StepState; result: unknown }>;
  readonly names: Map<string, string>;
  readonly traffic: Map<string, TrafficRecord>;
  failure: Reason | null;
}

/** A state of the cloud and of our records that runs begin from. */
export interface Beginning {
  readonly state: CloudState;
  readonly now: number;
  readonly traffic: ReadonlyMap<string, TrafficRecord>;
}

/** What goes wrong in a run. */
export interface Mishap {
  /** The process dies at this write of the journal, counted from 1: before it is written, or right after. */
  readonly crash?: { readonly write: number; readonly written: boolean };
  /** The change that the cloud accepts as this one, counted from 1, comes to a bad end. */
  readonly failChange?: number;
  /** Every change is at first answered with a fault that passes: unavailable, too many requests, or an operation that fails by itself. */
  readonly stumbling?: boolean;
}

/** How a run went. */
export interface Outcome {
  /** Null: the process died. */
  readonly ended: Ended | null;
  /** Writes of the journal. */
  readonly writes: number;
  /** Changes that were asked of the cloud. */
  readonly changes: number;
}

/** Where a cloud is reached by the provider's own client library, without sockets and in time that its waiting moves. */
export class ConformanceWorld {
  readonly lab: TestCloud;
  readonly cloud: Cloud;
  readonly kept: Kept;
  #changes = 0;
  #failAt = 0;
  #stumbled: Set<string> | null = null;

  private constructor(lab: TestCloud, traffic: ReadonlyMap<string, TrafficRecord>) {
    this.lab = lab;
    this.kept = { steps: new Map(), names: new Map(), traffic: new Map(traffic), failure: null };
    this.cloud = gce.open(
      { name: 'lab', provider: 'gce', project: 'p', endpoint: 'http://lab:80', regions: ['us-central1'] },
      {
        now: () => lab.clock.now(),
        sleep: async (ms, signal) => {
          signal?.throwIfAborted();
          await lab.clock.advance(ms);
        },
        fetch: (input, init) => this.#carry(input, init),
      },
    );
  }

  /** An empty cloud, or one that goes on from a beginning, with its instances booted again. */
  static async open(from?: Beginning): Promise<ConformanceWorld> {
    const lab = new TestCloud(from ? { saved: from.state, clock: new VirtualClock(from.now) } : {});
    await lab.cloud.start();
    const world = new ConformanceWorld(lab, from?.traffic ?? new Map());
    await world.settle();
    return world;
  }

  /** Time until nothing that was begun is under way. */
  async settle(): Promise<void> {
    await this.lab.clock.advance(120_000);
  }

  /** The state as another world can begin from it. */
  beginning(): Beginning {
    return {
      state: structuredClone(this.lab.cloud.lab.store.state),
      now: this.lab.clock.now(),
      traffic: new Map(this.kept.traffic),
    };
  }

  /** Runs an operation as a process of clouddriver does: from the journal that was kept, to its end or to a crash. */
  async run(name: string, description: JsonObject, mishap: Mishap = {}, key = 'conformance'): Promise<Outcome> {
    const definition = operationNamed(this.cloud, name)?.definition;
    if (!definition) throw new Error(`The provider has no operation ${name}.`);
    const parsed = definition.schema.parse(description);
    this.#changes = 0;
    this.#failAt = mishap.failChange ?? 0;
    this.#stumbled = mishap.stumbling ? new Set() : null;
    const written = { count: 0 };
    const journal = this.#journal(key, written, mishap.crash);
    const died = new AbortController();
    const frame = runFrame({
      records: this.#records(),
      journal,
      application: 'hello',
      key,
      acceptedAt: Date.UTC(2026, 1, 3, 4, 5, 6, 789),
      index: 0,
      signal: died.signal,
      replaying: this.kept.failure !== null,
    });
    try {
      const ended = await runDescription({
        journal,
        frame,
        index: 0,
        operation: name,
        failedBefore: this.kept.failure,
        givenUp: () => died.signal.aborted,
        run: () => definition.run(frame.context, parsed as never),
        reasonOf: (error) => ({ summary: error instanceof Error ? error.message : String(error) }),
        recordFailure: async (failure) => {
          this.kept.failure = failure;
        },
      });
      return { ended, writes: written.count, changes: this.#changes };
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      return { ended: null, writes: written.count, changes: this.#changes };
    }
  }

  /** What an operation says that it would do. */
  async preview(name: string, description: JsonObject): Promise<OperationPreview> {
    const definition = operationNamed(this.cloud, name)?.definition;
    if (!definition?.preview) throw new Error(`Operation ${name} says nothing beforehand.`);
    const { getTraffic } = this.#records();
    const context = { application: 'hello', getTraffic };
    return definition.preview(context, definition.schema.parse(description) as never);
  }

  /** Everything that exists as the API shows it, without what differs from run to run by itself, and without fields named here. */
  async resources(...without: readonly string[]): Promise<Record<string, unknown>> {
    const { store } = this.lab.cloud.lab;
    const all: Record<string, unknown> = {};
    const instances: Record<string, number> = {};
    for (const path of Object.keys(store.state.resources)) {
      const short = path.replace('projects/p/', '');
      if (short.includes('/instances/')) {
        const record = store.state.managed[path];
        const kind = `${record?.group.split('/').at(-1) ?? 'alone'} of ${record?.template.split('/').at(-1) ?? '?'}`;
        instances[kind] = (instances[kind] ?? 0) + 1;
      } else if (!short.includes('/disks/'))
        all[short] = withoutNoise((await this.lab.api('GET', short)).body, without);
    }
    const traffic = Object.fromEntries([...this.kept.traffic].map(([name, record]) => [name, withoutTime(record)]));
    return { ...all, instances, traffic };
  }

  /** Changes that the cloud carried out since a beginning, as `type target`, sorted: each line is one. */
  changesSince(beginning: Beginning): string[] {
    return Object.entries(this.lab.cloud.lab.store.state.operations)
      .filter(([path]) => !Object.hasOwn(beginning.state.operations, path))
      .map(([, { document }]) => `${document.operationType} ${document.targetLink.split('/projects/p/').at(-1) ?? ''}`)
      .toSorted();
  }

  #journal(operationId: string, written: { count: number }, crash: Mishap['crash']): Journal {
    const { steps } = this.kept;
    const write = (change: () => void): Promise<void> => {
      written.count++;
      const dies = crash?.write === written.count;
      if (dies && !crash.written) return Promise.reject(new Crash(operationId));
      change();
      return dies ? Promise.reject(new Crash(operationId)) : Promise.resolve();
    };
    return {
      claim: { operationId, owner: 'conformance', epoch: '1' },
      done: (name) => {
        const step = steps.get(name);
        return step && step.state !== 'started' ? { result: step.result } : undefined;
      },
      has: (name) => steps.get(name)?.state,
      begin: (name) => write(() => void (steps.has(name) || steps.set(name, { state: 'started', result: null }))),
      finish: (name, result) =>
        write(
          () => void steps.set(name, { state: 'done', result: JSON.parse(JSON.stringify(result ?? null)) as unknown }),
        ),
      undone: (name) => write(() => void steps.set(name, { state: 'undone', result: steps.get(name)?.result ?? null })),
      progress: () => Promise.resolve(),
    };
  }

  #records(): Records {
    const { names, traffic } = this.kept;
    return {
      async reserveName(owner, cluster, taken) {
        const mine = `${owner.operationId}/${owner.description}`;
        const name = names.get(mine) ?? nextServerGroupName(cluster.cluster, taken);
        names.set(mine, name);
        return name;
      },
      getTraffic: async (region, name) => traffic.get(`${region}/${name}`) ?? null,
      async setTraffic(region, name, record) {
        if (record) traffic.set(`${region}/${name}`, record);
        else traffic.delete(`${region}/${name}`);
      },
    };
  }

  /** Has the first request for each change come to a fault that passes. */
  #stumble(change: string): void {
    if (!this.#stumbled || this.#stumbled.has(change)) return;
    this.#stumbled.add(change);
    const { faults } = this.lab.cloud.lab;
    const which = this.#stumbled.size % 3;
    if (which === 0) faults.add({ kind: 'fail-operation', code: 'INTERNAL_ERROR', message: 'Try again.', count: 1 });
    else if (which === 1)
      faults.add({ kind: 'fail-request', status: 503, reason: 'backendError', message: 'Backend error', count: 2 });
    else faults.add({ kind: 'fail-request', status: 403, reason: 'rateLimitExceeded', message: 'Slow down', count: 1 });
  }

  async #carry(input: string | URL | Request, init: RequestInit | undefined): Promise<Response> {
    const url = new URL(String(input instanceof Request ? input.url : input));
    const method = init?.method ?? 'GET';
    const reads = method === 'GET' || /\/(listManagedInstances|getHealth|listInstances|wait)$/.test(url.pathname);
    if (!reads) {
      this.#changes++;
      this.#stumble(`${method} ${url.pathname}`);
      if (this.#changes === this.#failAt)
        this.lab.cloud.lab.faults.add({
          kind: 'fail-operation',
          code: 'PERMISSIONS_ERROR',
          message: 'Required permission is missing.',
          count: 1,
        });
    }
    const sent: unknown = init?.body;
    const answer = await this.lab.cloud.handle({
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: {},
      body: typeof sent === 'string' ? sent : sent instanceof Uint8Array ? Buffer.from(sent).toString() : '',
    });
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    return new Response(text, { status: answer.status, headers: { 'content-type': 'application/json' } });
  }
}

/** The process died: nothing more is written or undone by it. */
class Crash extends ClaimLost {}

const NOISE = new Set([
  'id',
  'creationTimestamp',
  'fingerprint',
  'labelFingerprint',
  'updateTime',
  'recommendedSize',
  'status',
  'statusDetails',
]);

function withoutNoise(value: unknown, without: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((inner) => withoutNoise(inner, without));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !NOISE.has(key) && !without.includes(key) && inner !== undefined && inner !== null)
      .map(([key, inner]) => [key, withoutNoise(inner, without)]),
  );
}

function withoutTime({ drainingUntil: _, ...record }: TrafficRecord): object {
  return record;
}
