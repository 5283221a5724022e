import type { z } from 'zod';
import { changeToDocument, checkFingerprint, collection, insertResource, parse, removeResource } from './collection.ts';
import type { Call, Collection, ItemCall, Lab } from './collection.ts';
import { invalid } from './problem.ts';
import { refuseWhileUsed } from './references.ts';
import { FINGERPRINTED } from './resource.ts';
import type { CollectionName, Resources } from './resource.ts';
import type { OperationDocument } from './store.ts';

interface Work {
  readonly action: string;
}

/** A kind of resource that is a document: written whole, checked whole, and deleted when nothing uses it. */
export interface DocumentKind<C extends CollectionName, B extends { readonly name: string }> extends Pick<
  Collection<C>,
  'name' | 'kind' | 'scopes' | 'aggregated' | 'view' | 'posts' | 'gets'
> {
  /** The document as insert and update take it, with its defaults. */
  readonly body: z.ZodType<B>;
  /**
   * Checks what the document names and how its fields fit, and answers the fields to store. `current` is what is
   * stored now, undefined for a new one.
   */
  readonly complete?: (
    lab: Lab,
    call: Call,
    body: B,
    current: Resources[C] | undefined,
  ) => Readonly<Record<string, unknown>>;
  /** How it can be changed. PATCH merges as RFC 7386 says; PUT replaces. */
  readonly changes: readonly ('patch' | 'update')[];
  /** Fields that stay as they were inserted. */
  readonly fixed?: readonly string[];
  /** Work of the insert operation. */
  readonly inserted?: Work;
  /** Work of the delete operation. */
  readonly removed?: Work;
  /** Checks before a delete; in use by another resource is always checked. */
  readonly removing?: (lab: Lab, call: ItemCall<C>) => void;
}

/** Declares a collection of documents. */
export function documents<C extends CollectionName, B extends { readonly name: string }>(
  kind: DocumentKind<C, B>,
): Collection {
  const { body, complete, changes, fixed = [], inserted, removed, removing, ...rest } = kind;
  const fieldsOf = (lab: Lab, call: Call, given: unknown, current: Resources[C] | undefined) => {
    const document = parse(body, given);
    return { ...(complete?.(lab, call, document, current) ?? document), name: document.name };
  };

  function change(lab: Lab, call: ItemCall<C>, type: 'patch' | 'update'): OperationDocument {
    const given =
      type === 'patch' ? mergePatch(call.item, call.body) : { ...pick(call.item, fixed), ...asObject(call.body) };
    const sent = asObject(call.body)['fingerprint'];
    checkFingerprint(
      typeof sent === 'string' ? sent : undefined,
      call.item.fingerprint,
      type === 'update' && FINGERPRINTED.has(kind.name),
    );
    const { name } = call.item;
    const wanted = asObject(given)['name'] ?? name;
    if (wanted !== name)
      throw invalid('resource.name', `'${String(wanted)}'. The resource is '${name}' and keeps its name.`);
    const fields = fieldsOf(lab, call, { ...asObject(given), name }, call.item);
    for (const field of fixed) {
      if (JSON.stringify(new Map(Object.entries(fields)).get(field)) !== JSON.stringify(call.item[field])) {
        throw invalid(
          `resource.${field}`,
          `it is '${String(call.item[field])}' and cannot be changed; make a new resource.`,
        );
      }
    }
    return changeToDocument(lab, call, kind, type, fields);
  }

  return collection<C>({
    ...rest,
    insert: (lab, call) => insertResource(lab, call, kind, fieldsOf(lab, call, call.body, undefined), inserted),
    ...(changes.includes('patch') ? { patch: (lab, call) => change(lab, call, 'patch') } : {}),
    ...(changes.includes('update') ? { update: (lab, call) => change(lab, call, 'update') } : {}),
    remove(lab, call) {
      removing?.(lab, call);
      refuseWhileUsed(lab, call.path);
      return removeResource(lab, call, removed);
    },
  });
}

/** RFC 7386: objects merge, anything else replaces, null takes away. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(asObject(target)));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function pick(item: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.flatMap((field) => (item[field] === undefined ? [] : [[field, item[field]]])));
}
