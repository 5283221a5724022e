import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { TrialServers } from '../../servers.ts';
import type { Driver } from './driver.ts';
import type { Victim } from './victims.ts';

/** What faults are done to. */
export interface Scene {
  readonly servers: TrialServers;
  readonly victims: readonly Victim[];
  readonly driver: Driver;
  /** A number from 0 to below 1, the same for the same seed. */
  readonly random: () => number;
}

/** A way to break the engine's surroundings; it has ended when the promise settles. */
export interface EngineFault {
  readonly name: string;
  inflict(scene: Scene): Promise<void>;
}

/** Longer than a claim lasts. */
const STOPPED_MS = 6_000;
const HOUR_MS = 3_600_000;

const oneOf = ({ victims, random }: Scene): Victim => {
  const chosen = victims[Math.floor(random() * victims.length)];
  if (!chosen) throw new Error('nobody to break');
  return chosen;
};

/** All faults; a run goes round them in a seeded order. */
export const ENGINE_FAULTS: readonly EngineFault[] = [
  {
    name: 'kill',
    inflict: async (scene) => {
      const victim = oneOf(scene);
      await victim.kill();
      await sleep(300);
      await victim.start();
    },
  },
  {
    name: 'stop',
    inflict: async (scene) => {
      const victim = oneOf(scene);
      victim.signal('SIGSTOP');
      await sleep(STOPPED_MS);
      victim.signal('SIGCONT');
    },
  },
  {
    name: 'flush',
    inflict: async ({ servers }) => {
      const redis = new Redis(servers.redis.url);
      await redis.flushall();
      redis.disconnect();
    },
  },
  {
    name: 'redis',
    inflict: async ({ servers }) => {
      await servers.redis.end('SIGKILL');
      await sleep(1_500);
      await servers.redis.start();
    },
  },
  {
    name: 'postgres',
    inflict: async ({ servers }) => {
      await servers.postgres.end('SIGQUIT');
      await servers.postgres.start();
    },
  },
  {
    name: 'clock',
    inflict: async (scene) => {
      const victim = oneOf(scene);
      victim.disturb({ clockOffMs: scene.random() < 0.5 ? HOUR_MS : -HOUR_MS });
      await sleep(5_000);
      victim.disturb({ clockOffMs: 0 });
    },
  },
  {
    name: 'twice',
    inflict: async ({ driver, victims }) => {
      driver.twice = true;
      for (const victim of victims) victim.disturb({ duplicates: true });
      await sleep(4_000);
      driver.twice = false;
      for (const victim of victims) victim.disturb({ duplicates: false });
    },
  },
];
