import type { Cloudlab } from '@gennaker/cloudlab/cloud';
import type { CloudState } from '@gennaker/cloudlab/store';
import type { Json } from '@gennaker/cloudlab/cloud.fixture';
import type { Reason } from '@gennaker/contracts/execution';
import type { OperationPreview, TrafficRecord } from '@gennaker/extension-sdk/cloud';
import type { JsonObject } from '@gennaker/extension-sdk/stage';

/** A state of the cloud and of our records that runs begin from. */
export interface Beginning {
  readonly state: CloudState;
  readonly now: number;
  readonly traffic: ReadonlyMap<string, TrafficRecord>;
}

/**
 * Whether the process dies at a point, and when: before it has an effect, or right after. A point is a write of the
 * journal (`write STEP STATE`) or a change that is asked of the cloud (`change REQUEST`).
 */
export type Dies = (point: string) => 'before' | 'after' | null;

/** What goes wrong in a run. */
export interface Mishap {
  readonly dies?: Dies | undefined;
  /** The change that the cloud accepts as this one, counted from 1, comes to a bad end; the process dies from then on. */
  readonly failChange?: number | undefined;
  /** Every change is at first answered with a fault that passes: unavailable, too many requests, or an operation that fails by itself. */
  readonly stumbling?: boolean;
}

/** How a run went. */
export interface Outcome {
  /** Null: the process died. */
  readonly ended: { readonly failure: Reason | null } | null;
  /** Different changes that were asked of the cloud, those of earlier processes of the same operation included. */
  readonly changes: number;
}

/** A cloud and a clouddriver, in which operations are run one after another. */
export interface World {
  readonly model: Cloudlab;
  /** What an image of this name can be made of. */
  imageSource(name: string): Promise<string>;
  /** A change by the cloud's own API, waited for. */
  done(method: string, path: string, body: object): Promise<unknown>;
  /** Time until nothing that was begun is under way. */
  settle(): Promise<void>;
  /** The state as another world can begin from it. */
  beginning(): Promise<Beginning>;
  /** Has a process of clouddriver run an operation, or go on with it: to its end, or to the death of the process. */
  run(name: string, description: JsonObject, mishap?: Mishap, key?: string): Promise<Outcome>;
  /** What an operation says that it would do. */
  preview(name: string, description: JsonObject): Promise<OperationPreview>;
  /** The traffic that is asked for, by `region/name`. */
  traffic(): Promise<ReadonlyMap<string, TrafficRecord>>;
}

/** Makes worlds. One that is opened ends the one before it. */
export interface Worlds {
  /** An empty cloud, or one that goes on from a beginning, with its instances booted again. */
  open(from?: Beginning): Promise<World>;
}

/** Dies at each point twice, before and after, and passes it the third time: one operation takes many processes. */
export function everywhere(): Dies {
  const passed = new Map<string, number>();
  return (point) => {
    const times = passed.get(point) ?? 0;
    passed.set(point, times + 1);
    return (['before', 'after'] as const)[times] ?? null;
  };
}

/** Dies at one write of the journal, counted from 1. */
export function atWrite(which: number, when: 'before' | 'after'): Dies {
  let count = 0;
  return (point) => (point.startsWith('write ') && ++count === which ? when : null);
}

/** Meets what a process asks of the cloud, on its way there. */
export class Meddler {
  #key = '';
  #mishap: Mishap = {};
  readonly #seen = new Set<string>();
  readonly #stumbled = new Set<string>();
  /** The change that was to come to a bad end has been asked for. */
  #failed = false;

  /** Another process begins, or goes on with, the operation of this key. */
  begin(key: string, mishap: Mishap): void {
    if (key !== this.#key) {
      this.#seen.clear();
      this.#failed = false;
    }
    this.#stumbled.clear();
    this.#key = key;
    this.#mishap = mishap;
  }

  /** Whether the process dies at a point. */
  dies(point: string): 'before' | 'after' | null {
    const { dies, failChange } = this.#mishap;
    return failChange === undefined || this.#failed ? (dies?.(point) ?? null) : null;
  }

  /** @see Outcome.changes */
  get changes(): number {
    return this.#seen.size;
  }

  /** Sees a request before the cloud does, orders what is to go wrong with it, and says when the process dies of it. */
  meet({ lab }: Cloudlab, method: string, url: URL): 'before' | 'after' | null {
    if (method === 'GET' || /\/(listManagedInstances|getHealth|listInstances|wait)$/.test(url.pathname)) return null;
    const change = `${method} ${url.pathname}`;
    const request = url.searchParams.get('requestId') ?? change;
    const isNew = !this.#seen.has(request);
    const fails = isNew && this.#seen.size + 1 === this.#mishap.failChange;
    this.#failed ||= fails;
    const dies = this.dies(`change ${request}`);
    if (dies === 'before') return dies;
    if (isNew) {
      this.#seen.add(request);
      if (fails)
        lab.faults.add({
          kind: 'fail-operation',
          code: 'PERMISSIONS_ERROR',
          message: 'Required permission is missing.',
          count: 1,
        });
    }
    this.#stumble(lab.faults, change);
    return dies;
  }

  #stumble(faults: Cloudlab['lab']['faults'], change: string): void {
    if (!this.#mishap.stumbling || this.#stumbled.has(change)) return;
    this.#stumbled.add(change);
    const which = this.#stumbled.size % 3;
    if (which === 0) faults.add({ kind: 'fail-operation', code: 'INTERNAL_ERROR', message: 'Try again.', count: 1 });
    else if (which === 1)
      faults.add({ kind: 'fail-request', status: 503, reason: 'backendError', message: 'Backend error', count: 2 });
    else faults.add({ kind: 'fail-request', status: 403, reason: 'rateLimitExceeded', message: 'Slow down', count: 1 });
  }
}

/** One request of the cloud's own API below project `p`, not meddled with. */
export async function ask(model: Cloudlab, method: string, path: string, body?: object): Promise<Json> {
  const [pathname = '', query] = path.split('?');
  const answer = await model.handle({
    method,
    path: `/compute/v1/projects/p/${pathname}`,
    query: Object.fromEntries(new URLSearchParams(query)),
    headers: {},
    body: body === undefined ? '' : JSON.stringify(body),
  });
  const read = JSON.parse(JSON.stringify(answer.body)) as Json;
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(read)}`);
  return read;
}

/** Everything that exists as the API shows it, without what differs from run to run by itself, and without fields named here. */
export async function resources(world: World, ...without: readonly string[]): Promise<Record<string, unknown>> {
  const { store } = world.model.lab;
  const all: Record<string, unknown> = {};
  const instances: Record<string, number> = {};
  for (const path of Object.keys(store.state.resources)) {
    const short = path.replace('projects/p/', '');
    if (short.includes('/instances/')) {
      const record = store.state.managed[path];
      const kind = `${record?.group.split('/').at(-1) || short} of ${record?.template.split('/').at(-1) ?? '?'}`;
      instances[named(kind)] = (instances[named(kind)] ?? 0) + 1;
    } else if (!short.includes('/disks/'))
      all[named(short)] = withoutNoise(await ask(world.model, 'GET', short), without);
  }
  const traffic = Object.fromEntries([...(await world.traffic())].map(([name, record]) => [name, withoutTime(record)]));
  return { ...all, instances, traffic };
}

/** Changes that the cloud carried out since a beginning, as `type target`, sorted: each line is one. */
export function changesSince(world: World, beginning: Beginning): string[] {
  return Object.entries(world.model.lab.store.state.operations)
    .filter(([path]) => !Object.hasOwn(beginning.state.operations, path))
    .map(
      ([, { document }]) =>
        `${document.operationType} ${named(document.targetLink.split('/projects/p/').at(-1) ?? '')}`,
    )
    .toSorted();
}

const NOISE = new Set([
  'id',
  'creationTimestamp',
  'fingerprint',
  'labelFingerprint',
  'updateTime',
  'recommendedSize',
  'status',
  'statusDetails',
  'scalingScheduleStatus',
]);

/** Names without the parts that come from the time of an operation, its id, or chance. */
const named = (text: string): string =>
  text
    .replace(/(-v\d{3})-(\d{8}|[0-9a-f]{8})\b/g, '$1-*')
    .replace(/(-v\d{3})-[a-z0-9]{4}\b/g, '$1-*')
    .replace(/\boperation [0-9A-Z]{26}\b/, 'operation *');

function withoutNoise(value: unknown, without: readonly string[]): unknown {
  if (typeof value === 'string') return named(value);
  if (Array.isArray(value)) {
    const inner = value.map((one) => withoutNoise(one, without));
    return inner.every((one) => typeof one === 'string') ? inner.toSorted() : inner;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !NOISE.has(key) && !without.includes(key) && inner !== undefined && inner !== null)
      .map(([key, inner]) => [key, key === 'gennaker-operation' ? '*' : withoutNoise(inner, without)]),
  );
}

function withoutTime({ drainingUntil: _, ...record }: TrafficRecord): object {
  return record;
}
