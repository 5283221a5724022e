import { runMain } from '@gennaker/service/app';
import { startOrca } from '@gennaker/app-orca/module';
import { z } from 'zod';
import { ENGINE_PLANTS } from '../chaos/engine/plants.ts';
import { seamsOf } from './seams.ts';

// An orca process as it is delivered, but with a clock and a doorbell that its parent can disturb.
const plant = z
  .enum(ENGINE_PLANTS)
  .optional()
  .parse(process.env['TRIAL_PLANT'] || undefined);
const seams = seamsOf(plant, process.env['REDIS_URL'] ?? '', (listener) => process.on('message', listener));
// An orca whose parent is gone would go on for ever.
process.on('disconnect', () => process.exit(1));
await runMain({ name: 'orca', start: (config) => startOrca(config, seams) }, process.env);
