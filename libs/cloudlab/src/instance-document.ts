import { findZone } from './locations.ts';
import { linkOf, pathOf } from './path.ts';
import type { Scope } from './path.ts';
import { OperationFailure } from './problem.ts';
import type { GroupManager } from './group-manager-schema.ts';
import type { Instance, InstanceTemplate } from './resource.ts';
import type { BootRequest } from './runtime.ts';
import type { ManagedRecord, Store } from './store.ts';

const DEFAULT_PORT = 8080;
const DEFAULT_DRAIN_SECONDS = 10;

/** Where instances get their addresses and their metadata server. */
export interface Placement {
  /** First two octets of the address pool, e.g. `127.64`. */
  readonly prefix: string;
  /** Base URL of this cloud as instances reach it; the metadata server lives below. */
  readonly baseUrl: string;
  bootRequest(instance: Instance, record: ManagedRecord, fresh: boolean): BootRequest;
}

/** @param prefix first two octets of the address pool */
export function placement(prefix: string, baseUrl: string): Placement {
  return {
    prefix,
    baseUrl,
    bootRequest(instance, record, fresh) {
      const address = instance.networkInterfaces[0]?.networkIP ?? '';
      return {
        id: instance.id,
        name: instance.name,
        digest: record.digest,
        address,
        port: record.port,
        fresh,
        environment: {
          HOST: address,
          PORT: String(record.port),
          INSTANCE_NAME: instance.name,
          ZONE: instance.zone.slice(instance.zone.lastIndexOf('/') + 1),
          METADATA_URL: `${baseUrl}/metadata/${instance.id}/computeMetadata/v1`,
        },
      };
    },
  };
}

/** Everything that a new instance of a group starts with. */
export function newInstance(
  store: Store,
  place: Placement,
  now: number,
  spec: {
    readonly groupPath: string;
    readonly group: GroupManager;
    readonly scope: Scope;
    readonly name: string;
    /** Keeps this address instead of taking a new one. */
    readonly address: string | undefined;
  },
): { readonly path: string; readonly instance: Instance; readonly record: ManagedRecord } {
  const { scope, group, name } = spec;
  const templatePath = pathOf(group.instanceTemplate, scope.project, 'instanceTemplate');
  const template = store.get('instanceTemplates', templatePath);
  if (template === undefined) {
    throw new OperationFailure('RESOURCE_NOT_FOUND', `The resource '${templatePath}' was not found`);
  }
  const path = `${scope.path}/instances/${name}`;
  const taken = new Set(
    store
      .list('instances', 'projects/')
      .flatMap(([, each]) => each.networkInterfaces.map(({ networkIP }) => networkIP)),
  );
  const address = spec.address ?? store.nextAddress(place.prefix, findZone(scope.location)?.index ?? 0, taken);
  const { properties } = template;
  const items = properties.metadata?.items ?? [];
  const number = (key: string): number | undefined => {
    const value = Number(items.find((item) => item.key === key)?.value ?? Number.NaN);
    return Number.isInteger(value) && value >= 0 ? value : undefined;
  };
  const instance: Instance = {
    kind: 'compute#instance',
    id: store.nextId(),
    name,
    creationTimestamp: new Date(now).toISOString(),
    selfLink: linkOf(path),
    status: 'PROVISIONING',
    zone: linkOf(scope.path),
    machineType: linkOf(`${scope.path}/machineTypes/${properties.machineType}`),
    networkInterfaces: [
      {
        name: 'nic0',
        network: linkOf(`projects/${scope.project}/global/networks/default`),
        networkIP: address,
      },
    ],
    disks: properties.disks,
    labels: properties.labels ?? {},
    tags: properties.tags ?? { items: [] },
    metadata: {
      items: [
        ...items.map(({ key, value }) => ({ key, value })),
        { key: 'instance-template', value: `projects/${scope.project}/global/instanceTemplates/${template.name}` },
        { key: 'created-by', value: spec.groupPath },
      ],
    },
  };
  const record: ManagedRecord = {
    instance: path,
    group: spec.groupPath,
    template: templatePath,
    digest: digestOf(store, template, scope.project),
    action: 'CREATING',
    port: number('port') || (group.namedPorts[0]?.port ?? DEFAULT_PORT),
    drainSeconds: number('drain-seconds') ?? DEFAULT_DRAIN_SECONDS,
    failures: 0,
    lastErrors: [],
    runningSince: 0,
  };
  return { path, instance, record };
}

/** Path of the image that a template boots from, families resolved to their newest image. */
export function bootImageOf(store: Store, template: InstanceTemplate, project: string): string | undefined {
  const { disks } = template.properties;
  const source = (disks.find(({ boot }) => boot === true) ?? disks[0])?.initializeParams?.sourceImage;
  return source === undefined ? undefined : resolveImage(store, source, project);
}

/** Path of the image that a reference means: by name, or the newest READY one of a family. */
export function resolveImage(store: Store, reference: string, project: string): string | undefined {
  const family = /(?:projects\/([^/]+)\/)?global\/images\/family\/([^/]+)$/.exec(reference);
  if (family === null) {
    const path = pathOf(reference, project, 'sourceImage');
    return store.get('images', path) === undefined ? undefined : path;
  }
  return newestOfFamily(store, family[1] ?? project, family[2] ?? '');
}

/** Path of the newest READY image of a family. */
export function newestOfFamily(store: Store, project: string, family: string): string | undefined {
  return store
    .list('images', `projects/${project}/global/images/`)
    .filter(([, image]) => image.family === family && image.status === 'READY')
    .sort(([, a], [, b]) => (a.creationTimestamp < b.creationTimestamp ? 1 : -1))[0]?.[0];
}

function digestOf(store: Store, template: InstanceTemplate, project: string): string {
  const path = bootImageOf(store, template, project);
  const digest = path === undefined ? undefined : store.get('images', path)?.digest;
  if (digest === undefined || digest === '') {
    throw new OperationFailure('RESOURCE_NOT_FOUND', `The template ${template.name} names no image that is READY.`);
  }
  return digest;
}
