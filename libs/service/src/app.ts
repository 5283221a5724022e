import type { ServiceConfig, ServiceName } from './config.ts';
import { configFromEnv } from './config.ts';
import { logger } from './log.ts';

/** A service that was started. */
export interface RunningApp {
  /** Ends it in order: no new work, what is under way is finished or given back. */
  stop(): Promise<void>;
}

/** What an app has to end in order: a cloud or a service that does not answer holds up nobody longer, ms. */
const STOP_MS = 6_000;

/** What an app's module.ts exports: how to start it, in its own process or beside others. */
export interface AppDefinition {
  readonly name: ServiceName;
  start(config: ServiceConfig): Promise<RunningApp>;
}

/**
 * Starts apps one after another in this process and stops them on SIGTERM or SIGINT, the last first.
 * Prints `ready` on a line of its own when all answer. Exits 1 with the reason when one cannot start.
 */
export async function runApps(
  apps: readonly AppDefinition[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const log = logger('process');
  const running: { readonly name: string; readonly app: RunningApp }[] = [];
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    for (const { name, app } of running.toReversed()) {
      const late = new Promise((resolve) => setTimeout(() => resolve('late'), STOP_MS));
      const stopped = app.stop().catch((error: unknown) => log.error({ err: error }, 'an app did not stop cleanly'));
      // What cannot be waited for is safe to leave: every app takes up after a kill, too.
      if ((await Promise.race([stopped, late])) === 'late')
        log.warn({ app: name, ms: STOP_MS }, 'an app did not stop in time');
    }
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'unhandled rejection'));
  try {
    const config = configFromEnv(env);
    for (const app of apps) {
      const started = performance.now();
      running.push({ name: app.name, app: await app.start(config) });
      log.info({ app: app.name, ms: Math.round(performance.now() - started) }, 'started');
    }
    process.stdout.write('ready\n');
  } catch (error) {
    log.fatal({ err: error }, 'could not start');
    process.exit(1);
  }
}

/** Body of an app's main.ts. */
export function runMain(app: AppDefinition, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  return runApps([app], env);
}
