import { badRequest } from '@gennaker/contracts/error';

type Json = Readonly<Record<string, unknown>>;

/** A CDEvent with the attributes of the CloudEvent that carried it. */
export interface CdEvent {
  /** `ce-` attributes and the other headers, by their names in lower case. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly payload: Json;
}

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Attributes that every CloudEvent has (CloudEvents 1.0). */
const REQUIRED = ['ce-id', 'ce-source', 'ce-type'];

/** Attributes of a structured CloudEvent under the names that they have as headers. */
function structured(content: Json): Record<string, string> {
  return Object.fromEntries(
    Object.entries(content).flatMap(([name, value]) =>
      typeof value === 'string' ? [[`ce-${name.toLowerCase()}`, value]] : [],
    ),
  );
}

/**
 * Reads a CDEvent: of a CloudEvent in binary mode (attributes as `ce-` headers, the event as body) or in structured mode
 * (attributes beside the event in `data`), or bare, with its own `context`.
 * @throws ServiceError 400 when neither says its id, source and type
 */
export function readCdEvent(headers: Readonly<Record<string, string>>, content: Json): CdEvent {
  if (content['specversion'] !== undefined) {
    const data = isObject(content['data']) ? content['data'] : {};
    return complete({ attributes: { ...headers, ...structured(content) }, payload: data });
  }
  const context = isObject(content['context']) ? structured(content['context']) : {};
  return complete({ attributes: { ...context, ...headers }, payload: content });
}

function complete(event: CdEvent): CdEvent {
  const missing = REQUIRED.filter((name) => !event.attributes[name]);
  if (missing.length === 0) return event;
  const names = missing.map((name) => name.slice('ce-'.length)).join(', ');
  throw badRequest(`The CloudEvent has no ${names}`, {
    field: missing[0] ?? 'headers',
    fix: 'send a CloudEvent 1.0: the headers ce-id, ce-source and ce-type with the event as body, or one JSON object with id, source, type and data',
  });
}
