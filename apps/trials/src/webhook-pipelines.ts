import { createClient } from '@gennaker/client/client';
import { gateApi } from '@gennaker/contracts/gate';
import type { Client } from '@gennaker/contracts/route';

/** What the trials of triggers send to, and what it starts. */
export const WEBHOOKS = {
  application: 'trials',
  source: 'trials',
  path: '/webhooks/webhook/trials',
  /** Every webhook starts it. */
  started: 'started-by-all',
  /** None does: its constraint is never met. */
  refused: 'started-by-none',
} as const;

/** Makes the application and its pipelines as a user would. @throws Error when a task fails */
export async function makeWebhookPipelines(gateUrl: string): Promise<Client<typeof gateApi>> {
  const gate = createClient(gateApi, { baseUrl: gateUrl });
  const { application, source } = WEBHOOKS;
  const { ref } = await gate.submitTask({
    body: {
      application,
      job: [{ type: 'createApplication', application: { name: application, email: 'trials@example.com' } }],
    },
  });
  const { status } = await gate.getTask({ params: { id: ref.slice(ref.lastIndexOf('/') + 1) } });
  if (status !== 'SUCCEEDED') throw new Error(`The trial could not be prepared: createApplication is ${status}.`);
  const save = (id: string, constraints: Readonly<Record<string, string>>) =>
    gate.savePipeline({
      query: {},
      body: JSON.stringify({
        ...{ application, id, name: id, limitConcurrent: false, keepWaitingPipelines: true },
        triggers: [{ type: 'webhook', enabled: true, source, payloadConstraints: constraints }],
        stages: [{ type: 'noop', name: 'Nothing', refId: '1', requisiteStageRefIds: [] }],
      }),
    });
  await save(WEBHOOKS.started, { number: '^[0-9]+$' });
  await save(WEBHOOKS.refused, { number: '^never$' });
  return gate;
}
