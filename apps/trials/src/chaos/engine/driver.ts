import { setTimeout as sleep } from 'node:timers/promises';
import { executionViewSchema, type ExecutionView } from '@gennaker/contracts/execution';
import { isComplete } from '@gennaker/contracts/status';
import { z } from 'zod';
import { Chronicle } from './chronicle.ts';
import type { Kind } from './kinds.ts';
import { outcomeOf, shapeOf } from './outcome.ts';

const startedSchema = z.looseObject({ ref: z.string() });
const viewsSchema = z.array(executionViewSchema);

const POLL_MS = 400;
const CALL_MS = 8_000;

/** An execution that the driver started. */
interface Driven {
  readonly kind: Kind;
  readonly tag: string;
  id?: string;
  /** What it ended as; absent while it runs. */
  outcome?: string;
  /** Sequence of its last event, as its end showed it. */
  version?: number;
  shape: string;
  changedAt: number;
  /** It waits for a person whom the driver plays, and who has not answered yet. */
  asked: boolean;
  acting: boolean;
  idled: boolean;
}

/** Starts pipelines, plays the people of their judgments, and watches by the public API alone how they end. */
export class Driver {
  readonly driven: Driven[] = [];
  /** Executions seen to do nothing though nothing kept them from it. */
  readonly idle: string[] = [];
  readonly chronicle: Chronicle;
  /** Keyed requests are sent twice while this holds. */
  twice = false;
  readonly #urls: readonly string[];
  readonly #receiver: string;
  /** Since when no fault is under way, epoch ms; undefined while one is. */
  #calmSince: number | undefined = Date.now();
  readonly #idleMs: number;
  #turn = 0;
  #ended = false;
  readonly #polling: Promise<void>;

  /** `idleMs`: how long a runnable execution may do nothing. */
  constructor(options: { urls: readonly string[]; receiver: string; idleMs: number }) {
    this.#urls = options.urls;
    this.#receiver = options.receiver;
    this.#idleMs = options.idleMs;
    this.chronicle = new Chronicle(options.urls);
    this.#polling = this.#poll();
  }

  /** A fault begins, or has ended. */
  set fault(underWay: boolean) {
    this.#calmSince = underWay ? undefined : Date.now();
  }

  /** Starts a pipeline, however often it takes, under one key. */
  async start(kind: Kind, tag: string): Promise<void> {
    const one: Driven = { kind, tag, shape: '', changedAt: Date.now(), asked: false, acting: false, idled: false };
    this.driven.push(one);
    const body = { application: 'chaos', name: kind.name, stages: kind.stages(tag, this.#receiver) };
    const text = await this.#insist('POST', '/orchestrate', `start-${tag}`, body);
    if (text === undefined) return;
    one.changedAt = Date.now();
    one.id = startedSchema.parse(JSON.parse(text)).ref.split('/').at(-1) ?? '';
  }

  get running(): number {
    return this.driven.filter(({ outcome }) => outcome === undefined).length;
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await Promise.all([this.#polling, this.chronicle.stop()]);
  }

  /** Sends a request to one orca after the other until one takes it. Undefined when the driver is stopped meanwhile. */
  async #insist(method: string, path: string, key: string, body: unknown): Promise<string | undefined> {
    while (!this.#ended) {
      const answers = await Promise.all(
        Array.from({ length: this.twice ? 2 : 1 }, () => this.#call(method, path, key, body)),
      );
      const taken = answers.find((answer) => answer !== undefined);
      if (taken !== undefined) return taken;
      await sleep(250);
    }
    return undefined;
  }

  async #call(method: string, path: string, key: string, body?: unknown): Promise<string | undefined> {
    const url = this.#urls[this.#turn++ % this.#urls.length];
    try {
      const answer = await fetch(`${url}${path}`, {
        method,
        signal: AbortSignal.timeout(CALL_MS),
        headers: { 'content-type': 'application/json', ...(key ? { 'idempotency-key': key } : {}) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return answer.ok ? text : undefined;
    } catch {
      return undefined;
    }
  }

  async #poll(): Promise<void> {
    while (!this.#ended) {
      const open = this.driven.filter((one) => one.id !== undefined && one.outcome === undefined);
      for (let at = 0; at < open.length; at += 50) {
        const some = open.slice(at, at + 50);
        const ids = some.map(({ id }) => id ?? '');
        const asked = Date.now();
        const text = await this.#call('GET', `/pipelines?executionIds=${ids.join(',')}`, '');
        if (text === undefined) continue;
        const views = viewsSchema.parse(JSON.parse(text));
        for (const one of some) {
          const view = views.find(({ id }) => id === one.id);
          if (view) this.#see(one, view);
          this.#findIdle(one, asked);
        }
      }
      await sleep(POLL_MS);
    }
  }

  #see(one: Driven, execution: ExecutionView): void {
    const shape = shapeOf(execution);
    if (shape !== one.shape) {
      one.shape = shape;
      one.changedAt = Date.now();
    }
    if (isComplete(execution.status)) {
      one.outcome = outcomeOf(execution);
      one.version = execution.version ?? 0;
    }
    const judgment = execution.stages.find(({ type, status }) => type === 'manualJudgment' && status === 'RUNNING');
    if (judgment && !one.acting) {
      one.acting = true;
      one.asked = true;
      void this.#act(one, judgment.id);
    }
  }

  async #act(one: Driven, stageId: string): Promise<void> {
    const path = `/pipelines/${one.id ?? ''}`;
    if (one.kind.atJudgment === 'cancel') await this.#insist('PUT', `${path}/cancel`, `cancel-${one.tag}`, undefined);
    else
      await this.#insist('PATCH', `${path}/stages/${stageId}`, `judge-${one.tag}`, {
        judgmentStatus: one.kind.atJudgment ?? 'continue',
      });
    one.asked = false;
    one.changedAt = Date.now();
  }

  /** `at`: when the execution was looked at, epoch ms. */
  #findIdle(one: Driven, at: number): void {
    const calm = this.#calmSince;
    if (calm === undefined || one.outcome !== undefined || one.asked || one.idled) return;
    const since = Math.max(calm, one.changedAt, this.chronicle.lastAt.get(one.id ?? '') ?? 0);
    // What waits by the clock is not to go on before.
    const waits = / wait RUNNING/.test(one.shape) ? one.kind.longestWaitMs : 0;
    if (at - since < this.#idleMs + waits) return;
    one.idled = true;
    this.idle.push(
      `${one.kind.name} ${one.id}: nothing for ${at - since} ms at ${new Date(at).toISOString()}: ${one.shape}`,
    );
  }
}
