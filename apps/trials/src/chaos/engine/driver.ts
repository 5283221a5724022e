import { setTimeout as sleep } from 'node:timers/promises';
import { isComplete } from '@gennaker/contracts/status';
import { z } from 'zod';
import type { Kind } from './kinds.ts';

const startedSchema = z.looseObject({ ref: z.string() });
const executionSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  stages: z.array(z.looseObject({ id: z.string(), refId: z.string(), type: z.string(), status: z.string() })),
});
type Execution = z.infer<typeof executionSchema>;

const POLL_MS = 400;
const CALL_MS = 8_000;

/** An execution that the driver started. */
interface Driven {
  readonly kind: Kind;
  readonly tag: string;
  id?: string;
  /** What it ended as; absent while it runs. */
  outcome?: string;
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

  constructor(options: { urls: readonly string[]; receiver: string; idleMs: number }) {
    this.#urls = options.urls;
    this.#receiver = options.receiver;
    this.#idleMs = options.idleMs;
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
    one.id = startedSchema.parse(JSON.parse(text)).ref.split('/').at(-1) ?? '';
    one.changedAt = Date.now();
  }

  get running(): number {
    return this.driven.filter(({ outcome }) => outcome === undefined).length;
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#polling;
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
        const ids = open.slice(at, at + 50).map(({ id }) => id ?? '');
        const text = await this.#call('GET', `/pipelines?executionIds=${ids.join(',')}`, '');
        if (text === undefined) continue;
        for (const execution of z.array(executionSchema).parse(JSON.parse(text))) {
          const one = open.find(({ id }) => id === execution.id);
          if (one) this.#see(one, execution);
        }
      }
      this.#findIdle(open);
      await sleep(POLL_MS);
    }
  }

  #see(one: Driven, execution: Execution): void {
    const shape = shapeOf(execution);
    if (shape !== one.shape) {
      one.shape = shape;
      one.changedAt = Date.now();
    }
    if (isComplete(execution.status as Parameters<typeof isComplete>[0])) one.outcome = shape;
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

  #findIdle(open: readonly Driven[]): void {
    const calm = this.#calmSince;
    if (calm === undefined) return;
    for (const one of open) {
      if (one.asked || one.idled || Date.now() - Math.max(calm, one.changedAt) < this.#idleMs) continue;
      one.idled = true;
      this.idle.push(`${one.kind.name} ${one.id}: ${one.shape}`);
    }
  }
}

/** An execution's status and those of its stages, in words that are the same for each run of the same pipeline. */
function shapeOf({ status, stages }: Execution): string {
  const words = stages.map((stage) => `${stage.refId} ${stage.type} ${stage.status}`).sort();
  return [status, ...words].join('; ');
}
