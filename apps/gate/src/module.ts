import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { echoApi } from '@gennaker/contracts/echo';
import { front50Api } from '@gennaker/contracts/front50';
import { gateApi } from '@gennaker/contracts/gate';
import { igorApi } from '@gennaker/contracts/igor';
import { orcaApi } from '@gennaker/contracts/orca';
import { roscoApi } from '@gennaker/contracts/rosco';
import { knownStages } from '@gennaker/documents/known-stages';
import { cachedAccess } from '@gennaker/service/access';
import type { AppDefinition } from '@gennaker/service/app';
import { systemClock } from '@gennaker/service/clock';
import type { ServiceName } from '@gennaker/service/config';
import { createServiceClient, createServiceStreams, type ServiceClientOptions } from '@gennaker/service/http-client';
import { serve } from '@gennaker/service/http-server';
import { knownAccounts } from '@gennaker/service/known-accounts';
import { readAuthenticationMode } from '@gennaker/store/authentication-mode';
import { openDatabase } from '@gennaker/store/database';
import manifest from '../package.json' with { type: 'json' };
import { gateHandlers } from './http.ts';
import { rehearsals } from './import/rehearsals.ts';
import { Attempts } from './people/attempts.ts';
import { authenticator } from './people/authenticate.ts';
import type { People } from './people/people.ts';

/** An event stream goes on for at most this long after its session ended or its caller's rights changed, ms. */
const STREAM_CALLER_MAX_AGE_MS = 5_000;

/** Gate: the public API. */
export const app: AppDefinition = {
  name: 'gate',
  async start(config) {
    const { urls, file } = config;
    const db = openDatabase(config.databaseUrl, { name: 'gate', max: 4 });
    const access = cachedAccess({
      readMode: () => readAuthenticationMode(db.pool),
      readPermissions: () => Promise.resolve({}),
    });
    const exposed = file.host !== undefined && !/^(localhost|127\.|::1$)/.test(file.host);
    if (exposed && !(await access.authentication())) {
      await db.close();
      throw new Error(
        `gennaker.yml binds gate to ${file.host}, but authentication is off: take "host" out, start, run "gennaker users add NAME --admin", then put it back`,
      );
    }
    const [publicUrl] = file.publicUrls;
    const people: People = {
      db,
      clock: systemClock,
      attempts: new Attempts(() => systemClock.now()),
      identityKey: config.identityKey,
      authentication: () => access.authentication(),
      loginUrl: `${publicUrl ?? urls.deck.split(',')[0]}/login`.replace(/(?<!:)\/\//g, '/'),
      origins: [...urls.deck.split(','), ...urls.gate.split(','), ...file.publicUrls].flatMap(originsOf),
      exposed,
      accounts: knownAccounts(config, 'gate'),
    };
    const called = (name: ServiceName): ServiceClientOptions => ({
      name,
      baseUrl: urls[name],
      caller: 'gate',
      identityKey: config.identityKey,
    });
    const customStages = { webhooks: file.webhook.preconfigured, stageTypes: file.stageTypes };
    const rehearsing = rehearsals(systemClock);
    const served = await serve({
      name: 'gate',
      api: gateApi,
      config,
      handlers: gateHandlers(
        {
          front50: createServiceClient(front50Api, called('front50')),
          front50Lists: createServiceStreams(front50Api, called('front50')),
          orca: createServiceClient(orcaApi, called('orca')),
          orcaLists: createServiceStreams(orcaApi, called('orca')),
          echo: createServiceClient(echoApi, called('echo')),
          igor: createServiceClient(igorApi, called('igor')),
          rosco: createServiceClient(roscoApi, called('rosco')),
          clouddriver: createServiceClient(clouddriverApi, called('clouddriver')),
          version: manifest.version,
          customStages,
          triggers: file,
          deploymentMonitors: file.monitoredDeploy.deploymentMonitors,
          stages: knownStages(customStages),
        },
        people,
        { rehearsals: rehearsing, clock: systemClock },
      ),
      identify: authenticator(people),
      identifyAgainMs: STREAM_CALLER_MAX_AGE_MS,
      ...(file.host === undefined ? {} : { host: file.host }),
    });
    return {
      async stop() {
        await served.close();
        rehearsing.close();
        await db.close();
      },
    };
  },
};

/** The origin of an address; on loopback also under its other name. */
function originsOf(url: string): string[] {
  const { origin, hostname, port, protocol } = new URL(url);
  return hostname === '127.0.0.1' ? [origin, `${protocol}//localhost:${port}`] : [origin];
}
