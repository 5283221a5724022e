import { createRequire } from 'node:module';

interface Field {
  readonly type: string;
  readonly rule?: 'repeated';
  readonly keyType?: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

interface Descriptor {
  readonly nested?: Readonly<Record<string, Descriptor>>;
  readonly fields?: Readonly<Record<string, Field>>;
  readonly values?: Readonly<Record<string, number>>;
  readonly methods?: Readonly<
    Record<
      string,
      {
        readonly requestType: string;
        readonly responseType: string;
        readonly parsedOptions: readonly Readonly<Record<string, unknown>>[];
      }
    >
  >;
}

/** One method of the API, as the installed client describes it. */
export interface ComputeMethod {
  /** E.g. `UrlMaps`. */
  readonly service: string;
  /** E.g. `Insert`. */
  readonly name: string;
  /** GET, POST, PUT, PATCH or DELETE. */
  readonly verb: string;
  /** E.g. `/compute/v1/projects/{project}/global/urlMaps/{url_map}`. */
  readonly template: string;
  readonly request: string;
  readonly response: string;
  /** Field of the request that is the body, in camel case. */
  readonly body: string | undefined;
}

const COMPUTE = ['google', 'cloud', 'compute', 'v1'];
const messages = load();

/** Every method of every service. */
export const METHODS: readonly ComputeMethod[] = Object.entries(messages).flatMap(([service, { methods }]) =>
  Object.entries(methods ?? {}).map(([name, { requestType, responseType, parsedOptions }]) => {
    const http = parsedOptions.flatMap((each) => each['(google.api.http)'] ?? [])[0] as Record<string, string>;
    const verb = ['get', 'post', 'put', 'patch', 'delete'].find((each) => each in http) ?? '';
    return {
      service,
      name,
      verb: verb.toUpperCase(),
      template: http[verb] ?? '',
      request: requestType,
      response: responseType,
      body: http['body'] === undefined ? undefined : camel(http['body']),
    };
  }),
);

const ROUTES = METHODS.map((method) => ({
  method,
  pattern: new RegExp(`^${method.template.replaceAll(/\{[a-z0-9_]+\}/g, '[^/]+')}$`),
}));

/** The method that a request calls, undefined when the API has none there. */
export function methodOf(verb: string, path: string): ComputeMethod | undefined {
  return ROUTES.find(({ method, pattern }) => method.verb === verb && pattern.test(path))?.method;
}

/** What of a request is not as its method's message says: unknown fields, wrong types, words outside an enumeration. */
export function requestProblems(
  method: ComputeMethod,
  query: Readonly<Record<string, string>>,
  body: string,
): string[] {
  const fields = messages[method.request]?.fields ?? {};
  const inPath = [...method.template.matchAll(/\{([a-z0-9_]+)\}/g)].map(([, name]) => camel(name ?? ''));
  const unknown = Object.keys(query).flatMap((key) =>
    fields[key] === undefined || key === method.body ? [`query.${key}: ${method.request} has no such field`] : [],
  );
  const absent = Object.entries(fields)
    .filter(([, { options }]) => options?.['(google.api.field_behavior)'] === 'REQUIRED')
    .flatMap(([name]) =>
      inPath.includes(name) || name in query || name === method.body ? [] : [`${name}: ${method.request} requires it`],
    );
  if (method.body === undefined) {
    return [...unknown, ...absent, ...(body === '' || body === '""' ? [] : [`body: ${method.request} has none`])];
  }
  const json: unknown = body === '' || body === '""' ? {} : JSON.parse(body);
  return [...unknown, ...absent, ...problemsOf(fields[method.body]?.type ?? '', json, 'body')];
}

/** What of an answer is not as its method's message says. */
export function responseProblems(method: ComputeMethod, body: unknown): string[] {
  return problemsOf(method.response, JSON.parse(JSON.stringify(body)), method.response);
}

function problemsOf(type: string, value: unknown, at: string): string[] {
  const message = messages[type];
  if (message?.fields === undefined) return [`${at}: there is no message ${type}`];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at}: must be an object`];
  return Object.entries(value).flatMap(([key, each]) => {
    const field = message.fields?.[key];
    if (field === undefined) return [`${at}.${key}: ${type} has no such field`];
    return fieldProblems(message, key, field, each, `${at}.${key}`);
  });
}

function fieldProblems(message: Descriptor, key: string, field: Field, value: unknown, at: string): string[] {
  const one = (each: unknown, where: string): string[] => valueProblems(message, key, field.type, each, where);
  if (field.keyType !== undefined) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at}: must be a map`];
    return Object.entries(value).flatMap(([name, each]) => one(each, `${at}[${name}]`));
  }
  if (field.rule === 'repeated') {
    if (!Array.isArray(value)) return [`${at}: must be a list`];
    return value.flatMap((each, position) => one(each, `${at}[${position}]`));
  }
  return one(value, at);
}

function valueProblems(message: Descriptor, key: string, type: string, value: unknown, at: string): string[] {
  const wrong = (what: string): string[] => [`${at}: must be ${what}, and is ${JSON.stringify(value)}`];
  switch (type) {
    case 'bool':
      return typeof value === 'boolean' ? [] : wrong('true or false');
    case 'int32':
    case 'uint32':
      return Number.isInteger(value) ? [] : wrong('a whole number');
    case 'int64':
    case 'uint64':
      return typeof value === 'string' && /^-?\d+$/.test(value) ? [] : wrong('a whole number as text');
    case 'float':
    case 'double':
      return typeof value === 'number' ? [] : wrong('a number');
    case 'string': {
      if (typeof value !== 'string') return wrong('a text');
      const pascal = key.charAt(0).toUpperCase() + key.slice(1);
      const words = (message.nested?.[pascal] ?? message.nested?.[`${pascal}Enum`])?.values;
      // Some enumerations name none of their words; the library's own notes do.
      return words === undefined || Object.keys(words).length === 1 || value in words
        ? []
        : wrong(`one of ${Object.keys(words).join(', ')}`);
    }
  }
  const words = message.nested?.[type]?.values ?? messages[type]?.values;
  if (words !== undefined)
    return typeof value === 'string' && value in words ? [] : wrong(`one of ${Object.keys(words).join(', ')}`);
  return problemsOf(type, value, at);
}

/** `url_map_resource` as `urlMapResource`. */
export function camel(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function load(): Readonly<Record<string, Descriptor>> {
  let at = createRequire(import.meta.url)('@google-cloud/compute/build/protos/protos.json') as Descriptor;
  for (const part of COMPUTE) at = at.nested?.[part] ?? {};
  return at.nested ?? {};
}
