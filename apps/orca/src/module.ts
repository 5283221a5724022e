import { customStageTypes } from '@gennaker/extension-sdk/custom-stage-type';
import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { orcaApi } from '@gennaker/contracts/orca';
import { front50Api } from '@gennaker/contracts/front50';
import { igorApi } from '@gennaker/contracts/igor';
import { roscoApi } from '@gennaker/contracts/rosco';
import type { ExecutionState } from '@gennaker/engine/model';
import type { AnyStageDefinition } from '@gennaker/extension-sdk/stage';
import { remoteAccess } from '@gennaker/service/access';
import type { AppDefinition, RunningApp } from '@gennaker/service/app';
import { systemClock } from '@gennaker/service/clock';
import { createGuardedHttp } from '@gennaker/service/egress';
import type { ServiceConfig, ServiceName } from '@gennaker/service/config';
import { createServiceClient, type ServiceClientOptions } from '@gennaker/service/http-client';
import { ownIdentity } from '@gennaker/service/identity';
import { serve } from '@gennaker/service/http-server';
import { logger } from '@gennaker/service/log';
import { strategies } from '@gennaker/strategies/server';
import { stages } from '@gennaker/stages/server';
import { preconfiguredWebhooks } from '@gennaker/stages/webhook/preconfigured';
import { readAuthenticationMode } from '@gennaker/store/authentication-mode';
import { type Database, openDatabase } from '@gennaker/store/database';
import { DatabaseClock } from './database-clock.ts';
import { whenEnded } from './children/when-ended.ts';
import { orcaHandlers } from './http.ts';
import { runRetention } from './retention.ts';
import { ENGINE_SETTINGS, Orchestrator, type OrchestratorOptions } from './orchestrator.ts';
import { Queues } from './queue/queues.ts';
import { orcaRules } from './rules.ts';
import { strategyLab } from './strategy-lab/strategy-lab.ts';
import { tellHolds } from './undo/tell-holds.ts';
import { definitionMap, type World } from './world.ts';

/** Orca: runs executions. */
export const app: AppDefinition = { name: 'orca', start: (config) => startOrca(config) };

/** What a trial puts in the place of orca's own parts, to break them on purpose. */
export interface OrcaSeams {
  readonly bell?: OrchestratorOptions['bell'];
  readonly sweep?: boolean;
  /** Stage types besides the built-in ones. */
  readonly definitions?: readonly AnyStageDefinition[];
  /** Stands between orca and its database. */
  readonly database?: (db: Database) => Database;
  /** Stands between stages and the HTTP servers that they call. */
  readonly http?: (http: World['ports']['http']) => World['ports']['http'];
  /** Told what the process is called in claims. */
  readonly started?: (orchestrator: Orchestrator, db: Database) => void;
}

/** Every stage type: of this build, of the configuration, and more. */
function definitionsOf({ file }: ServiceConfig, more: readonly AnyStageDefinition[]): World['definitions'] {
  const built = [...Object.values(stages), ...more, ...preconfiguredWebhooks(file.webhook.preconfigured)];
  const known = definitionMap(built);
  return definitionMap([...built, ...customStageTypes(file.stageTypes, (type) => known.get(type))]);
}

/** Starts an orca process's parts, with the parts of a trial where it gives some. */
export async function startOrca(config: ServiceConfig, seams: OrcaSeams = {}): Promise<RunningApp> {
  const log = logger('orca');
  const opened = openDatabase(config.databaseUrl, { name: 'orca', settings: ENGINE_SETTINGS });
  const db = seams.database?.(opened) ?? opened;
  const clock = new DatabaseClock(db.pool, systemClock);
  await clock.start();
  const http = createGuardedHttp(config.file.egress.allow);
  const called = (name: ServiceName): ServiceClientOptions => ({
    name,
    baseUrl: config.urls[name],
    caller: 'orca',
    identityKey: config.identityKey,
  });
  const world: World = {
    clock,
    definitions: definitionsOf(config, seams.definitions ?? []),
    strategies: Object.values(strategies),
    backoffs: config.file.tasks,
    artifactsAbove: config.file.artifacts.storeAbove,
    ports: {
      clouddriver: createServiceClient(clouddriverApi, called('clouddriver')),
      rosco: createServiceClient(roscoApi, called('rosco')),
      front50: createServiceClient(front50Api, called('front50')),
      igor: createServiceClient(igorApi, called('igor')),
      orca: createServiceClient(orcaApi, called('orca')),
      http: seams.http?.(http) ?? http,
      deploymentMonitors: config.file.monitoredDeploy.deploymentMonitors,
    },
  };
  const orchestrator = new Orchestrator({
    db,
    databaseUrl: config.databaseUrl,
    redisUrl: config.redisUrl,
    instance: config.instance,
    world,
    log,
    completed: (state) => ended(state),
    ...(seams.bell === undefined ? {} : { bell: seams.bell }),
    ...(seams.sweep === undefined ? {} : { sweep: seams.sweep }),
  });
  seams.started?.(orchestrator, db);
  const queues = new Queues({
    db,
    mailArrived: (id, seq, owner) => orchestrator.mailArrived(id, seq, owner),
    log,
  });
  queues.open();
  const { retention } = config.file;
  const lab = strategyLab(world.clock);
  const parts = { db, orchestrator, queues, world, retention };
  const stopRetention = runRetention(db, retention, world.clock, log);
  const toldParent = whenEnded(parts, log);
  const toldHolds = tellHolds(
    createServiceClient(clouddriverApi, { ...called('clouddriver'), own: ownIdentity('orca') }),
    log,
  );
  const ended = (state: ExecutionState): void => {
    toldParent(state);
    toldHolds(state);
  };
  const access = remoteAccess(config, 'orca', () => readAuthenticationMode(db.pool));
  const ownFront50 = createServiceClient(front50Api, { ...called('front50'), own: ownIdentity('orca') });
  const ofConfig = async (id: string): Promise<string | undefined> =>
    (await ownFront50.getPipeline({ params: { id } })).application;
  const served = await serve({
    name: 'orca',
    guard: { access, rules: orcaRules(db.pool, ofConfig) },
    api: orcaApi,
    handlers: orcaHandlers(parts, lab),
    config,
  });
  return {
    stop: async () => {
      await served.close();
      stopRetention();
      lab.close();
      queues.close();
      await orchestrator.stop();
      clock.close();
      await db.close();
    },
  };
}
