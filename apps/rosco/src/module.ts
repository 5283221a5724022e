import { randomUUID } from 'node:crypto';
import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { ServiceError } from '@gennaker/contracts/error';
import { igorApi } from '@gennaker/contracts/igor';
import { orcaApi } from '@gennaker/contracts/orca';
import { roscoApi } from '@gennaker/contracts/rosco';
import { remoteAccess } from '@gennaker/service/access';
import type { AppDefinition } from '@gennaker/service/app';
import { createServiceClient } from '@gennaker/service/http-client';
import { ownIdentity } from '@gennaker/service/identity';
import { serve } from '@gennaker/service/http-server';
import { logger } from '@gennaker/service/log';
import { readAuthenticationMode } from '@gennaker/store/authentication-mode';
import { openDatabase } from '@gennaker/store/database';
import { createOutbox } from '@gennaker/store/outbox';
import { startBakeWorker } from './bake-worker.ts';
import { openBakery } from './bakery.ts';
import { roscoHandlers } from './http.ts';

/** Rosco: the bakery. */
export const app: AppDefinition = {
  name: 'rosco',
  async start(config) {
    const log = logger('rosco');
    const db = openDatabase(config.databaseUrl);
    const orca = createServiceClient(orcaApi, {
      name: 'orca',
      baseUrl: config.urls.orca,
      caller: 'rosco',
      identityKey: config.identityKey,
      own: ownIdentity('rosco'),
    });
    const outbox = createOutbox({
      db,
      schema: 'rosco',
      log: { warn: (message) => log.warn(message) },
      deliver: async ({ key, path, body, trace }) => {
        const [, executionId, stageId] = /^\/pipelines\/([^/]+)\/stages\/([^/]+)\/wake$/.exec(path) ?? [];
        if (!executionId || !stageId) return { status: 400, reason: `${path} is no wake-up` };
        try {
          await orca.wake(
            {
              params: { id: decodeURIComponent(executionId), stageId: decodeURIComponent(stageId) },
              body: wakeBody(body),
            },
            { key, ...(trace ? { traceparent: trace } : {}) },
          );
          return { status: 202 };
        } catch (error) {
          if (error instanceof ServiceError) return { status: error.status, reason: error.message };
          throw error;
        }
      },
    });
    const clouddriver = createServiceClient(clouddriverApi, {
      name: 'clouddriver',
      baseUrl: config.urls.clouddriver,
      caller: 'rosco',
      identityKey: config.identityKey,
      own: ownIdentity('rosco'),
    });
    const igor = createServiceClient(igorApi, {
      name: 'igor',
      baseUrl: config.urls.igor,
      caller: 'rosco',
      identityKey: config.identityKey,
      own: ownIdentity('rosco'),
    });
    const bakery = openBakery(config, {
      fetchBuildFile: async (url) => {
        const isOfMaster = config.file.jenkins.masters.some(({ address }) => url.startsWith(address));
        if (!isOfMaster) return undefined;
        return igor.buildFile({ query: { url } }).catch((error: unknown) => {
          if (error instanceof ServiceError && error.details['ofNoMaster'] === true) return undefined;
          throw error;
        });
      },
      fetchArtifact: (artifact) => clouddriver.fetchArtifact({ body: artifact }),
      db,
      outbox,
      owner: `${config.instance}-${randomUUID().slice(0, 8)}`,
      poke: () => worker.poke(),
    });
    const worker = startBakeWorker(bakery, log);
    worker.poke();
    const served = await serve({
      name: 'rosco',
      api: roscoApi,
      handlers: roscoHandlers(bakery),
      config,
      guard: {
        access: remoteAccess(config, 'rosco', () => readAuthenticationMode(db.pool)),
        rules: {
          bakeOptions: 'signed',
          createBake: 'signed',
          bakeStatus: 'signed',
          getBake: 'signed',
          cancelBake: 'signed',
          bakeLogs: 'signed',
          streamLogs: 'signed',
        },
      },
    });
    return {
      async stop() {
        await served.close();
        await worker.close();
        await outbox.close();
        await bakery.close();
        await db.close();
      },
    };
  },
};

function wakeBody(body: unknown): { key: string; cause: string } {
  const { key, cause } = orcaApi.wake.body.parse(body);
  return { key, cause };
}
