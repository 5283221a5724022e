import { createServer } from 'node:http';
import { once } from 'node:events';
import { createClient } from '@gennaker/client/client';
import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { badRequest, notFound, type ServiceError } from '@gennaker/contracts/error';
import type { ExecutionView } from '@gennaker/contracts/execution';
import { gateApi } from '@gennaker/contracts/gate';
import { orcaApi } from '@gennaker/contracts/orca';
import type { Api, Client, Handlers, StreamEvent } from '@gennaker/contracts/route';
import { testDatabase } from '@gennaker/fixtures/databases';
import { freePort } from '@gennaker/fixtures/servers';
import type { RunningApp } from '@gennaker/service/app';
import { configFromEnv, type ServiceConfig, type ServiceName } from '@gennaker/service/config';
import { serve } from '@gennaker/service/http-server';
import { app as echo } from '../../echo/src/module.ts';
import { app as front50 } from '../../front50/src/module.ts';
import { app as igor } from '../../igor/src/module.ts';
import { app as gate } from './module.ts';

/** What orca's stand-in was told, and what it tells. */
interface Told {
  readonly executions: Map<string, ExecutionView>;
  /** Ids of the zombies that were ended. */
  readonly killed: string[];
  /** Bodies of restarts. */
  readonly restarts: unknown[];
  /** What its stream of events sends, and from where on it was asked for. */
  readonly streams: { readonly orca: StreamEvent[]; readonly after: (string | undefined)[] };
}

/** @see startGateSystem */
export interface GateSystem extends Told {
  readonly client: Client<typeof gateApi>;
  /** Where gate is. */
  readonly url: string;
  /** A request with a JSON body. */
  post(path: string, body: unknown, method?: string): Promise<Response>;
  stop(): Promise<void>;
}

/** An execution that ended well. */
export function execution(
  id: string,
  body: Record<string, unknown>,
  type: 'PIPELINE' | 'ORCHESTRATION',
): ExecutionView {
  return {
    type,
    id,
    application: String(body['application']),
    name: String(body['name'] ?? body['description']),
    status: 'SUCCEEDED',
    buildTime: Date.now(),
    canceled: false,
    trigger: (body['trigger'] ?? { type: 'manual' }) as ExecutionView['trigger'],
    stages: [],
  };
}

function orcaHandlers({ executions, killed, restarts, streams }: Told): Partial<Handlers<typeof orcaApi>> {
  return {
    orchestrate: ({ body }) => {
      if (body.name === 'Refused') throw badRequest('Stage type teleport is unknown', { fix: 'use another' });
      const id = body.executionId ?? '';
      executions.set(id, execution(id, body, 'PIPELINE'));
      return { ref: `/pipelines/${id}` };
    },
    ops: ({ body }) => {
      executions.set('op1', execution('op1', Array.isArray(body) ? { job: body } : body, 'ORCHESTRATION'));
      return { ref: '/pipelines/op1' };
    },
    getExecution: ({ params }) => {
      const found = executions.get(params.id);
      if (!found) throw notFound(`There is no execution ${params.id}`);
      return found;
    },
    getTask: ({ params }) => {
      const found = executions.get(params.id);
      if (!found) throw notFound(`There is no execution ${params.id}`);
      const { id, name, application, status, buildTime, stages } = found;
      const variables = stages.flatMap((stage) =>
        Object.entries({ ...stage.context, ...stage.outputs }).map(([key, value]) => ({ key, value })),
      );
      const steps = stages.flatMap((stage) => stage.tasks);
      return { id, name, application, status, buildTime, variables, steps, execution: found };
    },
    listForApplication: ({ params }) =>
      [...executions.values()].filter((one) => one.application === params.application),
    searchExecutions: ({ params, query }) =>
      [...executions.values()].filter(
        ({ application, trigger }) => application === params.application && trigger['eventId'] === query.eventId,
      ),
    listTasks: () => [],
    cancel: ({ params }) => {
      if (!executions.has(params.id)) throw notFound(`There is no execution ${params.id}`);
    },
    deleteExecution: ({ params }) => {
      if (!executions.delete(params.id)) throw notFound(`There is no execution ${params.id}`);
    },
    restartStage: ({ params, body }) => {
      restarts.push(body);
      const found = executions.get(params.id);
      if (!found) throw notFound(`There is no execution ${params.id}`);
      return found;
    },
    evaluateExpression: ({ query }) => ({ result: query.expression }),
    killZombie: ({ params }) => void killed.push(params.id),
    events: async function* ({ query }) {
      streams.after.push(query.after);
      yield* streams.orca;
      if (streams.after.length > 1) await new Promise(() => {});
    },
  };
}

const clouddriverHandlers: Partial<Handlers<typeof clouddriverApi>> = {
  listServerGroups: () => [],
  events: async function* () {
    yield { data: { kind: 'serverGroup' } };
    await new Promise(() => {});
  },
};

/** Serves a contract of which only some operations answer. */
async function standIn<A extends Api>(
  config: ServiceConfig,
  name: ServiceName,
  api: A,
  some: Partial<Handlers<A>>,
): Promise<RunningApp> {
  const missing = Object.keys(api).filter((operation) => !(operation in some));
  const rest = Object.fromEntries(missing.map((operation) => [operation, () => Promise.reject(notFound(operation))]));
  const served = await serve({ name, api, config, handlers: Object.assign(rest, some) });
  return { stop: () => served.close() };
}

/** Gate, front50, echo and igor as they run, over HTTP and PostgreSQL; orca, clouddriver and Jenkins stand in by their contracts. */
export async function startGateSystem(): Promise<GateSystem> {
  const database = await testDatabase();
  const jenkins = createServer((_request, response) => {
    const build = {
      number: 3,
      building: false,
      result: 'SUCCESS',
      artifacts: [{ fileName: 'a.deb', relativePath: 'a.deb' }],
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(build));
  });
  jenkins.listen(0, '127.0.0.1');
  await once(jenkins, 'listening');
  const at = jenkins.address();
  const names: ServiceName[] = ['gate', 'orca', 'front50', 'clouddriver', 'rosco', 'igor', 'echo'];
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()] as const)));
  const parsed = configFromEnv({
    GENNAKER_DATA: 'unused',
    DATABASE_URL: database.url,
    REDIS_URL: 'unused',
    GENNAKER_PORTS: JSON.stringify(ports),
    GENNAKER_DISCOVERY: JSON.stringify(
      Object.fromEntries(names.map((name) => [name, [`http://127.0.0.1:${ports[name]}`]])),
    ),
  });
  const address = `http://127.0.0.1:${at && typeof at === 'object' ? at.port : 0}`;
  const config = {
    ...parsed,
    file: {
      ...parsed.file,
      jenkins: { masters: [{ name: 'demo-jenkins', address, trustPayload: false, pollSeconds: 0 }] },
    },
  };
  const told: Told = { executions: new Map(), killed: [], restarts: [], streams: { orca: [], after: [] } };
  const running = [
    await standIn(config, 'orca', orcaApi, orcaHandlers(told)),
    await standIn(config, 'clouddriver', clouddriverApi, clouddriverHandlers),
    await front50.start(config),
    await echo.start(config),
    await igor.start(config),
    await gate.start(config),
  ];
  const url = config.urls.gate;
  const client = createClient(gateApi, { baseUrl: url });
  await client.submitTask({
    body: {
      application: 'hello',
      description: 'Create',
      job: [{ type: 'createApplication', application: { name: 'hello', email: 'a@b.c', cloudProviders: 'gce' } }],
    },
  });
  return {
    ...told,
    client,
    url,
    post: (path, sent, method = 'POST') =>
      fetch(`${url}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: typeof sent === 'string' ? sent : JSON.stringify(sent),
      }),
    async stop() {
      for (const app of running.toReversed()) await app.stop();
      jenkins.close();
      await database.drop();
    },
  };
}

/** The error that a call is refused with. */
export const refused = async (call: Promise<unknown>): Promise<ServiceError> =>
  (await call.then(
    () => undefined,
    (error: unknown) => error,
  )) as ServiceError;
