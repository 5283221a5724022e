import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { orcaApi } from '@gennaker/contracts/orca';
import { front50Api } from '@gennaker/contracts/front50';
import { roscoApi } from '@gennaker/contracts/rosco';
import { remoteAccess } from '@gennaker/service/access';
import type { AppDefinition } from '@gennaker/service/app';
import { systemClock } from '@gennaker/service/clock';
import { createGuardedHttp } from '@gennaker/service/egress';
import type { ServiceName } from '@gennaker/service/config';
import { createServiceClient, type ServiceClientOptions } from '@gennaker/service/http-client';
import { ownIdentity } from '@gennaker/service/identity';
import { serve } from '@gennaker/service/http-server';
import { logger } from '@gennaker/service/log';
import { strategies } from '@gennaker/strategies/server';
import { stages } from '@gennaker/stages/server';
import { readAuthenticationMode } from '@gennaker/store/authentication-mode';
import { openDatabase } from '@gennaker/store/database';
import { whenEnded } from './children/when-ended.ts';
import { orcaHandlers } from './http.ts';
import { ENGINE_SETTINGS, Orchestrator } from './orchestrator.ts';
import { Queues } from './queue/queues.ts';
import { orcaRules } from './rules.ts';
import { definitionMap, strategyMap, type World } from './world.ts';

/** Orca: runs executions. */
export const app: AppDefinition = {
  name: 'orca',
  async start(config) {
    const log = logger('orca');
    const db = openDatabase(config.databaseUrl, { name: 'orca', settings: ENGINE_SETTINGS });
    const called = (name: ServiceName): ServiceClientOptions => ({
      name,
      baseUrl: config.urls[name],
      caller: 'orca',
      identityKey: config.identityKey,
    });
    const world: World = {
      clock: systemClock,
      definitions: definitionMap(Object.values(stages)),
      strategies: strategyMap(Object.values(strategies)),
      ports: {
        clouddriver: createServiceClient(clouddriverApi, called('clouddriver')),
        rosco: createServiceClient(roscoApi, called('rosco')),
        front50: createServiceClient(front50Api, called('front50')),
        orca: createServiceClient(orcaApi, called('orca')),
        http: createGuardedHttp(config.file.egress.allow),
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
    });
    const queues = new Queues({
      db,
      mailArrived: (id, seq, owner) => orchestrator.mailArrived(id, seq, owner),
      log,
    });
    queues.open();
    const parts = { db, orchestrator, queues, world };
    const ended = whenEnded(parts, log);
    const access = remoteAccess(config, 'orca', () => readAuthenticationMode(db.pool));
    const ownFront50 = createServiceClient(front50Api, { ...called('front50'), own: ownIdentity('orca') });
    const ofConfig = async (id: string): Promise<string | undefined> =>
      (await ownFront50.getPipeline({ params: { id } })).application;
    const served = await serve({
      name: 'orca',
      guard: { access, rules: orcaRules(db.pool, ofConfig) },
      api: orcaApi,
      handlers: orcaHandlers(parts),
      config,
    });
    return {
      stop: async () => {
        await served.close();
        queues.close();
        await orchestrator.stop();
        await db.close();
      },
    };
  },
};
