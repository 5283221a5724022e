import {
  instanceSchema,
  loadBalancerSchema,
  operationSchema,
  serverGroupSchema,
} from '@gennaker/contracts/clouddriver';
import { eventAnswerSchema, eventMatchSchema, storedEventSchema } from '@gennaker/contracts/echo';
import { errorBodySchema } from '@gennaker/contracts/error';
import {
  executionTriggerSchema,
  executionViewSchema,
  reasonSchema,
  stageViewSchema,
  taskViewSchema,
} from '@gennaker/contracts/execution';
import { applicationSchema, pipelineSchema, saveWarningSchema, taskSchema } from '@gennaker/contracts/front50';
import { applicationViewSchema, gateApi, upstreamNoticeSchema } from '@gennaker/contracts/gate';
import { healthRoutes } from '@gennaker/contracts/health';
import { buildInfoSchema } from '@gennaker/contracts/igor';
import { type Api, type Route, writePath } from '@gennaker/contracts/route';
import { z } from 'zod';

type Json = Record<string, unknown>;

const COMPONENTS: Readonly<Record<string, z.ZodType>> = {
  Application: applicationSchema,
  ApplicationView: applicationViewSchema,
  BuildInfo: buildInfoSchema,
  Error: errorBodySchema,
  EventAnswer: eventAnswerSchema,
  EventMatch: eventMatchSchema,
  Execution: executionViewSchema,
  ExecutionTrigger: executionTriggerSchema,
  Instance: instanceSchema,
  LoadBalancer: loadBalancerSchema,
  Operation: operationSchema,
  Pipeline: pipelineSchema,
  Reason: reasonSchema,
  SaveWarning: saveWarningSchema,
  ServerGroup: serverGroupSchema,
  Stage: stageViewSchema,
  StoredEvent: storedEventSchema,
  Task: taskSchema,
  TaskStep: taskViewSchema,
  UpstreamNotice: upstreamNoticeSchema,
};

/** Moves the `$defs` of a schema to the components and points at them there. */
function hoist(schema: Json, components: Json): Json {
  const { $defs, $schema: _dialect, ...rest } = schema;
  const move = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(move);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== 'id' || typeof (value as Json)['id'] !== 'string')
        .map(([key, item]) => [
          key,
          key === '$ref' && typeof item === 'string' ? item.replace('#/$defs/', '#/components/schemas/') : move(item),
        ]),
    );
  };
  for (const [name, definition] of Object.entries(($defs ?? {}) as Json)) components[name] ??= move(definition);
  return move(rest) as Json;
}

function schemaOf(schema: z.ZodType, components: Json): Json {
  const registry = z.registry<{ id?: string }>();
  for (const [id, component] of Object.entries(COMPONENTS)) registry.add(component, { id });
  const json = z.toJSONSchema(schema, {
    io: 'output',
    unrepresentable: 'any',
    metadata: registry,
    override: ({ zodSchema, jsonSchema }) => {
      const description = z.globalRegistry.get(zodSchema as unknown as z.ZodType)?.description;
      if (description !== undefined) jsonSchema.description ??= description;
    },
  });
  return hoist(json, components);
}

function parametersOf(route: Route, components: Json): Json[] {
  const parts = [
    ['path', route.params],
    ['query', route.query],
  ] as const;
  return parts.flatMap(([where, schema]) => {
    if (!schema) return [];
    const { properties = {}, required = [] } = schemaOf(schema, components) as {
      properties?: Record<string, Json>;
      required?: string[];
    };
    return Object.entries(properties).map(([name, { description, ...property }]) => ({
      name,
      in: where,
      required: where === 'path' || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: property,
    }));
  });
}

function contentOf(route: Route, components: Json): Json {
  if (route.answers === 'events') return { content: { 'text/event-stream': { schema: { type: 'string' } } } };
  if (route.answers === 'text') return { content: { 'text/plain': { schema: { type: 'string' } } } };
  if (route.answers === 'bytes') return { content: { 'application/octet-stream': {} } };
  if (!route.response) return {};
  return { content: { 'application/json': { schema: schemaOf(route.response, components) } } };
}

/** A route whose handler decides status and type by itself may answer any success, and send elsewhere. */
function successOf(route: Route, components: Json): Json {
  const description = route.summary;
  if (route.answers === 'raw') return { '2XX': { description, content: { '*/*': {} } }, '3XX': { description } };
  return { [String(route.status ?? 200)]: { description, ...contentOf(route, components) } };
}

function bodyContent({ alsoTakes }: Route, json: Json): Json {
  const payload = { type: 'string', contentMediaType: 'application/json' };
  const form = { type: 'object', required: ['payload'], properties: { payload } };
  return {
    'application/json': { schema: json },
    ...(alsoTakes === 'text' ? { 'text/plain': { schema: { type: 'string' } } } : {}),
    ...(alsoTakes === 'form' ? { 'application/x-www-form-urlencoded': { schema: form } } : {}),
  };
}

function operationOf(id: string, route: Route, components: Json): Json {
  const parameters = parametersOf(route, components);
  const body = route.rawBody ? z.looseObject({}) : route.body;
  return {
    operationId: id,
    summary: route.summary,
    tags: [route.path.split('/')[1] || 'root'],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body ? { requestBody: { required: true, content: bodyContent(route, schemaOf(body, components)) } } : {}),
    responses: {
      ...successOf(route, components),
      default: {
        description: 'What was tried, why it failed and what to do',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

/** Gate's contract as an OpenAPI 3.1 document (spec.openapis.org/oas/v3.1.0), the same for the same version. */
export function openApiDocument(version: string, api: Api = { ...healthRoutes, ...gateApi }): Json {
  const components: Json = {};
  schemaOf(z.array(errorBodySchema), components);
  const paths: Record<string, Json> = {};
  for (const [id, route] of Object.entries(api)) {
    const path = writePath(route.path, (name) => `{${name}}`);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(id, route, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Gennaker',
      version,
      description: "The public API, on Spinnaker's paths.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: { schemas: Object.fromEntries(Object.entries(components).toSorted(([a], [b]) => (a < b ? -1 : 1))) },
  };
}
