import { backendServices } from './backend-services.ts';
import type { Call, Collection, ItemCall, Lab } from './collection.ts';
import { itemAt } from './collection.ts';
import { compileFilter } from './filter.ts';
import { forwardingRules, targetTcpProxies } from './forwarding-rules.ts';
import { groupManagers, instanceGroups } from './group-managers.ts';
import { healthChecks, httpHealthChecks } from './health-checks.ts';
import { imageCollection } from './images.ts';
import { newestOfFamily } from './instance-document.ts';
import { instanceTemplates } from './instance-templates.ts';
import { instances } from './instances.ts';
import { MACHINE_TYPES, REGIONS, ZONES, findZone, zonesOf } from './locations.ts';
import type { LabRequest, LabResponse } from './message.ts';
import { firewalls, networks, subnetworks } from './networks.ts';
import { page } from './page.ts';
import { globalScope, linkOf, regionScope, splitPath, zoneScope } from './path.ts';
import type { Scope } from './path.ts';
import { CloudProblem, notFound } from './problem.ts';
import { targetPools } from './target-pools.ts';

const COLLECTIONS = new Map<string, Collection>(
  [
    instanceTemplates,
    groupManagers,
    instanceGroups,
    instances,
    imageCollection,
    healthChecks,
    httpHealthChecks,
    backendServices,
    forwardingRules,
    targetTcpProxies,
    targetPools,
    networks,
    subnetworks,
    firewalls,
  ].map((each) => [each.name, each]),
);

type Query = Readonly<Record<string, string>>;

/** Answers a request below `/compute/v1/projects/{project}`; `parts` is what follows. */
export async function answerCompute(
  lab: Lab,
  request: LabRequest,
  project: string,
  parts: readonly string[],
): Promise<LabResponse> {
  const { query } = request;
  const [first, second, ...rest] = parts;
  if (first === undefined)
    return read(request, { kind: 'compute#project', name: project, id: '1', selfLink: linkOf(`projects/${project}`) });
  if (first === 'aggregated' && second !== undefined) return read(request, aggregated(lab, project, second, query));
  if (first === 'global') return inScope(lab, request, globalScope(project), parts.slice(1));
  if (first === 'zones' || first === 'regions') {
    const scopeOf = first === 'zones' ? zoneScope : regionScope;
    const known = first === 'zones' ? ZONES.map(({ name }) => name) : REGIONS;
    if (second === undefined) {
      return read(
        request,
        listing(
          `compute#${first.slice(0, -1)}List`,
          `projects/${project}/${first}`,
          known.map((name) => place(project, first, name)),
          query,
        ),
      );
    }
    if (!known.includes(second)) throw notFound(`projects/${project}/${first}/${second}`);
    if (rest.length === 0) return read(request, place(project, first, second));
    return inScope(lab, request, scopeOf(project, second), rest);
  }
  throw notFound(`projects/${project}/${parts.join('/')}`);
}

async function inScope(lab: Lab, request: LabRequest, scope: Scope, parts: readonly string[]): Promise<LabResponse> {
  const [name = '', item, verb, extra] = parts;
  if (name === 'operations') return operations(lab, request, scope, item, verb);
  if (name === 'machineTypes' && scope.kind === 'zone') return machineTypes(request, scope, item);
  const collection = COLLECTIONS.get(name);
  if (collection === undefined || !collection.scopes.includes(scope.kind) || extra !== undefined) {
    throw new CloudProblem(404, 'notFound', `This cloud has no '${name}' in ${scope.path}.`);
  }
  const requestId = request.query['requestId'];
  const repeated = request.method === 'GET' ? undefined : lab.operations.forRequest(scope.project, requestId);
  if (repeated !== undefined) return { status: 200, body: repeated };
  const call: Call = { scope, query: request.query, body: bodyOf(request), requestId };
  if (item === undefined) return onCollection(lab, request, collection, call);
  if (name === 'images' && item === 'family' && verb !== undefined) return family(lab, request, scope, verb);
  const path = `${scope.path}/${name}/${item}`;
  const found = itemAt(lab, collection.name, path);
  return onItem(lab, request, collection, { ...call, path, item: found }, verb);
}

function onCollection(lab: Lab, request: LabRequest, collection: Collection, call: Call): LabResponse {
  if (request.method === 'POST' && collection.insert !== undefined) return ok(collection.insert(lab, call));
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
      listing('compute#operationList', `${scope.path}/operations`, lab.operations.list(scope), request.query),
    );
  }
  const path = `${scope.path}/operations/${name}`;
  if (verb === 'wait' && request.method === 'POST') return ok(await lab.operations.wait(path));
  return read(request, lab.operations.get(path));
}

function machineTypes(request: LabRequest, scope: Scope, name: string | undefined): LabResponse {
  const items = typesIn(scope.project, scope.location);
  if (name === undefined) {
    return read(request, listing('compute#machineTypeList', `${scope.path}/machineTypes`, items, request.query));
  }
  const found = items.find((each) => each.name === name);
  if (found === undefined) throw notFound(`${scope.path}/machineTypes/${name}`);
  return read(request, found);
}

function typesIn(project: string, zone: string) {
  return MACHINE_TYPES.map((type) => ({
    kind: 'compute#machineType',
    id: String(1000 + MACHINE_TYPES.indexOf(type)),
    creationTimestamp: '1969-12-31T16:00:00.000-08:00',
    ...type,
    description: `${type.guestCpus} vCPUs, ${type.memoryMb} MB`,
    zone,
    selfLink: linkOf(`projects/${project}/zones/${zone}/machineTypes/${type.name}`),
  }));
}

function family(lab: Lab, request: LabRequest, scope: Scope, name: string): LabResponse {
  const path = newestOfFamily(lab.store, scope.project, name);
  if (path === undefined) throw notFound(`${scope.path}/images/family/${name}`);
  return read(request, shown(lab, imageCollection, path, itemAt(lab, 'images', path)));
}

function aggregated(lab: Lab, project: string, name: string, query: Query): object {
  const collection = COLLECTIONS.get(name);
  if (collection === undefined && name !== 'machineTypes') {
    throw new CloudProblem(404, 'notFound', `This cloud has no aggregated list of '${name}'.`);
  }
  const all =
    collection === undefined
      ? ZONES.flatMap(({ name: zone }) =>
          typesIn(project, zone).map((item) => ({
            key: `zones/${zone}`,
            order: `zones/${zone}/${item.name}`,
            item: item as object,
          })),
        )
      : lab.store
          .list(collection.name, `projects/${project}/`)
          .map(([path, item]) => ({ key: scopeKey(path), order: path, item: shown(lab, collection, path, item) }));
  const keep = compileFilter(query['filter']);
  const { items, nextPageToken } = page(
    all.filter(({ item }) => keep(item)),
    ({ order }) => order,
    query,
  );
  const keys = [
    ...(collection === undefined || collection.scopes.includes('global') ? ['global'] : []),
    ...(collection?.scopes.includes('region') === true ? REGIONS.map((region) => `regions/${region}`) : []),
    ...(collection === undefined || collection.scopes.includes('zone')
      ? ZONES.map((zone) => `zones/${zone.name}`)
      : []),
  ];
  const scoped = keys.map((key) => {
    const here = items.filter((each) => each.key === key).map(({ item }) => item);
    const empty = {
      warning: {
        code: 'NO_RESULTS_ON_PAGE',
        message: `There are no results for scope '${key}' on this page.`,
        data: [{ key: 'scope', value: key }],
      },
    };
    return [key, here.length === 0 ? empty : { [name]: here }];
  });
  return {
    kind: `${collection?.kind ?? 'compute#machineType'}AggregatedList`,
    id: `projects/${project}/aggregated/${name}`,
    items: Object.fromEntries(scoped),
    selfLink: linkOf(`projects/${project}/aggregated/${name}`),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  };
}

function scopeKey(path: string): string {
  const scope = splitPath(path)?.scope;
  return scope === undefined || scope.kind === 'global' ? 'global' : `${scope.kind}s/${scope.location}`;
}

function listing<T extends object>(kind: string, path: string, all: readonly T[], query: Query): object {
  const keep = compileFilter(query['filter']);
  const byTime = query['orderBy'] === 'creationTimestamp desc';
  const nameOf = (item: T): string => String('name' in item ? item.name : '');
  const timeOf = (item: T): string => String('creationTimestamp' in item ? item.creationTimestamp : '');
  // Newest first as a key that grows: the page token is the last key seen.
  const keyOf = (item: T): string =>
    byTime ? `${String(9e15 - Date.parse(timeOf(item)))} ${nameOf(item)}` : nameOf(item);
  const sorted = all.filter(keep).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const { items, nextPageToken } = page(sorted, keyOf, query);
  return {
    kind,
    id: path,
    items,
    selfLink: linkOf(path),
    ...(nextPageToken === undefined ? {} : { nextPageToken }),
  };
}

function place(project: string, kind: 'zones' | 'regions', name: string): { readonly name: string } {
  const path = `projects/${project}/${kind}/${name}`;
  const base = {
    name,
    description: name,
    status: 'UP',
    selfLink: linkOf(path),
    creationTimestamp: '1969-12-31T16:00:00.000-08:00',
  };
  if (kind === 'zones') {
    const zone = findZone(name);
    return {
      kind: 'compute#zone',
      id: String(2000 + (zone?.index ?? 0)),
      region: linkOf(`projects/${project}/regions/${zone?.region ?? ''}`),
      ...base,
    } as { name: string };
  }
  return {
    kind: 'compute#region',
    id: String(1000 + REGIONS.indexOf(name)),
    zones: zonesOf(name).map((zone) => linkOf(`projects/${project}/zones/${zone.name}`)),
    quotas: [{ metric: 'CPUS', limit: 10_000, usage: 0 }],
    ...base,
  } as { name: string };
}

function shown(
  lab: Lab,
  collection: Collection,
  path: string,
  item: Parameters<NonNullable<Collection['view']>>[2],
): object {
  return collection.view?.(lab, path, item) ?? item;
}

/** The JSON of a body; an empty text and the two characters `""` mean that there is none. */
export function bodyOf(request: LabRequest): unknown {
  if (request.body === '' || request.body === '""') return {};
  try {
    return JSON.parse(request.body);
  } catch {
    throw new CloudProblem(400, 'parseError', 'The body is not JSON.');
  }
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
