import { writePath, type Api, type Route } from '@gennaker/contracts/route';
import { MAX_DEPTH } from '@gennaker/contracts/keepable-json';
import { STATUSES } from '@gennaker/contracts/status';
import { z } from 'zod';

/** A request that has to be refused, and how. */
export interface HostileRequest {
  readonly operation: string;
  readonly what: string;
  readonly method: Route['method'];
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly status: number;
  /** Words of the answer: the offending field among them. */
  readonly says: readonly string[];
}

interface JsonSchema {
  readonly required?: readonly string[];
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

const JSON_TYPE = { 'content-type': 'application/json' };
/** A value of a type for which there is no better one. */
export const SAMPLE_NAME = 'hello';

function schemaOf(schema: z.ZodType | undefined, io: 'input' | 'output'): JsonSchema {
  return schema ? (z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as JsonSchema) : {};
}

/** A route's path with something in the place of each parameter. */
export function samplePath(route: Route, replaced: Readonly<Record<string, string>> = {}): string {
  const { properties = {} } = schemaOf(route.params, 'output');
  const value = (name: string): string =>
    replaced[name] ?? (properties[name]?.type === 'integer' ? '1' : String(properties[name]?.enum?.[0] ?? SAMPLE_NAME));
  return writePath(route.path.replace(/\/\*$/, '/rest'), value);
}

/** What a route's query must have at least. */
function sampleQuery(route: Route): string {
  const { required = [] } = schemaOf(route.query, 'input');
  return required.length === 0 ? '' : `?${required.map((name) => `${name}=${SAMPLE_NAME}`).join('&')}`;
}

/** Queries in which every number is as large as a number can be exactly, or nothing. */
export function extremeQueries(route: Route): string[] {
  const { properties = {} } = schemaOf(route.query, 'output');
  const numbers = Object.keys(properties).filter((name) =>
    ['integer', 'number'].includes(properties[name]?.type ?? ''),
  );
  const required = sampleQuery(route);
  const query = (value: string): string => `${required || '?'}${numbers.map((name) => `&${name}=${value}`).join('')}`;
  return numbers.length === 0 ? [required] : [required, query(String(Number.MAX_SAFE_INTEGER)), query('-1'), query('')];
}

/** Requests with every parameter of a query given twice, holding NUL, and with values that it does not have. */
function hostileQueries(operation: string, route: Route): HostileRequest[] {
  const { properties = {} } = schemaOf(route.query, 'output');
  const request = (what: string, query: string, says: readonly string[]): HostileRequest => ({
    ...{ operation, what, method: route.method, headers: JSON_TYPE, status: 400, says },
    path: `${samplePath(route)}?${query}`,
  });
  return Object.entries(properties).flatMap(([name, schema]) => {
    const many = schema.anyOf?.some(({ type }) => type === 'array') ?? schema.type === 'array';
    const sample =
      schema.type === 'integer' ? '1' : schema.type === 'boolean' ? 'true' : (schema.enum?.[0] ?? SAMPLE_NAME);
    const twice = many ? [] : [request(`${name} twice`, `${name}=${sample}&${name}=${sample}`, [name, '2 times'])];
    // A list of known words is a text to JSON Schema.
    const known = name === 'statuses' ? STATUSES : schema.enum;
    const typed = known !== undefined || ['integer', 'number', 'boolean'].includes(schema.type ?? '');
    const allowed = known?.map(String) ?? (schema.type === 'boolean' ? ['true', 'false'] : []);
    const unknown = typed ? [request(`unknown ${name}`, `${name}=bogus`, [name, ...allowed])] : [];
    return [...twice, ...unknown, request(`NUL in ${name}`, `${name}=a%00b`, [name, 'NUL'])];
  });
}

function hostilePaths(operation: string, route: Route): HostileRequest[] {
  return Object.keys(schemaOf(route.params, 'output').properties ?? {})
    .filter((name) => name !== '*')
    .map((name) => ({
      ...{ operation, what: `NUL in ${name}`, method: route.method, headers: JSON_TYPE, status: 400 },
      path: samplePath(route, { [name]: 'a%00b' }),
      says: [name, 'NUL'],
    }));
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const WRONG: Readonly<Record<string, unknown>> = {
  string: { not: 'a text' },
  number: 'no number',
  integer: 1.5,
  boolean: 'perhaps',
  array: 'no list',
  object: 'no object',
};

/** Bodies that a route must refuse whatever it is for, and each of its fields with a value of another type. */
function hostileBodies(operation: string, route: Route, maxBytes: number): HostileRequest[] {
  const request = (
    what: string,
    body: string | Uint8Array,
    status: number,
    says: readonly string[],
    headers: Readonly<Record<string, string>> = JSON_TYPE,
  ): HostileRequest => ({
    ...{
      operation,
      what,
      method: route.method,
      path: samplePath(route) + sampleQuery(route),
      headers,
      body,
      status,
      says,
    },
  });
  const levels = MAX_DEPTH + 1;
  const deep = `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  const anything = [
    request('cut off', '{"name": "x', 400, ['JSON']),
    request('no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400, ['UTF-8']),
    request('too deep', deep, 400, ['a.0.0', `${MAX_DEPTH} levels`]),
    request('__proto__', '{"a":{"__proto__":{"admin":true}}}', 400, ['a.__proto__', 'rename']),
    request('constructor', '{"a":[{"constructor":{"prototype":{}}}]}', 400, ['a.0.constructor', 'rename']),
    request('NUL', String.raw`{"a":[{"b":"\u0000"}]}`, 400, ['a.0.b', 'NUL']),
    request('NUL in a key', String.raw`{"a":{"\u0000":1}}`, 400, ['NUL']),
    request('half a character', String.raw`{"a":"\ud800"}`, 400, ['a', 'surrogate']),
    request('too large', `{"a":"${'x'.repeat(maxBytes)}"}`, 413, ['maxBodyBytes', String(maxBytes)]),
    route.alsoTakes === 'form'
      ? request('a form without payload', 'a=1', 400, ['payload', 'application/json'], FORM)
      : request('a form', 'a=1', 415, ['application/json'], FORM),
    request('no content type', new TextEncoder().encode('{}'), 415, ['application/json'], {}),
  ];
  if (!route.body) return anything;
  const { properties = {} } = schemaOf(route.body, 'input');
  const fields = Object.entries(properties).flatMap(([name, { type = '' }]) =>
    type in WRONG ? [request(`wrong ${name}`, JSON.stringify({ [name]: WRONG[type] }), 400, [name])] : [],
  );
  const scalars = ['null', '"text"', '12'].map((text) => request(`is ${text}`, text, 400, ['body']));
  return [...anything, ...scalars, ...fields];
}

/** Every request that a service must refuse, made of its contract alone. */
export function hostileRequests(api: Api, maxBytes: number): HostileRequest[] {
  return Object.entries(api).flatMap(([operation, route]) => [
    ...hostilePaths(operation, route),
    ...hostileQueries(operation, route),
    ...(route.body || route.rawBody ? hostileBodies(operation, route, maxBytes) : []),
  ]);
}
