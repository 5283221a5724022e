import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { closedLoop } from '../../closed-loop.ts';
import { WEBHOOKS } from '../../webhook-pipelines.ts';

/** Connections at most; an open loop opens more only while answers are late. */
const CONNECTIONS = 256;
const TICK_MS = 2;

/** Sends webhooks, each with a delivery id of its own, and looks at every answer. */
export class WebhookLoad {
  readonly #pool: Pool;
  readonly #check: (answer: string) => boolean;
  #sent = 0;

  /** `check`: does an answer say what it should? */
  constructor(url: string, check: (answer: string) => boolean) {
    this.#pool = new Pool(url, { connections: CONNECTIONS, pipelining: 1 });
    this.#check = check;
  }

  /** Webhooks a second when so many are always in flight. */
  async capacity(count: number, inFlight: number): Promise<number> {
    const { ms } = await closedLoop(count, inFlight, () => this.#send());
    return (count / ms) * 1_000;
  }

  /**
   * Milliseconds until each answer, when webhooks are sent at this rate whether answers come or not. They count from when a
   * webhook was due, so that a late sender hides nothing.
   */
  async latencies(perSecond: number, seconds: number): Promise<number[]> {
    const count = Math.round(perSecond * seconds);
    const took: number[] = [];
    const open: Promise<void>[] = [];
    const began = performance.now();
    for (let index = 0; index < count;) {
      const due = Math.min(count, Math.floor(((performance.now() - began) / 1_000) * perSecond) + 1);
      for (; index < due; index++) {
        const at = began + (index / perSecond) * 1_000;
        open.push(this.#send().then(() => void took.push(performance.now() - at)));
      }
      await sleep(TICK_MS);
    }
    await Promise.all(open);
    return took;
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #send(): Promise<void> {
    const number = this.#sent++;
    const { statusCode, body } = await this.#pool.request({
      path: WEBHOOKS.path,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `bench-${number}` },
      body: JSON.stringify({ number, branch: 'main', commit: number.toString(16).padStart(40, '0') }),
    });
    const text = await body.text();
    if (statusCode !== 200 || !this.#check(text))
      throw new Error(`A webhook was answered ${statusCode}: ${text.slice(0, 500)}`);
  }
}
