import { bindsProduced } from '@gennaker/extension-sdk/bind-produced';
import { defineStage, type JsonObject, type TaskDefinition } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';
import { createWebhook } from './create-webhook.ts';
import { monitorWebhook, signalCancellation, waitBeforeMonitor } from './monitor-webhook.ts';
import { type WebhookContext, webhookSchema } from './schema.ts';

const MINUTE_MS = 60_000;

const bodySchema = z.looseObject({ artifacts: z.unknown().optional() }).optional().catch(undefined);
const answeredSchema = z
  .looseObject({ body: bodySchema, monitor: z.looseObject({ body: bodySchema }).optional().catch(undefined) })
  .catch({ body: undefined });

/** The artifacts that the last answer brings, as its `artifacts`. */
function artifactsOfAnswer({ webhook }: Readonly<JsonObject>): unknown {
  const { body, monitor } = answeredSchema.parse(webhook);
  return monitor?.body?.artifacts ?? body?.artifacts;
}

/** The steps of a webhook of these settings. */
export function webhookTasks(context: Readonly<JsonObject>): readonly TaskDefinition<WebhookContext>[] {
  const is = (key: string): boolean => String(context[key]) === 'true';
  const onCancel = is('signalCancellation') ? { onCancel: signalCancellation } : {};
  const calls = { name: 'createWebhook', timeoutMs: 5 * MINUTE_MS, run: createWebhook, ...onCancel };
  const waits = { name: 'waitBeforeMonitorWebhook', run: waitBeforeMonitor, ...onCancel };
  const looks = { name: 'monitorWebhook', timeoutMs: 60 * MINUTE_MS, run: monitorWebhook, ...onCancel };
  const only = is('monitorOnly');
  return [
    ...(only ? [] : [calls]),
    ...(only || is('waitForCompletion') ? [...(Number(context['waitBeforeMonitor']) > 0 ? [waits] : []), looks] : []),
    ...bindsProduced(context, artifactsOfAnswer),
  ];
}

/** The settings of a webhook without what a run left in them. */
export function withoutAnswers({
  webhook: _answers,
  webhookAttempts: _calls,
  ...settings
}: Readonly<JsonObject>): JsonObject {
  return settings;
}

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
  tasks: ({ context }) => webhookTasks(context),
  prepareForRestart: ({ context }) => ({ context: withoutAnswers(context), outputs: {} }),
});
