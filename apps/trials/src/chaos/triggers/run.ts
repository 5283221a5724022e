import { setTimeout as sleep } from 'node:timers/promises';
import { equal, type ReportRow } from '@gennaker/app-demo/report';
import type { StoredEvent } from '@gennaker/contracts/echo';
import type { ExecutionView } from '@gennaker/contracts/execution';
import type { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';
import { isComplete } from '@gennaker/contracts/status';
import { type ServiceProcess, type ServiceProcesses, startServiceProcesses } from '../../service-processes.ts';
import { makeWebhookPipelines, WEBHOOKS } from '../../webhook-pipelines.ts';
import { generator } from '../random.ts';
import { plantInEcho, type TriggerPlant } from './plants.ts';
import { type Sent, sendTwice } from './senders.ts';

/** How many webhooks, and how hard. */
export interface TriggerChaosOptions {
  readonly webhooks: number;
  readonly connections: number;
  readonly seed: number;
  readonly plant: TriggerPlant | undefined;
  /** Folder for what the services say. */
  readonly logs?: string | undefined;
  readonly say: (text: string) => void;
}

/** What is killed when, as a share of the answers that there are to be. */
const KILLS: readonly { readonly at: number; readonly services: readonly string[] }[] = [
  { at: 0.2, services: ['gate'] },
  { at: 0.4, services: ['echo'] },
  { at: 0.6, services: ['gate', 'echo'] },
  { at: 0.8, services: ['echo'] },
];
/** A short run has room for the worst of them alone. */
const SHORT = 1_000;
const killsOf = (webhooks: number): typeof KILLS =>
  webhooks < SHORT ? KILLS.filter(({ services }) => services.length > 1) : KILLS;
/** What was answered late is settled within this time. */
const SETTLE_MS = 60_000;
const PAGE = 1_000;

/** Sends webhooks, each twice, to a gate and an echo that are killed meanwhile; answers what was counted through gate's API. */
export async function triggerChaos(options: TriggerChaosOptions): Promise<ReportRow[]> {
  const { webhooks, connections, say } = options;
  const system = await startServiceProcesses({
    database: 'triggers',
    groups: [['front50', 'orca'], ['echo'], ['gate']],
    logs: options.logs,
  });
  try {
    const gate = await makeWebhookPipelines(system.url('gate'));
    if (options.plant) await plantInEcho(options.plant, system.databaseUrl);
    const kills = new Kills(system, killsOf(webhooks), webhooks * 2, say);
    const began = performance.now();
    const sent = await sendTwice({
      ...{ gate: system.url('gate'), webhooks, connections, random: generator(options.seed) },
      progress: (answers) => kills.when(answers),
    });
    await kills.done();
    const seconds = (performance.now() - began) / 1_000;
    say(`${sent.answers} answers in ${seconds.toFixed(1)} s, ${sent.retried} calls were made again; now counting`);
    await settled(gate, webhooks);
    const [executions, events] = [await allExecutions(gate), await allEvents(gate)];
    return rowsOf({ sent, executions, events, kills: kills.count, seconds, options });
  } finally {
    await system.stop();
  }
}

/** Kills processes as answers come in, and starts them again. */
class Kills {
  count = 0;
  readonly #system: ServiceProcesses;
  readonly #of: number;
  readonly #say: (text: string) => void;
  readonly #open: (typeof KILLS)[number][];
  #under: Promise<void> = Promise.resolve();

  constructor(system: ServiceProcesses, kills: typeof KILLS, of: number, say: (text: string) => void) {
    this.#system = system;
    this.#open = [...kills];
    this.#of = of;
    this.#say = say;
  }

  when(answers: number): void {
    const [next] = this.#open;
    if (!next || answers < next.at * this.#of) return;
    this.#open.shift();
    this.#say(`${String(answers).padStart(6)} answers: kill -9 of ${next.services.join(' and ')}`);
    this.#under = this.#under.then(() => this.#kill(next.services));
  }

  /** Answers when all are up again. @throws Error when one does not start */
  done(): Promise<void> {
    return this.#under;
  }

  async #kill(services: readonly string[]): Promise<void> {
    const hit = this.#system.processes.filter((one: ServiceProcess) =>
      one.services.some((service) => services.includes(service)),
    );
    await Promise.all(hit.map((one) => one.kill()));
    this.count += hit.length;
    await sleep(300);
    await Promise.all(hit.map((one) => one.start()));
  }
}

/** Waits until there are as many executions as there should be and all have ended, or until that will not come. */
async function settled(gate: Client<typeof gateApi>, webhooks: number): Promise<void> {
  const until = performance.now() + SETTLE_MS;
  let [before, changed] = ['', performance.now()];
  while (performance.now() < until) {
    const executions = await allExecutions(gate);
    const running = executions.filter(({ status }) => !isComplete(status)).length;
    if (executions.length >= webhooks && running === 0) return;
    const now = `${executions.length} ${running}`;
    if (now !== before) [before, changed] = [now, performance.now()];
    // Outbox and sweeps look again within seconds: what does not come after this does not come.
    if (performance.now() - changed > 12_000) return;
    await sleep(500);
  }
}

async function allExecutions(gate: Client<typeof gateApi>): Promise<ExecutionView[]> {
  const all: ExecutionView[] = [];
  for (let after: string | undefined; ;) {
    const page = await gate.searchAllExecutions({
      query: { application: WEBHOOKS.application, size: PAGE, ...(after === undefined ? {} : { after }) },
    });
    all.push(...page.executions.filter(({ type }) => type === 'PIPELINE'));
    after = page.next;
    if (after === undefined) return all;
  }
}

async function allEvents(gate: Client<typeof gateApi>): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for (;;) {
    const before = all.at(-1)?.id;
    const page = await gate.eventHistory({
      query: { type: 'webhook', source: WEBHOOKS.source, limit: PAGE, ...(before === undefined ? {} : { before }) },
    });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}

interface Seen {
  readonly sent: Sent;
  readonly executions: readonly ExecutionView[];
  readonly events: readonly StoredEvent[];
  readonly kills: number;
  readonly seconds: number;
  readonly options: TriggerChaosOptions;
}

const numberOf = (content: unknown): number =>
  typeof content === 'object' && content !== null && 'number' in content ? Number(content.number) : Number.NaN;

/** What was counted, against what must be. */
function rowsOf({ sent, executions, events, kills, seconds, options }: Seen): ReportRow[] {
  const { webhooks, say } = options;
  const started = new Map<number, string[]>();
  for (const { id, trigger } of executions) {
    const number = numberOf(trigger['payload']);
    started.set(number, [...(started.get(number) ?? []), id]);
  }
  const logged = new Map<number, StoredEvent[]>();
  for (const event of events) {
    const number = numberOf(event.content);
    logged.set(number, [...(logged.get(number) ?? []), event]);
  }
  const numbers = Array.from({ length: webhooks }, (_, number) => number);
  const count = (what: string, wrong: (number: number) => boolean): number => {
    const found = numbers.filter(wrong);
    if (found.length > 0) say(`${what}: ${found.slice(0, 5).join(', ')}${found.length > 5 ? ', ...' : ''}`);
    return found.length;
  };
  const accounted = (event: StoredEvent): boolean => {
    const [hit] = event.matches.filter((match) => match.started);
    const refused = event.matches.find(({ pipeline }) => pipeline === WEBHOOKS.refused);
    const executed = hit?.executionId !== undefined && started.get(numberOf(event.content))?.includes(hit.executionId);
    return executed === true && refused?.started === false && refused.reason.summary !== '';
  };
  for (const text of sent.unanswered.slice(0, 5)) say(text);
  return [
    equal('deliveries answered', sent.answers, webhooks * 2),
    equal('processes killed in the middle', kills, killsOf(webhooks).flatMap(({ services }) => services).length),
    equal('executions', executions.length, webhooks),
    equal(
      'webhooks without an execution',
      count('no execution', (number) => !started.has(number)),
      0,
    ),
    equal(
      'webhooks with more than one execution',
      count('more than one execution', (number) => (started.get(number)?.length ?? 0) > 1),
      0,
    ),
    equal('executions that did not succeed', executions.filter(({ status }) => status !== 'SUCCEEDED').length, 0),
    equal(
      'answers that named another execution than there is',
      count('other execution named', (number) =>
        [...(sent.named.get(number) ?? [])].some((id) => !started.get(number)?.includes(id)),
      ),
      0,
    ),
    equal('answers without a reason', sent.withoutReason, 0),
    equal('events in the log', events.length, webhooks),
    equal(
      'events that do not tell what they started, and why not',
      count('not accounted for', (number) => !(logged.get(number) ?? []).some(accounted)),
      0,
    ),
    { metric: 'calls that senders made again', value: sent.retried, unit: '', of: '', ok: true },
    { metric: 'time', value: Math.round(seconds * 10) / 10, unit: 's', of: '', ok: true },
  ];
}
