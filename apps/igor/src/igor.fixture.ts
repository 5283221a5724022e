import { createClient } from '@gennaker/client/client';
import { ServiceError } from '@gennaker/contracts/error';
import type { EchoEvent } from '@gennaker/contracts/echo';
import { igorApi } from '@gennaker/contracts/igor';
import type { Client } from '@gennaker/contracts/route';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { systemClock } from '@gennaker/service/clock';
import { configFromEnv, type JenkinsMaster } from '@gennaker/service/config';
import type { DockerAccount } from '@gennaker/service/docker-accounts';
import { createGuardedHttp } from '@gennaker/service/egress';
import { serve } from '@gennaker/service/http-server';
import { igorHandlers } from './http.ts';
import { createIgor, type Igor } from './igor.ts';

/** An igor inside of the test's process, and what it told echo. */
export interface TestIgor {
  readonly client: Client<typeof igorApi>;
  readonly igor: Igor;
  readonly database: TestDatabase;
  readonly events: EchoEvent[];
  readonly warnings: string[];
  /** While false, echo answers nothing. */
  echoUp: boolean;
  stop(): Promise<void>;
}

export async function startIgor(options: {
  readonly masters?: readonly JenkinsMaster[];
  readonly registries?: readonly DockerAccount[];
  readonly allow?: readonly string[];
  readonly database?: TestDatabase;
  readonly masterTimeoutMs?: number;
  readonly password?: string;
}): Promise<TestIgor> {
  const database = options.database ?? (await testDatabase());
  const events: EchoEvent[] = [];
  const warnings: string[] = [];
  const config = configFromEnv({ GENNAKER_DATA: 'unused', DATABASE_URL: database.url, REDIS_URL: 'unused' });
  const igor = createIgor({
    db: database.db,
    clock: systemClock,
    sweepMs: 20,
    masters: options.masters ?? [],
    registries: options.registries ?? [],
    secrets: { folder: 'unused', variable: () => options.password },
    guarded: createGuardedHttp(options.allow ?? []),
    log: { warn: (message) => void warnings.push(message) },
    ...(options.masterTimeoutMs === undefined ? {} : { masterTimeoutMs: options.masterTimeoutMs }),
    echo: {
      post: async ({ body }) => {
        if (!test.echoUp) throw new ServiceError(503, 'echo is away');
        events.push(body);
        return { eventProcessed: true, eventId: `event-${events.length}`, matches: [] };
      },
    },
  });
  const http = createGuardedHttp([]);
  const handlers = igorHandlers(igor, {
    accounts: [],
    http,
    checkEgress: async () => {},
    secrets: { folder: 'unused', variable: () => undefined },
  });
  const served = await serve({ name: 'igor', api: igorApi, port: 0, config, handlers });
  const test: TestIgor = {
    client: createClient(igorApi, { baseUrl: served.url }),
    igor,
    database,
    events,
    warnings,
    echoUp: true,
    async stop() {
      await served.close();
      await igor.close();
      if (options.database === undefined) await database.drop();
    },
  };
  return test;
}

/** Waits for something that happens by itself. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
