import { ServiceError } from '@gennaker/contracts/error';
import type { NotificationMessage } from '@gennaker/contracts/notifications';
import { defineNotification, hostOf, postJson } from '@gennaker/extension-sdk/notification';
import { z } from 'zod';
import { cdeventsNotificationSchema } from './schema.ts';

/** Release of the specification that events are written by. */
const SPECIFICATION = '0.4.1';
/** Version of the types that are used most; others say theirs. */
const TYPE_VERSION = '0.2.0';

const eventSchema = z.looseObject({
  context: z.looseObject({ id: z.string(), source: z.string(), type: z.string(), timestamp: z.string() }),
  subject: z.looseObject({ id: z.string() }),
});

/** A CDEvent in the HTTP binding of CloudEvents 1.0, binary mode: attributes as headers, the CDEvent as body. */
export default defineNotification({
  type: 'cdevents',
  label: 'CDEvents',
  description: 'A CDEvent for a broker of CloudEvents',
  schema: cdeventsNotificationSchema,
  settings: z.strictObject({}),
  examples: [
    {
      type: 'cdevents',
      address: 'https://broker.example.com/events',
      when: ['pipeline.starting', 'pipeline.complete'],
    },
    {
      type: 'cdevents',
      address: 'https://broker.example.com/events',
      cdEventsType: 'dev.cdevents.service.deployed.0.2.0',
      when: ['stage.complete'],
    },
  ],
  address: ({ address }) => hostOf(address),
  payload: ({ cdEventsType }, message) => {
    const type = cdEventsType ? withVersion(cdEventsType) : usualType(message.event);
    const [, , subject = '', predicate = ''] = type.split('.');
    const source = `/applications/${encodeURIComponent(message.application)}`;
    const id = (subject === 'taskrun' ? message.stageId : undefined) ?? message.executionId ?? message.application;
    return {
      context: {
        version: SPECIFICATION,
        // The same happening, told again, is the same event.
        id: `${id}:${message.event}:${message.at}`,
        source,
        type,
        timestamp: new Date(message.at).toISOString(),
      },
      subject: { id, source, type: subjectType(subject), content: contentOf(subject, predicate, message) },
    };
  },
  async send(notification, message, { settings, http }) {
    const event = eventSchema.parse(this.payload(notification, message, settings));
    const { context, subject } = event;
    await postJson(http, notification.address, event, {
      'ce-specversion': '1.0',
      'ce-id': context.id,
      'ce-source': context.source,
      'ce-type': context.type,
      'ce-time': context.timestamp,
      'ce-subject': subject.id,
    });
  },
});

function usualType(event: string): string {
  const [level, phase] = event.split('.');
  const subject = level === 'pipeline' ? 'pipelinerun' : level === 'stage' ? 'taskrun' : undefined;
  if (subject === undefined)
    throw new ServiceError(422, `CDEvents has no type for ${event}`, {
      field: 'cdEventsType',
      fix: 'name one, such as dev.cdevents.ticket.created.0.1.0, or do not tell of this',
    });
  return `dev.cdevents.${subject}.${phase === 'starting' ? 'started' : 'finished'}.${TYPE_VERSION}`;
}

const withVersion = (type: string): string => (/\d$/.test(type) ? type : `${type}.${TYPE_VERSION}`);

/** The specification writes subjects in camel case, and types in lower case. */
function subjectType(subject: string): string {
  return subject.replace(/(pipeline|task|test(?:case|suite)?)run$/, (_, kind: string) => `${kind}Run`);
}

function contentOf(subject: string, predicate: string, message: NotificationMessage): Record<string, unknown> {
  const outcome = message.event.endsWith('failed') ? 'failure' : 'success';
  const ended = predicate === 'finished' ? { outcome, ...(outcome === 'failure' ? { errors: message.text } : {}) } : {};
  const url = message.link === undefined ? {} : { url: message.link };
  if (subject === 'pipelinerun')
    return { pipelineName: message.executionName ?? message.application, ...url, ...ended };
  if (subject === 'taskrun')
    return {
      taskName: message.stageName ?? '',
      pipelineRun: { id: message.executionId ?? '', type: 'pipelineRun' },
      ...url,
      ...ended,
    };
  return { ...url };
}
