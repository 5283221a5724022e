import { TestCloud } from '@gennaker/cloudlab/cloud.fixture';
import { VirtualClock } from '@gennaker/cloudlab/virtual-clock';
import gce from '@gennaker/clouds/gce/cloud';
import { refusals } from '@gennaker/clouds/gce/iam.fixture';
import { PERMISSIONS } from '@gennaker/clouds/gce/permissions';
import type { Reason } from '@gennaker/contracts/execution';
import { type Cloud, operationNamed, type OperationPreview, type TrafficRecord } from '@gennaker/extension-sdk/cloud';
import { nextServerGroupName } from '@gennaker/extension-sdk/server-group-name';
import type { JsonObject } from '@gennaker/extension-sdk/stage';
import {
  type Beginning,
  Meddler,
  type Mishap,
  type Outcome,
  type World,
  type Worlds,
} from './conformance-world.fixture.ts';
import { runFrame } from './frame.ts';
import { ClaimLost, type Journal } from './journal.ts';
import type { Records } from './records.ts';
import { runDescription } from './run-description.ts';

type StepState = 'started' | 'done' | 'undone';

/** What outlives a crash of clouddriver: the journal's rows, our own records, and why the operation failed. */
interface Kept {
  readonly steps: Map<string, { state: StepState; result: unknown }>;
  readonly names: Map<string, string>;
  readonly traffic: Map<string, TrafficRecord>;
  failure: Reason | null;
}

/** The account may do what verifying it asks for, and nothing else. */
const refuse = refusals(new Set(PERMISSIONS));

/** Where a cloud is reached by the provider's own client library, without sockets and in time that its waiting moves. */
export class ConformanceWorld implements World {
  readonly lab: TestCloud;
  readonly cloud: Cloud;
  readonly #kept: Kept;
  readonly #meddler = new Meddler();
  /** Operation that the journal is of. */
  #key = '';
  /** Aborted when the process dies: whatever it still tries comes to nothing. */
  #life = new AbortController();

  private constructor(lab: TestCloud, traffic: ReadonlyMap<string, TrafficRecord>, account: object) {
    this.lab = lab;
    this.#kept = { steps: new Map(), names: new Map(), traffic: new Map(traffic), failure: null };
    this.cloud = gce.open(
      { name: 'lab', provider: 'gce', project: 'p', endpoint: 'http://lab:80', regions: ['us-central1'], ...account },
      {
        now: () => lab.clock.now(),
        sleep: async (ms, signal) => {
          this.#life.signal.throwIfAborted();
          signal?.throwIfAborted();
          await lab.clock.advance(ms);
        },
        fetch: (input, init) => this.#carry(input, init),
      },
    );
  }

  /** An empty cloud, or one that goes on from a beginning, with its instances booted again. `account`: more of ours. */
  static async open(from?: Beginning, account: object = {}): Promise<ConformanceWorld> {
    const lab = new TestCloud(from ? { saved: from.state, clock: new VirtualClock(from.now) } : {});
    await lab.cloud.start();
    const world = new ConformanceWorld(lab, from?.traffic ?? new Map(), account);
    await world.settle();
    return world;
  }

  get model() {
    return this.lab.cloud;
  }

  imageSource(name: string): Promise<string> {
    return Promise.resolve(`file:///${name}`);
  }

  done(method: string, path: string, body: object): Promise<unknown> {
    return this.lab.done(method, path, body);
  }

  async settle(): Promise<void> {
    await this.lab.clock.advance(120_000);
  }

  beginning(): Promise<Beginning> {
    return Promise.resolve({
      state: structuredClone(this.model.lab.store.state),
      now: this.lab.clock.now(),
      traffic: new Map(this.#kept.traffic),
    });
  }

  traffic(): Promise<ReadonlyMap<string, TrafficRecord>> {
    return Promise.resolve(this.#kept.traffic);
  }

  async run(name: string, description: JsonObject, mishap: Mishap = {}, key = 'conformance'): Promise<Outcome> {
    const definition = operationNamed(this.cloud, name)?.definition;
    if (!definition) throw new Error(`The provider has no operation ${name}.`);
    const parsed = definition.schema.parse(description);
    if (key !== this.#key) {
      this.#kept.steps.clear();
      this.#kept.failure = null;
      this.#key = key;
    }
    this.#meddler.begin(key, mishap);
    const life = new AbortController();
    this.#life = life;
    const journal = this.#journal(key);
    const frame = runFrame({
      records: this.#records(),
      journal,
      application: 'hello',
      key,
      acceptedAt: Date.UTC(2026, 1, 3, 4, 5, 6, 789),
      index: 0,
      signal: life.signal,
      replaying: this.#kept.failure !== null,
    });
    const outcome = (ended: Outcome['ended']): Outcome => ({
      ended: life.signal.aborted ? null : ended,
      changes: this.#meddler.changes,
    });
    try {
      return outcome(
        await runDescription({
          journal,
          frame,
          index: 0,
          operation: name,
          failedBefore: this.#kept.failure,
          givenUp: () => life.signal.aborted,
          run: () => definition.run(frame.context, parsed as never),
          reasonOf: (error) => ({ summary: error instanceof Error ? error.message : String(error) }),
          recordFailure: async (failure) => {
            this.#kept.failure = failure;
          },
        }),
      );
    } catch (error) {
      if (!life.signal.aborted) throw error;
      return outcome(null);
    }
  }

  async preview(name: string, description: JsonObject): Promise<OperationPreview> {
    const definition = operationNamed(this.cloud, name)?.definition;
    if (!definition?.preview) throw new Error(`Operation ${name} says nothing beforehand.`);
    const { getTraffic } = this.#records();
    const context = { application: 'hello', getTraffic };
    return definition.preview(context, definition.schema.parse(description) as never);
  }

  #die(): never {
    const crash = new Crash(this.#key);
    this.#life.abort(crash);
    throw crash;
  }

  #journal(operationId: string): Journal {
    const { steps } = this.#kept;
    const write = async (name: string, state: StepState, change: () => void): Promise<void> => {
      this.#life.signal.throwIfAborted();
      const when = this.#meddler.dies(`write ${name} ${state}`);
      if (when === 'before') this.#die();
      change();
      if (when === 'after') this.#die();
    };
    return {
      claim: { operationId, owner: 'conformance', epoch: '1' },
      done: (name) => {
        const step = steps.get(name);
        return step && step.state !== 'started' ? { result: step.result } : undefined;
      },
      has: (name) => steps.get(name)?.state,
      begun: (index) => [...steps.keys()].some((name) => name.startsWith(`${index}.`)),
      begin: (name) =>
        write(name, 'started', () => void (steps.has(name) || steps.set(name, { state: 'started', result: null }))),
      finish: (name, result) =>
        write(name, 'done', () => void steps.set(name, { state: 'done', result: stored(result ?? null) })),
      undone: (name) =>
        write(name, 'undone', () => void steps.set(name, { state: 'undone', result: steps.get(name)?.result ?? null })),
      progress: async () => this.#life.signal.throwIfAborted(),
    };
  }

  #records(): Records {
    const { names, traffic } = this.#kept;
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

  async #carry(input: string | URL | Request, init: RequestInit | undefined): Promise<Response> {
    this.#life.signal.throwIfAborted();
    const url = new URL(String(input instanceof Request ? input.url : input));
    const method = init?.method ?? 'GET';
    const dies = this.#meddler.meet(this.model, method, url);
    if (dies === 'before') this.#die();
    const sent: unknown = init?.body;
    const body = typeof sent === 'string' ? sent : sent instanceof Uint8Array ? Buffer.from(sent).toString() : '';
    const refused = refuse(method, url, body);
    if (refused) return refused;
    const answer = await this.model.handle({
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: {},
      body,
    });
    if (dies === 'after') this.#die();
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
    return new Response(text, { status: answer.status, headers: { 'content-type': 'application/json' } });
  }
}

/** Worlds without sockets and processes, in virtual time. */
export const simulatedWorlds: Worlds = { open: (from) => ConformanceWorld.open(from) };

/** A value as the database keeps it: JSON, whose objects name short keys first. */
const stored = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => a.length - b.length || (a < b ? -1 : 1)))
      : inner,
  );

/** The process died: nothing more is written or undone by it. */
class Crash extends ClaimLost {}
