import { runMain } from '@gennaker/service/app';
import { app } from './module.ts';

await runMain(app, process.env);
