import { z } from 'zod';
import { CloudProblem } from './problem.ts';

const count = z.number().int().min(1).default(1);

/** Body of POST /lab/v1/faults: one thing that goes wrong from now on. */
export const fault = z.discriminatedUnion('kind', [
  /** Every operation takes this long from now on. */
  z.object({ kind: z.literal('operation-latency'), ms: z.number().min(0).max(3_600_000) }),
  /** The next `count` operations fail in `operation.error`. */
  z.object({
    kind: z.literal('fail-operation'),
    operationType: z.string().optional(),
    targetContains: z.string().optional(),
    code: z.string().default('INTERNAL_ERROR'),
    message: z.string().default('Internal error. Please try again or contact Google Support.'),
    count,
  }),
  /** The next `count` requests are answered with this error. */
  z.object({
    kind: z.literal('fail-request'),
    method: z.string().optional(),
    pathContains: z.string().optional(),
    status: z.number().int().min(400).max(599).default(503),
    reason: z.string().default('backendError'),
    message: z.string().default('Backend error'),
    count,
  }),
  /** Instances cannot be created in the zone until cleared, or `count` times. */
  z.object({ kind: z.literal('stock-out'), zone: z.string(), count: z.number().int().min(1).optional() }),
  /** The next `count` instances take `ms` longer to boot. */
  z.object({
    kind: z.literal('slow-boot'),
    ms: z.number().min(0).max(3_600_000),
    count: z.number().int().min(1).optional(),
  }),
  /** The next `count` boots, or all until cleared, fail: of instances whose name or image contains the text. */
  z.object({
    kind: z.literal('fail-boot'),
    contains: z.string().optional(),
    code: z.string().default('BOOT_FAILED'),
    message: z.string().default('The instance did not boot.'),
    count: z.number().int().min(1).optional(),
  }),
  /** Kills the program of one instance now. */
  z.object({ kind: z.literal('crash-instance'), instance: z.string() }),
  /** Requests beyond so many a minute are answered 403 rateLimitExceeded, until cleared; reads and changes count apart. */
  z.object({ kind: z.literal('rate-limit'), requestsPerMinute: z.number().int().min(0).max(1_000_000) }),
  /** A zone or region does not answer until cleared: requests to it are answered 503, lists over all scopes leave it out. */
  z.object({ kind: z.literal('unreachable'), scope: z.string().regex(/^(zones|regions)\/[-a-z0-9]+$/) }),
  z.object({ kind: z.literal('clear') }),
]);
/** @see fault */
export type Fault = z.infer<typeof fault>;

type Waiting = Exclude<
  Fault,
  { kind: 'rate-limit' | 'operation-latency' | 'unreachable' | 'clear' | 'crash-instance' }
> & {
  left: number;
};

/** What has been ordered to go wrong. */
export class Faults {
  #waiting: Waiting[] = [];
  /** Latency of operations in milliseconds; undefined leaves the configured one. */
  latencyMs: number | undefined;
  #perMinute: number | undefined;
  readonly #unreachable = new Set<string>();
  /** Times of the last minute's requests. */
  readonly #times = { read: [] as number[], change: [] as number[] };

  /** Takes an order; `crash-instance` is the caller's to carry out. */
  add(order: Fault): void {
    if (order.kind === 'clear') {
      this.#waiting = [];
      this.latencyMs = undefined;
      this.#perMinute = undefined;
      this.#unreachable.clear();
    } else if (order.kind === 'operation-latency') this.latencyMs = order.ms;
    else if (order.kind === 'rate-limit') this.#perMinute = order.requestsPerMinute;
    else if (order.kind === 'unreachable') this.#unreachable.add(order.scope);
    else if (order.kind !== 'crash-instance') {
      this.#waiting.push({ ...order, left: order.count ?? Number.POSITIVE_INFINITY });
    }
  }

  /** What still waits to go wrong. */
  list(): unknown {
    return {
      operationLatencyMs: this.latencyMs ?? null,
      requestsPerMinute: this.#perMinute ?? null,
      unreachable: [...this.#unreachable],
      waiting: this.#waiting.map(({ left, ...order }) => ({ ...order, left: Number.isFinite(left) ? left : null })),
    };
  }

  /** @throws CloudProblem when this request was to fail, or is one too many; `now` in milliseconds since the epoch */
  request(method: string, path: string, now: number): void {
    this.#limit(method === 'GET' ? 'read' : 'change', now);
    const hit = this.#take(
      (order) =>
        order.kind === 'fail-request' && (order.method ?? method) === method && path.includes(order.pathContains ?? ''),
    );
    if (hit?.kind === 'fail-request') throw new CloudProblem(hit.status, hit.reason, hit.message);
    const silent = [...this.#unreachable].find((scope) => `${path}/`.includes(`/${scope}/`));
    if (silent !== undefined) throw new CloudProblem(503, 'backendError', `${silent} does not answer`);
  }

  /** Zones and regions that do not answer, such as `zones/us-central1-a`. */
  get unreachable(): ReadonlySet<string> {
    return this.#unreachable;
  }

  /** Code and message when this operation is to fail. */
  operation(type: string, target: string): { readonly code: string; readonly message: string } | undefined {
    const hit = this.#take(
      (order) =>
        order.kind === 'fail-operation' &&
        (order.operationType ?? type) === type &&
        target.includes(order.targetContains ?? ''),
    );
    return hit?.kind === 'fail-operation' ? { code: hit.code, message: hit.message } : undefined;
  }

  /** Whether the zone has no room for the next instance. */
  stockOut(zone: string): boolean {
    return this.#take((order) => order.kind === 'stock-out' && order.zone === zone) !== undefined;
  }

  /** Code and message when this boot is to fail. @param about name and image of the instance */
  boot(about: string): { readonly code: string; readonly message: string } | undefined {
    const hit = this.#take((order) => order.kind === 'fail-boot' && about.includes(order.contains ?? ''));
    return hit?.kind === 'fail-boot' ? { code: hit.code, message: hit.message } : undefined;
  }

  /** Extra boot time of the next instance in milliseconds. */
  slowBootMs(): number {
    const hit = this.#take((order) => order.kind === 'slow-boot');
    return hit?.kind === 'slow-boot' ? hit.ms : 0;
  }

  #limit(kind: 'read' | 'change', now: number): void {
    if (this.#perMinute === undefined) return;
    const recent = this.#times[kind].filter((time) => now - time < 60_000);
    const refused = recent.length >= this.#perMinute;
    this.#times[kind] = refused ? recent : [...recent, now];
    if (!refused) return;
    throw new CloudProblem(
      403,
      'rateLimitExceeded',
      `Rate Limit Exceeded: ${this.#perMinute} ${kind} requests a minute are allowed. Wait, then try again.`,
    );
  }

  #take(matches: (order: Waiting) => boolean): Waiting | undefined {
    const hit = this.#waiting.find(matches);
    if (hit === undefined) return undefined;
    hit.left--;
    if (hit.left <= 0) this.#waiting = this.#waiting.filter((order) => order !== hit);
    return hit;
  }
}
