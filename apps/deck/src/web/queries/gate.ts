import { createClient } from '@gennaker/client/client';
import { gateApi } from '@gennaker/contracts/gate';
import { defineApi } from '@gennaker/contracts/route';
import { z } from 'zod';

/** Address of gate for this page: the same origin, so no cross-origin rule is needed. */
export const GATE = '/gate';

/** A stage type that an operator set up, with the parameters that it asks for. */
const preconfiguredSchema = z.looseObject({
  type: z.string(),
  label: z.string(),
  description: z.string().nullish(),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        label: z.string().nullish(),
        description: z.string().nullish(),
        defaultValue: z.string().nullish(),
        order: z.number().optional(),
      }),
    )
    .nullish(),
});
export type Preconfigured = z.output<typeof preconfiguredSchema>;

const operatorTypes = defineApi({
  preconfiguredWebhooks: {
    method: 'GET',
    path: '/webhooks/preconfigured',
    summary: 'Stage types that an operator set up',
    response: z.array(preconfiguredSchema),
  },
});

/** Gate's client. Errors are ServiceErrors with gate's own message and fix. */
export const gate = createClient({ ...gateApi, ...operatorTypes }, { baseUrl: GATE });
