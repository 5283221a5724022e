import type { z } from 'zod';
import type { Autoscaling } from './autoscaling.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Fleet } from './fleet.ts';
import type { Placement } from './instance-document.ts';
import type { Operations, RequestId } from './operations.ts';
import type { Scope } from './path.ts';
import { linkOf, pathOf, splitPath } from './path.ts';
import { findZone } from './locations.ts';
import { CloudProblem, alreadyExists, invalid, notFound, notReady } from './problem.ts';
import { checkQuota } from './quotas.ts';
import { FINGERPRINTED, LABELLED, resourceName } from './resource.ts';
import type { CollectionName, Resource, Resources } from './resource.ts';
import type { Runtime } from './runtime.ts';
import type { OperationDocument, Store } from './store.ts';
import { fingerprintOf } from './store.ts';
import type { Traffic } from './traffic.ts';

/** Everything that a collection works with. */
export interface Lab {
  readonly store: Store;
  readonly clock: Clock;
  readonly runtime: Runtime;
  readonly traffic: Traffic;
  readonly operations: Operations;
  readonly fleet: Fleet;
  readonly autoscaling: Autoscaling;
  readonly faults: Faults;
  readonly placement: Placement;
}

/** One call to a collection. */
export interface Call {
  readonly scope: Scope;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON; an empty object when there was none. */
  readonly body: unknown;
  readonly requestId: RequestId | undefined;
}

/** A call to one resource of it. */
export interface ItemCall<C extends CollectionName> extends Call {
  readonly path: string;
  readonly item: Resources[C];
}

type Answer = Promise<unknown> | unknown;

/** How a kind of resource answers; what is absent is not supported. */
export interface Collection<C extends CollectionName = CollectionName> {
  readonly name: C;
  /** E.g. `compute#image`; lists append `List`. */
  readonly kind: string;
  readonly scopes: readonly Scope['kind'][];
  /** Whether the API has an aggregated list of it; true unless said otherwise. */
  readonly aggregated?: boolean;
  /** The resource as the API shows it, where that differs from what is stored. */
  view?(lab: Lab, path: string, item: Resources[C]): object;
  insert?(lab: Lab, call: Call): OperationDocument;
  patch?(lab: Lab, call: ItemCall<C>): OperationDocument;
  update?(lab: Lab, call: ItemCall<C>): OperationDocument;
  remove?(lab: Lab, call: ItemCall<C>): OperationDocument;
  /** `POST .../{name}/{verb}`. */
  readonly posts?: Readonly<Record<string, (lab: Lab, call: ItemCall<C>) => Answer>>;
  /** `GET .../{name}/{verb}`. */
  readonly gets?: Readonly<Record<string, (lab: Lab, call: ItemCall<C>) => Answer>>;
}

/** Declares a collection with its own resource type. */
export function collection<C extends CollectionName>(definition: Collection<C>): Collection {
  return definition as unknown as Collection;
}

/**
 * Parses a body.
 * @throws CloudProblem 400 naming the first field that is wrong
 */
export function parse<T>(schema: z.ZodType<T>, body: unknown, within = 'resource'): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid([within, ...(issue?.path ?? [])].join('.'), issue?.message ?? 'it cannot be read.');
}

/** Stores a new resource and starts its insert operation. */
export function insertResource<C extends CollectionName>(
  lab: Lab,
  call: Call,
  of: { readonly name: C; readonly kind: string },
  fields: { readonly name: string; readonly [field: string]: unknown },
  work?: { readonly action: string; readonly detail?: Readonly<Record<string, string>> },
): OperationDocument {
  const path = `${call.scope.path}/${of.name}/${parse(resourceName, fields.name, 'resource.name')}`;
  if (lab.store.get(of.name, path) !== undefined) throw alreadyExists(path);
  checkQuota(lab.store, of.name, call.scope);
  return lab.operations.start({
    scope: call.scope,
    type: 'insert',
    targetPath: path,
    apply: () => storeResource(lab, path, of, call.scope, fields).id,
    requestId: call.requestId,
    work,
  });
}

/** Stores a new resource with id, time, link and fingerprint, without an operation. */
export function storeResource<C extends CollectionName>(
  lab: Lab,
  path: string,
  of: { readonly name: C; readonly kind: string },
  scope: Scope,
  fields: { readonly name: string; readonly [field: string]: unknown },
): Resource {
  const resource = marked(of.name, {
    ...withoutOutput(fields),
    name: fields.name,
    kind: of.kind,
    id: lab.store.nextId(),
    creationTimestamp: new Date(lab.clock.now()).toISOString(),
    selfLink: linkOf(path),
    ...(scope.kind === 'zone' ? { zone: linkOf(scope.path) } : {}),
    ...(scope.kind === 'region' ? { region: linkOf(scope.path) } : {}),
  });
  lab.store.put(of.name, path, resource as unknown as Resources[C]);
  return resource;
}

/**
 * Replaces fields of a resource and starts the operation. A fingerprint in the call must be the current one.
 * @throws CloudProblem 412 when it is stale
 */
export function changeResource<C extends CollectionName>(
  lab: Lab,
  call: ItemCall<C>,
  of: { readonly name: C },
  type: string,
  fields: Readonly<Record<string, unknown>>,
  work?: { readonly action: string; readonly detail?: Readonly<Record<string, string>> },
): OperationDocument {
  return start(lab, call, type, work, () => replaceFields(lab, call.path, call.item, of, fields));
}

/** Writes changed fields, keeping identity, and takes a new fingerprint. */
export function replaceFields<C extends CollectionName>(
  lab: Lab,
  path: string,
  item: Resources[C],
  of: { readonly name: C },
  fields: Readonly<Record<string, unknown>>,
): void {
  const next: Resource = { ...item, ...withoutOutput(fields), name: item.name };
  lab.store.put(of.name, path, marked(of.name, next) as unknown as Resources[C]);
}

/** Replaces a resource's whole content, keeping only its identity, and starts the operation. */
export function changeToDocument<C extends CollectionName>(
  lab: Lab,
  call: ItemCall<C>,
  of: { readonly name: C },
  type: string,
  fields: Readonly<Record<string, unknown>>,
): OperationDocument {
  return start(lab, call, type, undefined, () => {
    const { kind, id, name, creationTimestamp, selfLink } = call.item;
    const place = Object.entries(call.item).filter(([key]) => OUTPUT_ONLY.has(key));
    const identity = { ...Object.fromEntries(place), kind, id, creationTimestamp, selfLink };
    const next: Resource = { ...identity, ...withoutOutput(fields), name };
    lab.store.put(of.name, call.path, marked(of.name, next) as unknown as Resources[C]);
  });
}

/** Removes a resource at once and starts its delete operation. */
export function removeResource<C extends CollectionName>(
  lab: Lab,
  call: ItemCall<C>,
  work?: { readonly action: string; readonly detail?: Readonly<Record<string, string>> },
): OperationDocument {
  return start(lab, call, 'delete', work, () => lab.store.remove(call.path));
}

/** Starts an operation on an existing resource; `apply` makes the change that is visible at once. */
export function start<C extends CollectionName>(
  lab: Lab,
  call: ItemCall<C>,
  type: string,
  work: { readonly action: string; readonly detail?: Readonly<Record<string, string>> } | undefined,
  apply: () => void,
): OperationDocument {
  return lab.operations.start({
    scope: call.scope,
    type,
    targetPath: call.path,
    apply() {
      apply();
      return call.item.id;
    },
    requestId: call.requestId,
    work,
  });
}

/** @throws CloudProblem 412 when a fingerprint is given and not the current one, or demanded and absent */
export function checkFingerprint(given: string | undefined, current: string | undefined, demanded = false): void {
  if (given === undefined || given === '') {
    if (!demanded) return;
    throw new CloudProblem(
      412,
      'conditionNotMet',
      "Required field 'fingerprint' not specified: read the resource and send its fingerprint back.",
    );
  }
  if (given !== current) {
    throw new CloudProblem(
      412,
      'conditionNotMet',
      'Invalid fingerprint: the resource was changed since it was read. Read it again and repeat the change.',
    );
  }
}

/**
 * How far a reference may reach: to the same scope only; to what holds it as well (from a zone its region, from
 * anywhere global) and to a region's zones; or anywhere.
 */
export type Reach = 'same' | 'around' | 'anywhere';

/**
 * The path that a reference means.
 * @throws CloudProblem 400 when it means another kind or a scope that is out of reach, 404 when nothing is there
 */
export function existing(
  lab: Lab,
  call: Pick<Call, 'scope'>,
  field: string,
  reference: string,
  collections: readonly CollectionName[],
  reach: Reach = 'around',
): string {
  const path = pathOf(reference, call.scope.project, `resource.${field}`);
  const parts = splitPath(path);
  const found = collections.find((each) => each === parts?.collection);
  if (found === undefined || parts === undefined) {
    throw invalid(`resource.${field}`, `'${reference}'. It must be one of ${collections.join(', ')}.`);
  }
  if (!reaches(call.scope, parts.scope, reach)) {
    throw invalid(
      `resource.${field}`,
      `'${reference}'. It lies in ${placeOf(parts.scope)}, where a resource in ${placeOf(call.scope)} cannot refer to.`,
    );
  }
  if (lab.store.get(found, path) === undefined) {
    throw new CloudProblem(404, 'notFound', `The resource '${path}' was not found (named by ${field}).`);
  }
  return path;
}

function reaches(from: Scope, to: Scope, reach: Reach): boolean {
  if (reach === 'anywhere') return true;
  if (from.kind === to.kind && from.location === to.location) return true;
  if (reach === 'same') return false;
  if (to.kind === 'global') return true;
  if (from.kind === 'region' && to.kind === 'zone') return findZone(to.location)?.region === from.location;
  return from.kind === 'zone' && to.kind === 'region' && findZone(from.location)?.region === to.location;
}

function placeOf(scope: Scope): string {
  return scope.kind === 'global' ? 'global' : `${scope.kind}s/${scope.location}`;
}

/** The resource or 404. */
export function itemAt<C extends CollectionName>(lab: Lab, name: C, path: string): Resources[C] {
  const item = lab.store.get(name, path);
  if (item === undefined) throw notFound(path);
  return item;
}

/** @throws CloudProblem 400 resourceNotReady while the group is being deleted */
export function checkNotDeleting(path: string, item: { readonly deleting?: boolean | undefined }): void {
  if (item.deleting === true) throw notReady(path, 'it is being deleted.');
}

const OUTPUT_ONLY = new Set(['kind', 'id', 'selfLink', 'creationTimestamp', 'zone', 'region', 'status']);
const MARKS = new Set(['fingerprint', 'labelFingerprint']);

function withoutOutput(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => !OUTPUT_ONLY.has(key) && !MARKS.has(key) && value !== undefined),
  );
}

/** The resource with the fingerprints that its kind has. */
function marked<R extends Resource>(collection: CollectionName, resource: R): R {
  const labels = resource['labels'] ?? {};
  const labelled = LABELLED.has(collection)
    ? { ...resource, labels, labelFingerprint: fingerprintOf({ labels }) }
    : resource;
  return FINGERPRINTED.has(collection) ? { ...labelled, fingerprint: fingerprintOf(labelled) } : labelled;
}
