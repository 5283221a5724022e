import { echoApi } from '@gennaker/contracts/echo';
import { igorApi } from '@gennaker/contracts/igor';
import { remoteAccess } from '@gennaker/service/access';
import type { AppDefinition } from '@gennaker/service/app';
import { systemClock } from '@gennaker/service/clock';
import { checkEgress, createGuardedHttp } from '@gennaker/service/egress';
import { createServiceClient } from '@gennaker/service/http-client';
import { ownIdentity } from '@gennaker/service/identity';
import { serve } from '@gennaker/service/http-server';
import { logger } from '@gennaker/service/log';
import { readAuthenticationMode } from '@gennaker/store/authentication-mode';
import { openDatabase } from '@gennaker/store/database';
import { igorHandlers } from './http.ts';
import { createIgor } from './igor.ts';

/** Igor: continuous-integration servers. */
export const app: AppDefinition = {
  name: 'igor',
  async start(config) {
    const db = openDatabase(config.databaseUrl);
    const igor = createIgor({
      db,
      clock: systemClock,
      masters: config.file.jenkins.masters,
      registries: config.file.docker.accounts,
      secrets: { folder: config.credentialsFolder, variable: config.variable },
      echo: createServiceClient(echoApi, {
        name: 'echo',
        baseUrl: config.urls.echo,
        caller: 'igor',
        identityKey: config.identityKey,
        own: ownIdentity('igor'),
      }),
      guarded: createGuardedHttp(config.file.egress.allow),
      log: logger('igor'),
    });
    const { allow } = config.file.egress;
    const sources = {
      accounts: config.file.scm.accounts,
      http: createGuardedHttp(allow),
      checkEgress: (url: string) => checkEgress(url, allow),
      secrets: { folder: config.credentialsFolder, variable: config.variable },
    };
    const served = await serve({
      name: 'igor',
      api: igorApi,
      config,
      handlers: igorHandlers(igor, sources),
      guard: {
        access: remoteAccess(config, 'igor', () => readAuthenticationMode(db.pool)),
        rules: {
          jenkinsWebhook: 'signed',
          listMasters: 'signed',
          listJobs: 'signed',
          getJob: 'signed',
          listBuilds: 'signed',
          getBuild: 'signed',
          buildConsole: 'signed',
          buildProperties: 'signed',
          startBuild: 'signed',
          getQueueItem: 'signed',
          stopBuild: 'signed',
          describeBuild: 'signed',
          buildFile: 'service',
          listScmAccounts: 'signed',
          tagCommit: 'signed',
          setCommitStatus: 'signed',
          compareCommits: 'signed',
        },
      },
    });
    return {
      async stop() {
        await served.close();
        await igor.close();
        await db.close();
      },
    };
  },
};
