import { setTimeout as sleep } from 'node:timers/promises';
import { executionViewSchema, type ExecutionView } from '@gennaker/contracts/execution';
import { isComplete, type Status } from '@gennaker/contracts/status';
import { z } from 'zod';
import { Chronicle } from './chronicle.ts';
import type { Deed, Kind } from './kinds.ts';
import { outcomeOf, shapeOf } from './outcome.ts';

const startedSchema = z.looseObject({ ref: z.string() });
const viewsSchema = z.array(executionViewSchema);

/** In a shape: something waits by the clock, or for an execution that it started. */
const WAITING = / (wait|pipeline|runMultiplePipelines) RUNNING/;
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
  /** As it was seen last. */
  status?: Status;
  /** It waits for a person whom the driver plays, and who has not answered yet. */
  asked: boolean;
  acting: boolean;
  /** Version at which it had ended before it was restarted. */
  endedBefore?: number;
  idled: boolean;
}

/** Starts pipelines, plays the people of their judgments, and watches by the public API alone how they end. */
export class Driver {
  readonly driven: Driven[] = [];
  /** Executions seen to do nothing though nothing kept them from it. */
  readonly idle: string[] = [];
  readonly chronicle: Chronicle;
  /** The last request that was not taken, in words. */
  refusal = '';
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
      if (answer.ok) return text;
      this.refusal = `${method} ${path} was answered ${answer.status}: ${text.slice(0, 500)}`;
      return undefined;
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
    one.status = execution.status;
    const stageId = momentOf(one.kind, execution);
    if (stageId !== undefined && !one.acting) {
      one.acting = true;
      one.asked = true;
      if (isComplete(execution.status)) one.endedBefore = execution.version ?? 0;
      void this.#act(one, stageId);
    }
    if (!isComplete(execution.status) || execution.version === one.endedBefore) return;
    one.outcome = outcomeOf(execution);
    one.version = execution.version ?? 0;
  }

  async #act(one: Driven, stageId: string): Promise<void> {
    for (const deed of one.kind.people?.do ?? []) await this.#do(one, stageId, deed);
    one.asked = false;
    one.changedAt = Date.now();
  }

  async #do(one: Driven, stageId: string, deed: Deed): Promise<void> {
    const path = `/pipelines/${one.id ?? ''}`;
    const key = `${deed}-${one.tag}`;
    switch (deed) {
      case 'continue':
      case 'stop':
        return void (await this.#insist('PATCH', `${path}/stages/${stageId}`, key, { judgmentStatus: deed }));
      case 'restart':
        return void (await this.#insist('PUT', `${path}/stages/${stageId}/restart`, key, {}));
      case 'cancel':
        return void (await this.#insist('PUT', `${path}/cancel`, key, undefined));
      case 'pause':
      case 'resume': {
        await this.#insist('PUT', `${path}/${deed}`, key, undefined);
        const wanted = deed === 'pause' ? 'PAUSED' : 'RUNNING';
        while (!this.#ended && one.status !== wanted) await sleep(50);
      }
    }
  }

  /** `at`: when the execution was looked at, epoch ms. */
  #findIdle(one: Driven, at: number): void {
    const calm = this.#calmSince;
    if (calm === undefined || one.outcome !== undefined || one.asked || one.idled) return;
    const since = Math.max(calm, one.changedAt, this.chronicle.lastAt.get(one.id ?? '') ?? 0);
    // What waits by the clock, or for others, is not to go on before.
    const waits = WAITING.test(one.shape) ? one.kind.longestWaitMs : 0;
    if (at - since < this.#idleMs + waits) return;
    one.idled = true;
    this.idle.push(
      `${one.kind.name} ${one.id}: nothing for ${at - since} ms at ${new Date(at).toISOString()}: ${one.shape}`,
    );
  }
}

/** The stage that people act on, once their moment has come. */
function momentOf({ people }: Kind, { status, stages }: ExecutionView): string | undefined {
  if (people === undefined) return undefined;
  if (people.at === 'end')
    return isComplete(status) ? stages.find((stage) => stage.status === 'TERMINAL')?.id : undefined;
  const stage = stages.find(({ type }) => type === people.at);
  const isThere = people.at === 'manualJudgment' || stage?.context['executionId'] !== undefined;
  return stage?.status === 'RUNNING' && isThere ? stage.id : undefined;
}
