import type { AppDefinition } from '@gennaker/service/app';
import { systemClock } from '@gennaker/service/clock';
import { serve } from '@gennaker/service/http-server';
import { front50Api } from '@gennaker/contracts/front50';
import { stages } from '@gennaker/stages/server';
import { openDatabase } from '@gennaker/store/database';
import { triggers } from '@gennaker/triggers/server';
import { front50Handlers } from './http.ts';

/** Front50: applications and pipelines. */
export const app: AppDefinition = {
  name: 'front50',
  async start(config) {
    const db = openDatabase(config.databaseUrl);
    const served = await serve({
      name: 'front50',
      api: front50Api,
      config,
      handlers: front50Handlers({
        db,
        clock: systemClock,
        known: {
          stageTypes: new Set(Object.values(stages).flatMap((stage) => [stage.type, ...(stage.aliases ?? [])])),
          triggerTypes: new Set(Object.keys(triggers)),
          accounts: new Set(config.file.accounts.map((account) => account.name)),
        },
      }),
    });
    return {
      async stop() {
        await served.close();
        await db.close();
      },
    };
  },
};
