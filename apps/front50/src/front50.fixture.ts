import { createClient } from '@gennaker/client/client';
import { ServiceError } from '@gennaker/contracts/error';
import { front50Api } from '@gennaker/contracts/front50';
import type { Client } from '@gennaker/contracts/route';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { configFromEnv } from '@gennaker/service/config';
import { type Served, serve } from '@gennaker/service/http-server';
import { front50Handlers } from './http.ts';

/** Front50 over HTTP and a database of its own, at a time that tests set. */
export class TestFront50 {
  readonly client: Client<typeof front50Api>;
  readonly database: TestDatabase;
  readonly #served: Served;
  readonly #clock: { now: number };

  private constructor(database: TestDatabase, served: Served, clock: { now: number }) {
    this.database = database;
    this.#served = served;
    this.#clock = clock;
    this.client = createClient(front50Api, { baseUrl: served.url, headers: { 'x-spinnaker-user': 'ada' } });
  }

  static async start(): Promise<TestFront50> {
    const database = await testDatabase();
    const clock = { now: 1_700_000_000_000 };
    const known = {
      stageTypes: new Set(['wait']),
      triggerTypes: new Set(['webhook']),
      accounts: new Set(['prod']),
      strategies: [],
    };
    const served = await serve({
      name: 'front50',
      api: front50Api,
      port: 0,
      config: configFromEnv({ GENNAKER_DATA: 'unused', DATABASE_URL: database.url, REDIS_URL: 'unused' }),
      handlers: front50Handlers({
        db: database.db,
        clock: { now: () => clock.now },
        known: () => Promise.resolve(known),
      }),
    });
    return new TestFront50(database, served, clock);
  }

  /** Its time, milliseconds. */
  get now(): number {
    return this.#clock.now;
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.#clock.now += ms;
  }

  /** Saves a pipeline, given as text or as a document. */
  save(document: unknown, query: { staleCheck?: string; id?: string } = {}) {
    return this.client.savePipeline({
      query,
      body: typeof document === 'string' ? document : JSON.stringify(document),
    });
  }

  async stop(): Promise<void> {
    await this.#served.close();
    await this.database.drop();
  }
}

/** The error that a call is refused with. */
export async function refused(call: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ServiceError) return error;
  throw new Error('nothing was refused');
}
