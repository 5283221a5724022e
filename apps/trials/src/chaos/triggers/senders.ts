import { setTimeout as sleep } from 'node:timers/promises';
import { eventAnswerSchema } from '@gennaker/contracts/echo';
import { Pool } from 'undici';
import { WEBHOOKS } from '../../webhook-pipelines.ts';

/** What senders were answered, by the number of the webhook. */
export interface Sent {
  /** Answers of success. */
  readonly answers: number;
  /** Calls that failed, or were refused for the moment, and were made again. */
  readonly retried: number;
  /** Executions that the answers to one webhook named: more than one is wrong. */
  readonly named: ReadonlyMap<number, ReadonlySet<string>>;
  /** Answers that said nothing of why the other pipeline did not start. */
  readonly withoutReason: number;
  /** Webhooks of which no answer ever came, in words. */
  readonly unanswered: readonly string[];
}

/** How the webhooks are sent. */
export interface SendOptions {
  readonly gate: string;
  readonly webhooks: number;
  readonly connections: number;
  readonly random: () => number;
  /** Told after each answer, with how many there were. */
  readonly progress: (answers: number) => void;
}

const PAUSE_MS = 150;
const TIMEOUT_MS = 20_000;
/** A sender gives up after this long, which is far longer than anything is away. */
const GIVE_UP_MS = 120_000;

/**
 * Sends each webhook twice under one delivery id: at the same moment, soon after, or much later. What is not answered with
 * success is sent again, as senders of webhooks do.
 */
export async function sendTwice({ gate, webhooks, connections, random, progress }: SendOptions): Promise<Sent> {
  const later = (): number => {
    const kind = random();
    return kind < 0.4 ? 0 : kind < 0.8 ? random() * connections * 4 : random() * webhooks;
  };
  const queue = Array.from({ length: webhooks }, (_, number) => [
    { number, at: number },
    { number, at: number + later() },
  ])
    .flat()
    .sort((a, b) => a.at - b.at);
  const pool = new Pool(gate, { connections, pipelining: 1 });
  const named = new Map<number, Set<string>>();
  const unanswered: string[] = [];
  let [answers, retried, withoutReason, next] = [0, 0, 0, 0];
  const deliver = async (number: number): Promise<void> => {
    const until = performance.now() + GIVE_UP_MS;
    let why = '';
    while (performance.now() < until) {
      const answer = await post(pool, number).catch((error: unknown) => String(error));
      if (typeof answer !== 'string') {
        answers++;
        const ids = answer.matches.flatMap(({ executionId }) => executionId ?? []);
        named.set(number, new Set([...(named.get(number) ?? []), ...ids]));
        const refused = answer.matches.find(({ pipeline }) => pipeline === WEBHOOKS.refused);
        if (answer.eventProcessed && !refused?.reason.summary.includes('never')) withoutReason++;
        progress(answers);
        return;
      }
      why = answer;
      retried++;
      await sleep(PAUSE_MS);
    }
    unanswered.push(`webhook ${number}: ${why}`);
  };
  const lane = async (): Promise<void> => {
    for (let one = queue[next++]; one; one = queue[next++]) await deliver(one.number);
  };
  try {
    await Promise.all(Array.from({ length: connections }, lane));
  } finally {
    await pool.destroy();
  }
  return { answers, retried, named, withoutReason, unanswered };
}

async function post(pool: Pool, number: number) {
  const { statusCode, body } = await pool.request({
    path: WEBHOOKS.path,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': `delivery-${number}` },
    body: JSON.stringify({ number, parameters: { number } }),
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${statusCode} ${text.slice(0, 300)}`);
  return eventAnswerSchema.parse(JSON.parse(text));
}
