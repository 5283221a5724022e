import { eventRoutes } from '@gennaker/contracts/echo';
import type { gateApi } from '@gennaker/contracts/gate';
import { orcaPassedRoutes } from '@gennaker/contracts/orca';
import { orcaInsightRoutes } from '@gennaker/contracts/orca-insight';
import { orcaUndoRoutes } from '@gennaker/contracts/orca-undo';
import type { Handlers } from '@gennaker/contracts/route';
import { strategyLabRoutes } from '@gennaker/contracts/strategy-lab';
import { cloudHandlers } from './clouds/cloud-handlers.ts';
import { documentHandlers } from './documents/document-handlers.ts';
import { liveEvents } from './events/live-events.ts';
import { takeWebhook } from './events/take-webhook.ts';
import { featureHandlers } from './features/feature-handlers.ts';
import { forward } from './forward.ts';
import type { Gate } from './gate.ts';
import { importHandlers, type ImportParts } from './import/import-handlers.ts';
import { openApiDocument } from './openapi/document.ts';
import type { People } from './people/people.ts';
import { peopleHandlers } from './people/people-handlers.ts';
import { pipelineHandlers } from './pipelines/pipeline-handlers.ts';
import { callOptions } from './request.ts';
import { customStageHandlers } from './stages/custom-stages.ts';
import { taskHandlers } from './tasks/task-handlers.ts';

/** Gate's API bound to its use cases. */
export function gateHandlers(gate: Gate, people: People, imports: ImportParts): Handlers<typeof gateApi> {
  let document: Record<string, unknown> | undefined;
  return {
    version: () => ({ version: gate.version }),
    openapi: () => (document ??= openApiDocument(gate.version)),
    ...forward(gate.orca, orcaPassedRoutes),
    ...peopleHandlers(people),
    ...featureHandlers(people, gate),
    ...pipelineHandlers(gate),
    ...taskHandlers(gate),
    ...cloudHandlers(gate),
    ...documentHandlers(gate),
    ...importHandlers(gate, imports),
    ...customStageHandlers(gate.customStages),
    ...forward(gate.orca, orcaInsightRoutes),
    ...forward(gate.orca, strategyLabRoutes),
    ...forward(gate.orca, orcaUndoRoutes),
    failedStages: ({ query, ...call }) => gate.orca.failedStages({ query }, callOptions(call)),
    jenkinsWebhook: ({ params, query, rawBody, headers, ...call }) => {
      const token = headers['x-webhook-token'];
      return gate.igor.jenkinsWebhook(
        { params, query, body: rawBody },
        {
          ...callOptions(call),
          // Igor counts a build once, so that the call may be sent again.
          key: crypto.randomUUID(),
          headers: {
            ...(headers['content-type'] === undefined ? {} : { 'content-type': headers['content-type'] }),
            ...(token === undefined ? {} : { 'x-webhook-token': token }),
          },
        },
      );
    },
    webhook: (call) => takeWebhook(gate, call.params, call.rawBody, call.headers, callOptions(call)),
    ...forward(gate.echo, eventRoutes),
    events: ({ query, headers, signal, identity }) =>
      liveEvents(gate, { ...query, after: headers['last-event-id'] ?? query.after }, signal, identity),
  };
}
