import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { echoApi } from '@gennaker/contracts/echo';
import { front50Api } from '@gennaker/contracts/front50';
import { gateApi } from '@gennaker/contracts/gate';
import { igorApi } from '@gennaker/contracts/igor';
import { orcaApi } from '@gennaker/contracts/orca';
import { roscoApi } from '@gennaker/contracts/rosco';
import type { AppDefinition } from '@gennaker/service/app';
import type { ServiceName } from '@gennaker/service/config';
import { createServiceClient, type ServiceClientOptions } from '@gennaker/service/http-client';
import { serve } from '@gennaker/service/http-server';
import manifest from '../package.json' with { type: 'json' };
import { gateHandlers } from './http.ts';

/** Gate: the public API. */
export const app: AppDefinition = {
  name: 'gate',
  async start(config) {
    const { urls } = config;
    const called = (name: ServiceName): ServiceClientOptions => ({
      name,
      baseUrl: urls[name],
      caller: 'gate',
      identityKey: config.identityKey,
    });
    const served = await serve({
      name: 'gate',
      api: gateApi,
      config,
      handlers: gateHandlers({
        front50: createServiceClient(front50Api, called('front50')),
        orca: createServiceClient(orcaApi, called('orca')),
        echo: createServiceClient(echoApi, called('echo')),
        igor: createServiceClient(igorApi, called('igor')),
        rosco: createServiceClient(roscoApi, called('rosco')),
        clouddriver: createServiceClient(clouddriverApi, called('clouddriver')),
        version: manifest.version,
        accounts: config.file.accounts.map((account) => account.name),
      }),
    });
    return { stop: () => served.close() };
  },
};
