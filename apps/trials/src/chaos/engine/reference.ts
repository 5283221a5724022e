import { setTimeout as sleep } from 'node:timers/promises';
import type { TrialServers } from '../../servers.ts';
import { Driver } from './driver.ts';
import { KINDS } from './kinds.ts';
import type { Receiver } from './receiver.ts';
import { victim } from './victims.ts';

/** What an undisturbed run of a kind of pipeline ends as, and of which stages it has effects: under how many keys. */
export interface Expected {
  readonly outcome: string;
  readonly effects: ReadonlyMap<string, number>;
}

const END_MS = 60_000;

/** Runs every kind once, on an orca that nothing is planted in and nothing disturbs. @throws Error when one does not end */
export async function undisturbed(
  servers: TrialServers,
  receiver: Receiver,
  front50: string,
  logs: string | undefined,
): Promise<ReadonlyMap<string, Expected>> {
  const orca = await victim({
    name: 'reference',
    databaseUrl: await servers.database('reference'),
    redisUrl: servers.redis.url.replace(/\/0$/, '/1'),
    receiverPort: receiver.port,
    front50,
    orcas: [],
    plant: undefined,
    logs,
  });
  try {
    await orca.start();
    const driver = new Driver({ urls: [orca.url], receiver: receiver.url, idleMs: END_MS });
    for (const [index, kind] of KINDS.entries()) void driver.start(kind, `reference-${index}`);
    const deadline = Date.now() + END_MS;
    while (driver.running > 0 && Date.now() < deadline) await sleep(100);
    await driver.stop();
    const all = new Map<string, Expected>();
    for (const { kind, tag, outcome, shape } of driver.driven) {
      if (outcome === undefined)
        throw new Error(`The undisturbed run of "${kind.name}" did not end: ${shape}; ${driver.refusal}`);
      const effects = [...receiver.keys]
        .filter(([effect]) => effect.startsWith(`${tag}/`))
        .map(([effect, { size }]) => [effect.slice(tag.length + 1), size] as const);
      all.set(kind.name, { outcome, effects: new Map(effects) });
    }
    return all;
  } finally {
    await orca.remove();
  }
}
