import { createClient } from '@gennaker/client/client';
import { echoEventsApi } from '@gennaker/contracts/echo';
import { notFound, ServiceError } from '@gennaker/contracts/error';
import { type Pipeline, pipelineSchema } from '@gennaker/contracts/front50';
import { type Identity, namedOnly, type Permissions } from '@gennaker/contracts/people';
import type { Client } from '@gennaker/contracts/route';
import { type TestDatabase, testDatabase } from '@gennaker/fixtures/databases';
import { systemClock } from '@gennaker/service/clock';
import { configFromEnv } from '@gennaker/service/config';
import type { Access } from '@gennaker/service/guard';
import { type Served, serve } from '@gennaker/service/http-server';
import { IDENTITY_HEADER, signIdentity } from '@gennaker/service/identity';
import { triggers } from '@gennaker/triggers/server';
import { artifactGate } from './artifact-gate.ts';
import { createEcho, type Echo, type EchoParts } from './echo.ts';
import { executeGate } from './execute-gate.ts';
import { eventHandlers } from './http.ts';
import { eventRules } from './rules.ts';

/** An execution that orca was asked to start. */
export interface Started {
  readonly id: string;
  readonly pipeline: string;
  readonly trigger: Record<string, unknown>;
}

/** What stands around echo in a test: a real database, and front50, orca and people that the test plays. */
export interface World {
  readonly database: TestDatabase;
  readonly pipelines: Pipeline[];
  readonly started: Started[];
  /** Runs before orca takes an execution; throwing makes orca refuse or fail. */
  orcaHook: () => void;
  front50Up: boolean;
  /** Does anybody have to log in? */
  authentication: boolean;
  readonly permissions: Record<string, Permissions>;
  /** Those whom gate knows, by name. */
  readonly people: Record<string, Identity>;
  /** Saves a pipeline; by default in application hello, with a webhook trigger for source "ci". */
  addPipeline(id: string, changes?: Record<string, unknown>): void;
  parts(): EchoParts;
  /** Starts one echo process and a client of it, which calls as `as`. */
  run(
    changes?: Partial<EchoParts>,
    as?: Identity,
  ): Promise<{ echo: Echo; client: Client<typeof echoEventsApi>; url: string }>;
  /** Stops what runs. */
  stop(): Promise<void>;
  /** Stops what runs and drops the database. */
  end(): Promise<void>;
}

/** Makes a world with an empty database. */
export async function makeWorld(): Promise<World> {
  const database = await testDatabase();
  const open: (() => Promise<void>)[] = [];
  const config = configFromEnv({ GENNAKER_DATA: 'unused', DATABASE_URL: database.url, REDIS_URL: 'unused' });
  const reach = (): void => {
    if (!world.front50Up) throw new ServiceError(503, 'front50 is away');
  };
  const found = (wanted: (pipeline: Pipeline) => boolean): Pipeline => {
    reach();
    const pipeline = world.pipelines.find(wanted);
    if (!pipeline) throw notFound('no such pipeline');
    return pipeline;
  };
  const access: Access = {
    authentication: () => Promise.resolve(world.authentication),
    permissions: (name) => Promise.resolve(world.permissions[name]),
  };
  const actsAs = (user: string): Promise<Identity> => Promise.resolve(world.people[user] ?? namedOnly(user));
  const world: World = {
    database,
    pipelines: [],
    started: [],
    orcaHook: () => {},
    front50Up: true,
    authentication: false,
    permissions: {},
    people: {},
    addPipeline(id, changes = {}) {
      const own = [{ type: 'webhook', enabled: true, source: 'ci' }];
      const pipeline = { id, name: id, application: 'Hello', triggers: own, stages: [], ...changes };
      world.pipelines.push(pipelineSchema.parse(pipeline));
    },
    parts: () => ({
      db: database.db,
      clock: systemClock,
      triggers,
      access,
      actsAs,
      systemKey: config.identityKey,
      gates: [executeGate(access, actsAs), artifactGate],
      secrets: () => Promise.resolve(new Map([['team', 'named']])),
      log: { warn: () => {} },
      sweepMs: 50,
      front50: {
        listPipelines: (args) => {
          reach();
          const types = args?.query?.triggerTypes?.split(',') ?? [];
          const listening = (pipeline: Pipeline) => pipeline.triggers?.some((trigger) => types.includes(trigger.type));
          return Promise.resolve(world.pipelines.filter(listening));
        },
        getPipelineByName: async ({ params }) =>
          found((pipeline) => pipeline.name.toLowerCase() === params.name.toLowerCase()),
        getPipeline: async ({ params }) => found((pipeline) => pipeline.id === params.id),
      },
      orca: {
        orchestrate: async ({ body }) => {
          world.orcaHook();
          // Orca knows an execution by its id.
          if (!world.started.some((execution) => execution.id === body.executionId))
            world.started.push({ id: body.executionId ?? '', pipeline: body.id ?? '', trigger: body.trigger ?? {} });
          return { ref: `/pipelines/${body.executionId}` };
        },
      },
    }),
    async run(changes = {}, as) {
      const echo = createEcho({ ...world.parts(), ...changes });
      open.push(() => echo.close());
      const served: Served = await serve({
        name: 'echo',
        api: echoEventsApi,
        port: 0,
        config,
        handlers: eventHandlers(echo),
        guard: { access, rules: eventRules },
      });
      open.push(() => served.close());
      const signed = as && signIdentity({ ...as, service: 'gate' }, config.identityKey, Date.now());
      const headers = signed === undefined ? {} : { [IDENTITY_HEADER]: signed };
      return { echo, client: createClient(echoEventsApi, { baseUrl: served.url, headers }), url: served.url };
    },
    async stop() {
      for (const close of open.splice(0).toReversed()) await close();
    },
    async end() {
      await world.stop();
      await database.drop();
    },
  };
  return world;
}

/** Waits until a condition holds. @throws Error after ten seconds */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('it did not happen within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
