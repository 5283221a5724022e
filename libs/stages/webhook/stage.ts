import { defineStage } from '@gennaker/extension-sdk/stage';
import { createWebhook } from './create-webhook.ts';
import { monitorWebhook } from './monitor-webhook.ts';
import { webhookSchema } from './schema.ts';

const MINUTE_MS = 60_000;

/** Calls an address, and watches a status address until the work behind it is over where that is wanted. */
export default defineStage({
  type: 'webhook',
  label: 'Webhook',
  description: 'Calls an address, and can wait for the work behind it',
  schema: webhookSchema,
  examples: [
    { url: 'https://example.com/hook', method: 'POST', payload: { version: '1.0' } },
    {
      url: 'https://example.com/jobs',
      waitForCompletion: true,
      statusUrlResolution: 'webhookResponse',
      statusUrlJsonPath: '$.status.url',
      statusJsonPath: '$.state',
      successStatuses: 'done, finished',
      terminalStatuses: 'failed',
    },
  ],
  canManuallySkip: true,
  tasks: (stage) => [
    { name: 'createWebhook', timeoutMs: 5 * MINUTE_MS, run: createWebhook },
    ...(String(stage.context['waitForCompletion']) === 'true'
      ? [{ name: 'monitorWebhook', timeoutMs: 60 * MINUTE_MS, run: monitorWebhook }]
      : []),
  ],
});
