import { attachDisks, dataDisks, deviceOf, keptDevices } from './instance-disks.ts';
import type { GroupManager, PerInstanceConfig, Version } from './group-manager-schema.ts';
import { bootImageOf } from './image-reference.ts';
import { findZone } from './locations.ts';
import { lastPart, linkOf, pathOf } from './path.ts';
import type { Scope } from './path.ts';
import { OperationFailure } from './problem.ts';
import type { Instance, InstanceTemplate } from './resource.ts';
import type { BootRequest } from './runtime.ts';
import { fingerprintOf } from './store.ts';
import type { ManagedRecord, Store } from './store.ts';

const DEFAULT_PORT = 8080;
const DEFAULT_DRAIN_SECONDS = 10;

type Properties = InstanceTemplate['properties'];

/** Where instances get their addresses and their metadata server. */
export interface Placement {
  /** First two octets of the address pool, e.g. `127.64`. */
  readonly prefix: string;
  /** Base URL of this cloud as instances reach it; the metadata server lives below. */
  readonly baseUrl: string;
  bootRequest(store: Store, instance: Instance, record: ManagedRecord, fresh: boolean): BootRequest;
}

/** @param prefix first two octets of the address pool */
export function placement(prefix: string, baseUrl: string): Placement {
  return {
    prefix,
    baseUrl,
    bootRequest(store, instance, record, fresh) {
      const address = instance.networkInterfaces[0]?.networkIP ?? '';
      const script = instance.metadata.items.find(({ key }) => key === 'startup-script')?.value;
      return {
        id: instance.id,
        name: instance.name,
        digest: record.digest,
        address,
        port: record.port,
        fresh,
        disks: dataDisks(store, instance),
        ...(script === undefined || script.trim() === '' ? {} : { startupScript: script }),
        environment: {
          HOST: address,
          PORT: String(record.port),
          INSTANCE_NAME: instance.name,
          ZONE: lastPart(instance.zone),
          METADATA_URL: `${baseUrl}/metadata/${instance.id}/computeMetadata/v1`,
        },
      };
    },
  };
}

/** A new instance with what is remembered of it. */
export interface NewInstance {
  readonly path: string;
  readonly instance: Instance;
  readonly record: ManagedRecord;
}

/** Everything that a new instance of a group starts with. Its image is looked up when it boots. */
export function newManagedInstance(
  store: Store,
  place: Placement,
  now: number,
  spec: {
    readonly groupPath: string;
    readonly group: GroupManager;
    readonly version: Version;
    readonly scope: Scope;
    readonly name: string;
    /** What it takes the place of under its name: its address and the disks that are to be kept go on. */
    readonly previous: Instance | undefined;
  },
): NewInstance {
  const { scope, group, name, version, previous } = spec;
  const template = pathOf(version.instanceTemplate, scope.project, 'instanceTemplate');
  const properties = store.get('instanceTemplates', template)?.properties;
  if (properties === undefined) {
    throw new OperationFailure('RESOURCE_NOT_FOUND', `The resource '${template}' was not found`);
  }
  const config = group.perInstanceConfigs?.[name];
  const made = newInstance(store, place, now, {
    scope,
    name,
    properties,
    kept: keptDisks(group, config, previous, properties),
    address: previous?.networkInterfaces[0]?.networkIP,
    metadata: {
      ...config?.preservedState.metadata,
      'instance-template': `projects/${scope.project}/global/instanceTemplates/${lastPart(template)}`,
      'created-by': spec.groupPath,
    },
    port: group.namedPorts[0]?.port ?? DEFAULT_PORT,
  });
  const { name: versionName } = version;
  return {
    ...made,
    record: {
      ...made.record,
      group: spec.groupPath,
      template,
      ...(versionName === undefined ? {} : { version: versionName }),
    },
  };
}

/** Everything that a new instance starts with, from the properties of a template or of its own insert. */
export function newInstance(
  store: Store,
  place: Placement,
  now: number,
  spec: {
    readonly scope: Scope;
    readonly name: string;
    readonly properties: Properties;
    /** Disks that go on from a predecessor, links by device name. */
    readonly kept: ReadonlyMap<string, string>;
    /** Keeps this address instead of taking a new one. */
    readonly address: string | undefined;
    /** Wins over the metadata of the properties. */
    readonly metadata: Readonly<Record<string, string>>;
    readonly port: number;
  },
): NewInstance {
  const { scope, name, properties } = spec;
  const path = `${scope.path}/instances/${name}`;
  const address =
    spec.address ?? store.nextAddress(place.prefix, findZone(scope.location)?.index ?? 0, addressesTaken(store));
  const networkInterfaces = interfaces(scope.project, address, properties);
  // Last of what may be refused: it leaves disks behind.
  const disks = attachDisks(
    store,
    now,
    { project: scope.project, zone: scope.location, name },
    properties.disks,
    spec.kept,
  );
  const instance: Instance = {
    kind: 'compute#instance',
    id: store.nextId(),
    name,
    creationTimestamp: new Date(now).toISOString(),
    selfLink: linkOf(path),
    status: 'PROVISIONING',
    zone: linkOf(scope.path),
    cpuPlatform: 'Unknown CPU Platform',
    networkInterfaces,
    disks,
    ...labelled(properties),
    ...typed(scope, properties),
    metadata: metadataOf(properties, spec.metadata),
  };
  const number = (key: string, most: number): number | undefined => {
    const value = Number(instance.metadata.items.find((item) => item.key === key)?.value ?? Number.NaN);
    return Number.isInteger(value) && value >= 0 && value <= most ? value : undefined;
  };
  const boot = bootDisk(properties);
  const keepsBoot = boot !== undefined && spec.kept.has(deviceOf(boot, properties.disks.indexOf(boot)));
  const record: ManagedRecord = {
    instance: path,
    group: '',
    template: '',
    digest: imageDigest(store, properties, scope.project) ?? '',
    action: 'CREATING',
    port: number('port', 65_535) || spec.port,
    drainSeconds: number('drain-seconds', 86_400) ?? DEFAULT_DRAIN_SECONDS,
    failures: 0,
    lastErrors: [],
    runningSince: 0,
    ...(keepsBoot ? { keepsRoot: true } : {}),
  };
  return { path, instance, record };
}

/** What changes of an instance when a version of its group is applied where it stands. */
export function refreshedInstance(
  store: Store,
  instance: Instance,
  record: ManagedRecord,
  scope: Scope,
  version: Version,
): { readonly instance: Instance; readonly record: ManagedRecord } {
  const template = pathOf(version.instanceTemplate, scope.project, 'instanceTemplate');
  const properties = store.get('instanceTemplates', template)?.properties;
  if (properties === undefined) return { instance, record };
  const own = { 'instance-template': `projects/${scope.project}/global/instanceTemplates/${lastPart(template)}` };
  const { version: _, ...rest } = record;
  return {
    instance: {
      ...instance,
      ...labelled(properties),
      ...typed(scope, properties),
      metadata: metadataOf(properties, { ...own, 'created-by': record.group }),
    },
    record: { ...rest, template, ...(version.name === undefined ? {} : { version: version.name }) },
  };
}

/** Digest of the image that these properties boot from; undefined while there is none that is READY. */
export function imageDigest(store: Store, properties: Properties, project: string): string | undefined {
  const path = bootImageOf(store, { properties }, project);
  const digest = path === undefined ? undefined : store.get('images', path)?.digest;
  return digest === '' ? undefined : digest;
}

/** An instance's metadata with its fingerprint. */
export function withFingerprint(items: Instance['metadata']['items']): Instance['metadata'] {
  return { kind: 'compute#metadata', items, fingerprint: fingerprintOf({ items }) } as Instance['metadata'];
}

/** Tags with their fingerprint. */
export function tagsOf(items: readonly string[]): Instance['tags'] {
  return { items, fingerprint: fingerprintOf({ tags: items }) };
}

/** Labels with their fingerprint. */
export function labelsOf(labels: Readonly<Record<string, string>>): Pick<Instance, 'labels' | 'labelFingerprint'> {
  return { labels, labelFingerprint: fingerprintOf({ labels }) };
}

function metadataOf(properties: Properties, own: Readonly<Record<string, string>>): Instance['metadata'] {
  const items = [
    ...(properties.metadata?.items ?? []).filter(({ key }) => own[key] === undefined),
    ...Object.entries(own).map(([key, value]) => ({ key, value })),
  ];
  return withFingerprint(items.map(({ key, value }) => ({ key, value })));
}

function labelled(properties: Properties): Pick<Instance, 'labels' | 'labelFingerprint' | 'tags'> {
  return { ...labelsOf(properties.labels ?? {}), tags: tagsOf(properties.tags?.items ?? []) };
}

function typed(scope: Scope, properties: Properties) {
  return {
    machineType: linkOf(`${scope.path}/machineTypes/${lastPart(properties.machineType)}`),
    scheduling: {
      automaticRestart: true,
      onHostMaintenance: 'MIGRATE',
      preemptible: false,
      ...Object(properties['scheduling']),
    },
    ...Object.fromEntries(
      ['serviceAccounts', 'minCpuPlatform', 'canIpForward', 'shieldedInstanceConfig', 'description'].flatMap((key) =>
        properties[key] === undefined ? [] : [[key, properties[key]]],
      ),
    ),
  };
}

function interfaces(project: string, address: string, properties: Properties): Instance['networkInterfaces'] {
  const [first] = Array.isArray(properties['networkInterfaces']) ? properties['networkInterfaces'] : [];
  const given: Readonly<Record<string, unknown>> = Object(first);
  const network = typeof given['network'] === 'string' ? given['network'] : 'global/networks/default';
  const { subnetwork } = given;
  return [
    {
      kind: 'compute#networkInterface',
      ...given,
      name: 'nic0',
      network: linkOf(pathOf(network, project, 'networkInterfaces.network')),
      ...(typeof subnetwork === 'string' ? { subnetwork: linkOf(pathOf(subnetwork, project, 'subnetwork')) } : {}),
      networkIP: address,
    },
  ];
}

function keptDisks(
  group: GroupManager,
  config: PerInstanceConfig | undefined,
  previous: Instance | undefined,
  properties: Properties,
): ReadonlyMap<string, string> {
  const devices = keptDevices(group, config);
  const known = new Set(properties.disks.map(deviceOf));
  const kept = new Map(
    (previous?.disks ?? []).flatMap(({ deviceName, source }) =>
      devices.has(deviceName) && source !== undefined ? [[deviceName, source] as const] : [],
    ),
  );
  for (const [device, { source }] of Object.entries(config?.preservedState.disks ?? {})) {
    if (source !== undefined && known.has(device)) kept.set(device, source);
  }
  return kept;
}

function bootDisk({ disks }: Properties): Properties['disks'][number] | undefined {
  return disks.find(({ boot }) => boot === true) ?? disks[0];
}

function addressesTaken(store: Store): ReadonlySet<string> {
  return new Set(
    Object.keys(store.state.managed).flatMap((path) =>
      (store.get('instances', path)?.networkInterfaces ?? []).map(({ networkIP }) => networkIP),
    ),
  );
}
