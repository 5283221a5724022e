import type { Call, Collection, ItemCall, Lab } from './collection.ts';
import { itemAt } from './collection.ts';
import { COLLECTIONS } from './collections.ts';
import { newestOfFamily } from './image-reference.ts';
import { imageCollection } from './images.ts';
import { aggregatedListing, listing, shown } from './listing.ts';
import type { Aggregation } from './listing.ts';
import { REGIONS, ZONES } from './locations.ts';
import type { LabRequest, LabResponse } from './message.ts';
import {
  allMachineTypes,
  machineTypeOf,
  machineTypesOf,
  projectDocument,
  regionDocument,
  zoneDocument,
} from './places.ts';
import { globalScope, pathOf, regionScope, zoneScope } from './path.ts';
import type { Scope } from './path.ts';
import { CloudProblem, invalid, notFound } from './problem.ts';
import { bodyOf } from './request-body.ts';

/** These verbs of global target proxies stand without `global/` in the path, as in the real API. */
const WITHOUT_GLOBAL: Readonly<Record<string, readonly string[]>> = {
  targetHttpProxies: ['setUrlMap'],
  targetHttpsProxies: ['setUrlMap', 'setSslCertificates'],
};

/** Answers a request below `/compute/v1/projects/{project}`; `parts` is what follows. */
export async function answerCompute(
  lab: Lab,
  request: LabRequest,
  project: string,
  parts: readonly string[],
): Promise<LabResponse> {
  const [first, second, ...rest] = parts;
  if (first === undefined) return read(request, projectDocument(lab, project));
  if (first === 'aggregated' && second !== undefined && rest.length === 0) {
    return read(
      request,
      aggregatedListing(project, aggregation(lab, project, second), request.query, lab.faults.unreachable),
    );
  }
  if (first === 'global') return inScope(lab, request, globalScope(project), parts.slice(1));
  if (first === 'zones') {
    const names = ZONES.map(({ name }) => name);
    const documents = names.map((name) => zoneDocument(project, name));
    if (second === undefined)
      return read(request, listing('compute#zoneList', `projects/${project}/zones`, documents, request.query));
    if (!names.includes(second)) throw notFound(`projects/${project}/zones/${second}`);
    if (rest.length === 0) return read(request, zoneDocument(project, second));
    return inScope(lab, request, zoneScope(project, second), rest);
  }
  if (first === 'regions') {
    if (second === undefined) {
      const documents = REGIONS.map((name) => regionDocument(lab, project, name));
      return read(request, listing('compute#regionList', `projects/${project}/regions`, documents, request.query));
    }
    if (!REGIONS.includes(second)) throw notFound(`projects/${project}/regions/${second}`);
    if (rest.length === 0) return read(request, regionDocument(lab, project, second));
    return inScope(lab, request, regionScope(project, second), rest);
  }
  if (WITHOUT_GLOBAL[first]?.includes(rest[0] ?? '') === true) {
    return inScope(lab, request, globalScope(project), parts);
  }
  throw unknown(request, `projects/${project}/${parts.join('/')}`);
}

async function inScope(lab: Lab, request: LabRequest, scope: Scope, parts: readonly string[]): Promise<LabResponse> {
  const [name = '', item, verb, extra] = parts;
  if (name === 'operations' && extra === undefined) return operations(lab, request, scope, item, verb);
  if (name === 'machineTypes' && scope.kind === 'zone' && verb === undefined) return machineTypes(request, scope, item);
  const collection = COLLECTIONS.get(name);
  if (collection === undefined || !collection.scopes.includes(scope.kind) || extra !== undefined) {
    throw unknown(request, `${scope.path}/${parts.join('/')}`);
  }
  const requestId = requestIdOf(request);
  const key = requestId === undefined ? undefined : `${scope.project} ${request.method} ${request.path} ${requestId}`;
  const repeated = request.method === 'GET' || key === undefined ? undefined : lab.operations.forRequest(key);
  if (repeated !== undefined) return ok(repeated);
  const call: Call = {
    scope,
    query: request.query,
    body: bodyOf(request),
    requestId: requestId === undefined || key === undefined ? undefined : { id: requestId, key },
  };
  if (item === undefined) return onCollection(lab, request, collection, call);
  if (name === 'images' && item === 'family' && verb !== undefined) return family(lab, request, scope, verb);
  const path = `${scope.path}/${name}/${item}`;
  const found = itemAt(lab, collection.name, path);
  return onItem(lab, request, collection, { ...call, path, item: found }, verb);
}

function onCollection(
  lab: Lab,
  request: LabRequest,
  collection: Collection,
  call: Call,
): Promise<LabResponse> | LabResponse {
  if (request.method === 'POST' && collection.insert !== undefined) return ok(collection.insert(lab, call));
  // Autoscalers are changed on the collection, named in the query, as in the real API.
  const named = collection.name === 'autoscalers' && request.method !== 'GET' ? request.query['autoscaler'] : undefined;
  if (named !== undefined && named !== '') {
    const path = `${call.scope.path}/${collection.name}/${named}`;
    return onItem(lab, request, collection, { ...call, path, item: itemAt(lab, collection.name, path) }, undefined);
  }
  const items = lab.store.list(collection.name, call.scope).map(([path, item]) => shown(lab, collection, path, item));
  return read(request, listing(`${collection.kind}List`, `${call.scope.path}/${collection.name}`, items, call.query));
}

async function onItem(
  lab: Lab,
  request: LabRequest,
  collection: Collection,
  call: ItemCall<Collection['name']>,
  verb: string | undefined,
): Promise<LabResponse> {
  const { method } = request;
  if (verb !== undefined) {
    const run = method === 'POST' ? collection.posts?.[verb] : method === 'GET' ? collection.gets?.[verb] : undefined;
    if (run === undefined) throw unsupported(method, `${call.path}/${verb}`);
    return ok(await run(lab, call));
  }
  if (method === 'GET') return ok(shown(lab, collection, call.path, call.item));
  const change =
    method === 'PATCH'
      ? collection.patch
      : method === 'PUT'
        ? collection.update
        : method === 'DELETE'
          ? collection.remove
          : undefined;
  if (change === undefined) throw unsupported(method, call.path);
  return ok(change(lab, call));
}

async function operations(
  lab: Lab,
  request: LabRequest,
  scope: Scope,
  name: string | undefined,
  verb: string | undefined,
): Promise<LabResponse> {
  if (name === undefined) {
    return read(
      request,
      listing(
        'compute#operationList',
        `${scope.path}/operations`,
        lab.operations.list(`${scope.path}/`),
        request.query,
      ),
    );
  }
  const path = `${scope.path}/operations/${name}`;
  if (verb === 'wait' && request.method === 'POST') return ok(await lab.operations.wait(path));
  if (verb !== undefined) throw unsupported(request.method, `${path}/${verb}`);
  if (request.method === 'DELETE') {
    lab.operations.forget(path);
    return ok({});
  }
  return read(request, lab.operations.get(path));
}

function machineTypes(request: LabRequest, { project, location, path }: Scope, name: string | undefined): LabResponse {
  if (name === undefined) {
    const items = machineTypesOf(project, location);
    return read(request, listing('compute#machineTypeList', `${path}/machineTypes`, items, request.query));
  }
  const found = machineTypeOf(project, location, name);
  if (found === undefined) throw notFound(`${path}/machineTypes/${name}`);
  return read(request, found);
}

function family(lab: Lab, request: LabRequest, scope: Scope, name: string): LabResponse {
  const path = newestOfFamily(lab.store, scope.project, name);
  if (path === undefined) throw notFound(`${scope.path}/images/family/${name}`);
  return read(request, shown(lab, imageCollection, path, itemAt(lab, 'images', path)));
}

function aggregation(lab: Lab, project: string, name: string): Aggregation {
  if (name === 'machineTypes') {
    const items = allMachineTypes(project).map((item) => ({ path: pathOf(item.selfLink, project, 'selfLink'), item }));
    return { kind: 'compute#machineTypeAggregatedList', name, scopes: ['zone'], items };
  }
  if (name === 'operations') {
    const items = lab.operations
      .list(`projects/${project}/`)
      .map((item) => ({ path: pathOf(item.selfLink, project, 'selfLink'), item }));
    return { kind: 'compute#operationAggregatedList', name, scopes: ['global', 'region', 'zone'], items };
  }
  const collection = COLLECTIONS.get(name);
  if (collection === undefined || collection.aggregated === false) {
    throw new CloudProblem(404, 'notFound', `There is no aggregated list of '${name}'; list it in its scope.`);
  }
  const items = lab.store
    .list(collection.name, `projects/${project}/`)
    .map(([path, item]) => ({ path, item: shown(lab, collection, path, item) }));
  return { kind: `${collection.kind}AggregatedList`, name, scopes: collection.scopes, items };
}

/** @throws CloudProblem 400 when the id is no UUID */
function requestIdOf({ query }: LabRequest): string | undefined {
  const id = query['requestId'];
  if (id === undefined || id === '') return undefined;
  if (!/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id) || /^[0-]+$/.test(id)) {
    throw invalid('requestId', `'${id}'. It must be a UUID other than the all-zero one, a new one for each request.`);
  }
  return id;
}

function ok(body: unknown): LabResponse {
  return { status: 200, body };
}

function read(request: LabRequest, body: unknown): LabResponse {
  if (request.method !== 'GET') throw unsupported(request.method, request.path);
  return ok(body);
}

function unsupported(method: string, path: string): CloudProblem {
  return new CloudProblem(501, 'notImplemented', `${method} on '${path}' is not something that this cloud does.`);
}

function unknown(request: LabRequest, path: string): CloudProblem {
  const known = [...COLLECTIONS.keys()].join(', ');
  return new CloudProblem(
    404,
    'notFound',
    `This cloud has nothing at ${request.method} '${path}'. Its collections are ${known}, machineTypes and operations.`,
  );
}
