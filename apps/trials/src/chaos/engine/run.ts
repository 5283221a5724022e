import { setTimeout as sleep } from 'node:timers/promises';
import { equal, type ReportRow } from '@gennaker/app-demo/report';
import { startTrialServers } from '../../servers.ts';
import { generator, shuffled } from '../random.ts';
import { Driver } from './driver.ts';
import { ENGINE_FAULTS, type EngineFault } from './faults.ts';
import { KINDS } from './kinds.ts';
import { plantInDatabase } from './plant-in-database.ts';
import type { EnginePlant } from './plants.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { type Expected, undisturbed } from './reference.ts';
import { type PipelineStore, startPipelineStore } from './stored.ts';
import { type Victim, victim } from './victims.ts';

/** How long and how hard. */
export interface EngineChaosOptions {
  readonly executions: number;
  readonly faults: number;
  readonly seed: number;
  readonly plant: EnginePlant | undefined;
  /** Names of the faults; all when absent. */
  readonly only?: readonly string[] | undefined;
  /** Folder for what the orcas say. */
  readonly logs?: string | undefined;
  readonly say: (text: string) => void;
}

/** The engine's promise is 5 s; the rest is the driver's own look and the receiver's slowest answer. */
const IDLE_MS = 5_000 + 500 + 700;
/** From the end of faults to the next: long enough to see what does not go on. */
const BETWEEN_MS = 6_800;
/** A second fault begins within this time of the first, while that one is under way or has just ended. */
const OVERLAP_MS = 2_000;
/** Before the first fault there is nothing to see yet. */
const FIRST_MS = 2_500;
/** The last of it, in which most executions are started. */
const BURST_MS = 800;
const END_MS = 60_000;
/** The stream tells what was committed within this time. */
const STREAM_MS = 2_000;

/** Runs mixed pipelines on two orcas while their surroundings break; answers what was checked. */
export async function engineChaos(options: EngineChaosOptions): Promise<ReportRow[]> {
  const servers = await startTrialServers();
  const receiver = await startReceiver();
  const victims: Victim[] = [];
  let front50: PipelineStore | undefined;
  let driver: Driver | undefined;
  const reporting = setInterval(() => driver && options.say(progress(driver, receiver)), PROGRESS_MS);
  try {
    front50 = await startPipelineStore(receiver.url);
    // The reference runs on what is delivered: what is planted must not be what is compared with.
    const reference = undisturbed(servers, receiver, front50.url, options.logs);
    reference.catch(() => undefined);
    const databaseUrl = await servers.database('chaos');
    await plantInDatabase(options.plant, databaseUrl);
    const orcas: string[] = [];
    for (const name of ['first', 'second'])
      victims.push(
        await victim({
          name,
          databaseUrl,
          redisUrl: servers.redis.url,
          receiverPort: receiver.port,
          front50: front50.url,
          orcas,
          plant: options.plant,
          logs: options.logs,
        }),
      );
    await Promise.all(victims.map((one) => one.start()));
    const expected = await reference;
    driver = new Driver({
      urls: victims.map(({ url }) => url),
      receiver: receiver.url,
      idleMs: IDLE_MS,
    });
    const random = generator(options.seed);
    const inflicted = await disturbed(options, { servers, victims, driver, random });
    return rowsOf({ driver, receiver, expected, inflicted, options });
  } finally {
    clearInterval(reporting);
    await driver?.stop();
    await Promise.all(victims.map((one) => one.remove()));
    receiver.close();
    front50?.close();
    await servers.stop();
  }
}

const PROGRESS_MS = 60_000;

function progress({ driven, running, chronicle }: Driver, receiver: Receiver): string {
  return `    ${new Date().toISOString()}  ${driven.length} started, ${running} run, ${chronicle.open.length} open in the stream, ${receiver.calls()} calls`;
}

type Scene = Parameters<EngineFault['inflict']>[0];

async function disturbed(options: EngineChaosOptions, scene: Scene): Promise<number> {
  const { driver, random } = scene;
  const faults = ENGINE_FAULTS.filter(({ name }) => !options.only || options.only.includes(name));
  let started = 0;
  /** Starts executions up to a number, spread over a time. */
  const feed = async (until: number, ms: number): Promise<void> => {
    const pause = ms / Math.max(1, until - started);
    for (; started < until; started++) {
      const kind = KINDS[Math.floor(random() * KINDS.length)];
      // Whoever waits for an answer that a fault keeps from coming asks again by itself.
      if (kind) void driver.start(kind, `run-${started}`);
      await sleep(pause);
    }
  };
  let round: EngineFault[] = [];
  const next = (): EngineFault | undefined => {
    if (round.length === 0) round = shuffled(faults, random);
    return round.pop();
  };
  let inflicted = 0;
  while (inflicted < options.faults && !isRed(driver)) {
    // A fault hits executions in all their states: some that are on their way, and a burst of fresh ones.
    const share = options.executions / options.faults;
    const calmMs = (inflicted === 0 ? FIRST_MS : BETWEEN_MS) - BURST_MS;
    const calm = sleep(calmMs);
    await feed(Math.round(share * (inflicted + 0.4)), calmMs);
    await calm;
    const together = [next(), random() < 0.5 && inflicted + 1 < options.faults ? next() : undefined].filter(
      (fault, index, all) => fault !== undefined && all.indexOf(fault) === index,
    ) as EngineFault[];
    inflicted += together.length;
    await feed(Math.round(share * inflicted), BURST_MS);
    const names = together.map(({ name }) => name).join(' and ');
    options.say(`${String(inflicted).padStart(3)} ${names.padEnd(20)} ${driver.running} executions run`);
    driver.fault = true;
    await Promise.all(
      together.map(async (fault, index) => {
        // Each decides by numbers of its own, so that a seed means the same whichever comes first.
        const own = { ...scene, random: generator(Math.floor(random() * 2 ** 32)) };
        await sleep(index * own.random() * OVERLAP_MS);
        await fault.inflict(own);
      }),
    );
    driver.fault = false;
  }
  const deadline = Date.now() + END_MS;
  const isOpen = (): boolean => driver.running + driver.chronicle.open.length > 0;
  while (isOpen() && Date.now() < deadline && !isRed(driver)) await sleep(200);
  await sleep(STREAM_MS);
  return inflicted;
}

/** What was seen already makes the run fail: more of it tells nothing new. */
function isRed({ idle, chronicle }: Driver): boolean {
  return idle.length + chronicle.faults.length > 0;
}

interface Seen {
  readonly driver: Driver;
  readonly receiver: Receiver;
  readonly expected: ReadonlyMap<string, Expected>;
  readonly inflicted: number;
  readonly options: EngineChaosOptions;
}

function rowsOf({ driver, receiver, expected, inflicted, options }: Seen): ReportRow[] {
  const expectedOf = (kind: string): Expected => {
    const found = expected.get(kind);
    if (!found) throw new Error(`There was no undisturbed run of "${kind}"`);
    return found;
  };
  const problems: string[] = [];
  let different = 0;
  let missing = 0;
  let repeated = 0;
  for (const one of driver.driven) {
    if (one.outcome === undefined) continue;
    const wanted = expectedOf(one.kind.name);
    if (one.outcome !== wanted.outcome) {
      different++;
      problems.push(`${one.kind.name} ${one.id} ended as\n${one.outcome}\nundisturbed:\n${wanted.outcome}`);
    }
    for (const [ref, times] of wanted.effects) {
      const keys = receiver.keys.get(`${one.tag}/${ref}`)?.size ?? 0;
      if (keys < times) missing++;
      if (keys > times) repeated++;
    }
  }
  // The stream is a little behind the views; what it never told is missing by now.
  const short = driver.driven.filter(
    ({ id, version }) => version !== undefined && driver.chronicle.sequenceOf(id ?? '') !== version,
  );
  const allowed = new Set(
    driver.driven.flatMap(({ kind, tag }) => [...expectedOf(kind.name).effects.keys()].map((ref) => `${tag}/${ref}`)),
  );
  const started = new Set(driver.driven.map(({ id }) => id));
  const unexpected = [...receiver.keys.keys()].filter((tag) => tag.startsWith('run-') && !allowed.has(tag)).length;
  for (const problem of [...problems, ...driver.chronicle.faults, ...driver.idle.map((text) => `idle: ${text}`)].slice(
    0,
    20,
  ))
    options.say(problem);
  return [
    equal('executions', driver.driven.length, options.executions),
    equal('faults', inflicted, options.faults),
    equal('executions that never ended', driver.running, 0),
    equal('children that never ended', driver.chronicle.open.filter((id) => !started.has(id)).length, 0),
    equal('events that came twice, never, or after the end', driver.chronicle.faults.length + short.length, 0),
    equal('executions that ended otherwise than undisturbed', different, 0),
    equal('effects that are missing', missing, 0),
    equal('effects under more keys than attempts', repeated, 0),
    equal('effects that no undisturbed run has', unexpected, 0),
    equal('runnable executions idle for more than 5 s after a fault', driver.idle.length, 0),
    { metric: 'calls that the receiver took', value: receiver.calls(), unit: '', of: '', ok: true },
  ];
}
