import { createClient } from '@gennaker/client/client';
import { gateApi } from '@gennaker/contracts/gate';
import { configFromEnv } from '@gennaker/service/config';
import { seed } from './seeding.ts';

/** Run by the supervisor after each start: what is there already stays as it is. */
const config = configFromEnv(process.env);
await seed(createClient(gateApi, { baseUrl: config.urls.gate }), (line) => console.log(line));
