import { DBOS } from '@dbos-inc/dbos-sdk';
import { closedLoop } from '../closed-loop.ts';
import { measure, type Measured, type PeerOptions } from './peer.ts';

/** DBOS: a workflow of ten steps that do nothing, started inside of its own process. */
export async function dbos(options: PeerOptions): Promise<Measured> {
  const workflow = DBOS.registerWorkflow(
    async () => {
      for (let step = 0; step < 10; step++)
        await DBOS.runStep(() => Promise.resolve({ ok: true }), { name: `step${step}` });
    },
    { name: 'ten-steps' },
  );
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: options.databaseUrl,
    logLevel: 'error',
    runAdminServer: false,
    systemDatabasePoolSize: 16,
  });
  await DBOS.launch();
  const run = async (): Promise<void> => {
    const handle = await DBOS.startWorkflow(workflow)();
    await handle.getResult();
  };
  await closedLoop(Math.min(50, options.count), options.inFlight, run);
  const result = await measure(options, 10, () => closedLoop(options.count, options.inFlight, run));
  await DBOS.shutdown();
  return result;
}
