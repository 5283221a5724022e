import { createClient } from '@gennaker/client/client';
import { gateApi } from '@gennaker/contracts/gate';

/** Address of gate for this page: the same origin, so no cross-origin rule is needed. */
export const GATE = '/gate';

/** Gate's client. Errors are ServiceErrors with gate's own message and fix. */
export const gate = createClient(gateApi, { baseUrl: GATE });
