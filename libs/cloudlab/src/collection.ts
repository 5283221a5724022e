import type { z } from 'zod';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Fleet } from './fleet.ts';
import type { Placement } from './instance-document.ts';
import type { Operations } from './operations.ts';
import type { Scope } from './path.ts';
import { linkOf, pathOf, splitPath } from './path.ts';
import { CloudProblem, alreadyExists, invalid, notFound, notReady } from './problem.ts';
import { resourceName } from './resource.ts';
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
  readonly faults: Faults;
  readonly placement: Placement;
}

/** One call to a collection. */
export interface Call {
  readonly scope: Scope;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed JSON; an empty object when there was none. */
  readonly body: unknown;
  readonly requestId: string | undefined;
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
  const base = {
    ...withoutOutput(fields),
    name: fields.name,
    kind: of.kind,
    id: lab.store.nextId(),
    creationTimestamp: new Date(lab.clock.now()).toISOString(),
    selfLink: linkOf(path),
    ...(scope.kind === 'zone' ? { zone: linkOf(scope.path) } : {}),
    ...(scope.kind === 'region' ? { region: linkOf(scope.path) } : {}),
  };
  const resource = { ...base, fingerprint: fingerprintOf(base) };
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
  const next = { ...item, ...withoutOutput(fields), name: item.name };
  lab.store.put(of.name, path, { ...next, fingerprint: fingerprintOf(next) } as unknown as Resources[C]);
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

/** @throws CloudProblem 412 when a fingerprint is given and not the current one; 400 when one is demanded and absent */
export function checkFingerprint(given: string | undefined, current: string | undefined, demanded = false): void {
  if (given === undefined || given === '') {
    if (demanded) throw invalid('fingerprint', 'it is required; read the resource and send its fingerprint back.');
    return;
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
 * The path that a reference means.
 * @throws CloudProblem 400 when nothing of these collections is there
 */
export function existing(
  lab: Lab,
  call: Call,
  field: string,
  reference: string,
  collections: readonly CollectionName[],
): string {
  const path = pathOf(reference, call.scope.project, `resource.${field}`);
  const parts = splitPath(path);
  const found = collections.find((each) => each === parts?.collection);
  if (found === undefined) {
    throw invalid(`resource.${field}`, `'${reference}'. It must be one of ${collections.join(', ')}.`);
  }
  if (lab.store.get(found, path) === undefined) {
    throw new CloudProblem(404, 'notFound', `The resource '${path}' was not found (named by ${field}).`);
  }
  return path;
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

const OUTPUT_ONLY = new Set(['kind', 'id', 'selfLink', 'creationTimestamp', 'fingerprint', 'zone', 'region', 'status']);

function withoutOutput(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => !OUTPUT_ONLY.has(key) && value !== undefined),
  );
}
