import { readFileSync } from 'node:fs';
import { memberSpans } from './json-spans.ts';

interface Field {
  readonly type?: string;
  readonly id?: number;
  readonly options?: object;
}

interface Description {
  readonly nested?: Readonly<Record<string, Description>>;
  readonly fields?: Readonly<Record<string, Field>>;
  readonly methods?: Readonly<Record<string, { readonly requestType: string; readonly responseType: string }>>;
}

/** Keys to the versions of the API, and to the services and messages of this one. */
const VERSIONS = ['google', 'cloud', 'compute'].flatMap((part) => ['nested', part]).concat('nested');
const VERSION = 'v1';

/**
 * Google recommends this of aggregated lists: what a place that does not answer leaves out is told, where the list would
 * fail otherwise. The library's description lacks it.
 */
const PARTIAL_SUCCESS: Readonly<Record<string, Field>> = {
  returnPartialSuccess: { type: 'bool', id: 517198390, options: { proto3_optional: true } },
};

/**
 * Reads of a description of the Compute API (protobuf descriptors as JSON) what these methods of these services need.
 * The file is large; only what is kept is made into objects.
 * @throws Error when the file is no such description, or has not all of the services
 */
export function readDescription(
  file: string,
  services: readonly string[],
  methods: readonly string[],
): { readonly nested: object } {
  const json = readFileSync(file);
  const versions = memberSpans(json, VERSIONS).object;
  const { members } = memberSpans(json, [...VERSIONS, VERSION, 'nested']);
  const parsed = (name: string): Description | undefined => {
    const span = members.get(name);
    return span && (JSON.parse(json.toString('utf8', span.start, span.end)) as Description);
  };
  const wanted = new Set(methods.map((method) => `${method.charAt(0).toUpperCase()}${method.slice(1)}`));
  const kept: Record<string, Description> = {};
  const keepMessage = (type: string | undefined): void => {
    const name = type?.split('.').at(-1);
    const message = name === undefined || kept[name] ? undefined : parsed(name);
    if (name === undefined || !message) return;
    kept[name] = message;
    keepFields(message);
  };
  const keepFields = (message: Description): void => {
    for (const { type } of Object.values(message.fields ?? {})) keepMessage(type);
    for (const nested of Object.values(message.nested ?? {})) keepFields(nested);
  };
  for (const name of services) {
    const service = parsed(name);
    if (!service?.methods) throw new Error(`${file} describes no service ${name}.`);
    const used = Object.entries(service.methods).filter(([method]) => wanted.has(method));
    kept[name] = { ...service, methods: Object.fromEntries(used) };
    for (const [, { requestType, responseType }] of used) {
      keepMessage(requestType);
      keepMessage(responseType);
      const asked = kept[requestType];
      if (asked && requestType.startsWith('AggregatedList'))
        kept[requestType] = { ...asked, fields: { ...PARTIAL_SUCCESS, ...asked.fields } };
    }
  }
  const before = json.toString('utf8', 0, versions.start);
  const after = json.toString('utf8', versions.end);
  const only = JSON.stringify({ [VERSION]: { nested: kept } });
  return JSON.parse(`${before}${only}${after}`) as { nested: object };
}
