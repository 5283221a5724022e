import { once } from 'node:events';
import { loadClient, SERVICES } from '@gennaker/clouds/gce/client-library';
import { runMain } from '@gennaker/service/app';
import { app } from '../module.ts';

// Clouddriver as it is delivered, but everything is loaded before it is told to start: it takes over at once.
for (const service of SERVICES) loadClient(service);
process.on('disconnect', () => process.exit(1));
await once(process, 'message');
await runMain(app, process.env);
