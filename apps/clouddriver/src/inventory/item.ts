import { createHash } from 'node:crypto';
import type { CloudResource, Image, SecurityGroup } from '@gennaker/contracts/cloud-views';
import type { Instance, LoadBalancer, ServerGroup } from '@gennaker/contracts/clouddriver';
import { parseName } from '@gennaker/contracts/moniker';
import type { ResourceKind } from '@gennaker/extension-sdk/cloud';

/** Kinds of things that forms choose from. */
export const RESOURCE_KINDS = [
  'backendService',
  'healthCheck',
  'address',
  'certificate',
] as const satisfies readonly ResourceKind[];

/** What the inventory holds. */
export const KINDS = ['serverGroup', 'instance', 'loadBalancer', 'securityGroup', 'image', ...RESOURCE_KINDS] as const;
export type Kind = (typeof KINDS)[number];

/** What a thing is told apart by. */
export interface ItemKey {
  readonly kind: Kind;
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

/** One thing as it is stored: `text` is its view as JSON without what each look changes, `hash` its digest. */
export interface Item extends ItemKey {
  readonly application: string | null;
  readonly cluster: string | null;
  readonly text: string;
  readonly hash: string;
  /** What search finds it by: `key value` lines in lower case. */
  readonly terms: string;
}

/** A server group, with the instances that it is found by. */
export function serverGroupItem(view: ServerGroup): Item {
  const labels = Object.entries(plainObject(view['labels']));
  return item('serverGroup', view, { application: view.application, cluster: view.cluster }, [
    ['name', view.name],
    ['cluster', view.cluster],
    ['image', view.image],
    ...labels.map(([key, value]): Term => ['label', `${key}=${String(value)}`]),
    ...strings(view['tags']).map((tag): Term => ['tag', tag]),
    ...view.instances.flatMap((instance): Term[] => [
      ['instance', instance.name],
      ...(instance.ips ?? []).map((address): Term => ['address', address]),
    ]),
  ]);
}

/** A machine of no server group: what it is found by and how it is, without its metadata, which may hold secrets. */
export function instanceItem(view: Instance): Item {
  const { id, name, zone, launchTime, healthState, health, ips, reason, cloudProvider, labels, instanceType } = view;
  const [account, region] = [String(view['account']), String(view['region'])];
  const shown = { id, name, account, region, zone, launchTime, healthState, health, ips, reason };
  const known = Object.entries(plainObject(labels)).map(([key, value]) => [key, String(value)] as const);
  const application = new Map(known).get('spinnaker-moniker-application') ?? parseName(name)?.app ?? null;
  const whole = { ...shown, cloudProvider, labels, instanceType };
  return item('instance', whole, { application, cluster: null }, [
    ['instance', name],
    ...(ips ?? []).map((address): Term => ['address', address]),
    ...known.map(([key, value]): Term => ['label', `${key}=${value}`]),
  ]);
}

/** A load balancer. */
export function loadBalancerItem(view: LoadBalancer): Item {
  const application = parseName(view.name)?.app ?? null;
  return item('loadBalancer', view, { application, cluster: null }, [
    ['name', view.name],
    ['address', view.ipAddress],
    ['type', view.loadBalancerType],
  ]);
}

/** A firewall. */
export function securityGroupItem(view: SecurityGroup): Item {
  const application = view.application ?? parseName(view.name)?.app ?? null;
  return item('securityGroup', view, { application, cluster: null }, [
    ['name', view.name],
    ['network', view.network],
    ...(view.targetTags ?? []).map((tag): Term => ['tag', tag]),
  ]);
}

/** An image; images are of no region. */
export function imageItem(view: Image): Item {
  const labels = Object.entries(view.tags ?? {});
  return item('image', { ...view, name: view.imageName, region: 'global' }, { application: null, cluster: null }, [
    ['name', view.imageName],
    ['family', view.family],
    ...labels.map(([key, value]): Term => ['label', `${key}=${value}`]),
  ]);
}

/** Something that forms choose from. */
export function resourceItem(kind: ResourceKind, view: CloudResource): Item {
  return item(kind, view, { application: null, cluster: null }, [
    ['name', view.name],
    ['address', typeof view['address'] === 'string' ? view['address'] : undefined],
  ]);
}

type Term = readonly [key: string, value: string | undefined];

function item(
  kind: Kind,
  view: { readonly account: string; readonly region: string; readonly name: string },
  owner: { readonly application: string | null; readonly cluster: string | null },
  terms: readonly Term[],
): Item {
  const text = JSON.stringify({ ...view, seenAt: undefined, stale: undefined });
  return {
    kind,
    account: view.account,
    region: view.region,
    name: view.name,
    ...owner,
    text,
    hash: createHash('sha256').update(text).digest('base64'),
    terms: terms.flatMap(([key, value]) => (value ? [`${key} ${value.toLowerCase()}`] : [])).join('\n'),
  };
}

const plainObject = (value: unknown): object => (value !== null && typeof value === 'object' ? value : {});
const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
