import { createClient } from '@gennaker/client/client';
import { jsonObject } from '@gennaker/contracts/execution';
import { gateApi } from '@gennaker/contracts/gate';
import { orcaAdminRoutes } from '@gennaker/contracts/orca-admin';
import { defineApi } from '@gennaker/contracts/route';
import { z } from 'zod';

/** Address of gate for this page: the same origin, so no cross-origin rule is needed. */
export const GATE = '/gate';

const stageOf = z.object({ id: z.string(), stageId: z.string() });
const actions = defineApi({
  restartFromStage: {
    method: 'PUT',
    path: '/pipelines/:id/stages/:stageId/restart',
    summary: 'Run a stage and what comes after it again',
    params: stageOf,
    body: jsonObject,
  },
  ignoreStageFailure: {
    method: 'PUT',
    path: '/pipelines/:id/stages/:stageId/ignoreFailure',
    summary: 'Let a failed stage count as passed',
    params: stageOf,
    body: jsonObject,
  },
  preconfiguredWebhooks: {
    method: 'GET',
    path: '/webhooks/preconfigured',
    summary: 'Stage types that an operator set up',
    response: z.array(z.looseObject({ type: z.string(), label: z.string(), description: z.string().optional() })),
  },
});

/** Gate's client. Errors are ServiceErrors with gate's own message and fix. */
export const gate = createClient({ ...gateApi, ...orcaAdminRoutes, ...actions }, { baseUrl: GATE });
