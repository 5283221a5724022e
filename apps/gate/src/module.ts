import { clouddriverApi } from '@gennaker/contracts/clouddriver';
import { echoApi } from '@gennaker/contracts/echo';
import { front50Api } from '@gennaker/contracts/front50';
import { gateApi } from '@gennaker/contracts/gate';
import { igorApi } from '@gennaker/contracts/igor';
import { orcaApi } from '@gennaker/contracts/orca';
import { roscoApi } from '@gennaker/contracts/rosco';
import type { AppDefinition } from '@gennaker/service/app';
import { createServiceClient } from '@gennaker/service/http-client';
import { serve } from '@gennaker/service/http-server';
import manifest from '../package.json' with { type: 'json' };
import { gateHandlers } from './http.ts';

/** Gate: the public API. */
export const app: AppDefinition = {
  name: 'gate',
  async start(config) {
    const { urls } = config;
    const caller = 'gate';
    const served = await serve({
      name: 'gate',
      api: gateApi,
      config,
      handlers: gateHandlers({
        front50: createServiceClient(front50Api, { name: 'front50', baseUrl: urls.front50, caller }),
        orca: createServiceClient(orcaApi, { name: 'orca', baseUrl: urls.orca, caller }),
        echo: createServiceClient(echoApi, { name: 'echo', baseUrl: urls.echo, caller }),
        igor: createServiceClient(igorApi, { name: 'igor', baseUrl: urls.igor, caller }),
        rosco: createServiceClient(roscoApi, { name: 'rosco', baseUrl: urls.rosco, caller }),
        clouddriver: createServiceClient(clouddriverApi, { name: 'clouddriver', baseUrl: urls.clouddriver, caller }),
        version: manifest.version,
        accounts: config.file.accounts.map((account) => account.name),
      }),
    });
    return { stop: () => served.close() };
  },
};
