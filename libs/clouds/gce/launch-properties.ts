import { parseName } from '@gennaker/contracts/moniker';
import { type Image, lastPart, type Template } from './resources.ts';
import type { Disk, UpdateLaunchConfig } from './schema.ts';

/** Fields that say what an instance is made of. */
export type LaunchFields = Pick<
  UpdateLaunchConfig,
  | 'instanceType'
  | 'minCpuPlatform'
  | 'disks'
  | 'instanceMetadata'
  | 'userData'
  | 'labels'
  | 'tags'
  | 'network'
  | 'subnet'
  | 'associatePublicIpAddress'
  | 'canIpForward'
  | 'serviceAccountEmail'
  | 'authScopes'
  | 'preemptible'
  | 'provisioningModel'
  | 'automaticRestart'
  | 'onHostMaintenance'
  | 'enableSecureBoot'
  | 'enableVtpm'
  | 'enableIntegrityMonitoring'
  | 'acceleratorConfigs'
  | 'resourceManagerTags'
>;
export type Properties = NonNullable<Template['properties']>;

/** Where the new template belongs, for links and tokens. */
export interface LaunchPlace {
  readonly project: string;
  readonly account: string;
  readonly region: string;
  /** Of a single instance, which names its types where they are; absent: a template, which names them alone. */
  readonly zone?: string | undefined;
  /** Or the single instance. */
  readonly serverGroup: string;
  readonly template: string;
}

/** Machine type of what says none. */
export const DEFAULT_TYPE = 'e2-small';

/** Metadata key that keeps user data as it was written. */
export const USER_DATA_KEY = 'customUserData';

/** Properties of `before` (or of nothing) with the given fields laid over them: what is null or absent stays. */
export function launchProperties(
  place: LaunchPlace,
  before: Properties | null,
  d: LaunchFields,
  image: Image | null,
): Record<string, unknown> {
  const { machineType, minCpuPlatform, ...rest } = before ?? {};
  const platform = d.minCpuPlatform ?? minCpuPlatform;
  const accelerators = d.acceleratorConfigs?.map(({ acceleratorType, acceleratorCount }) => ({
    acceleratorType: typeLink(place, 'acceleratorTypes', lastPart(acceleratorType)),
    acceleratorCount,
  }));
  const metadata = { ...metadataOf(before), ...d.instanceMetadata, ...userData(place, d.userData) };
  return {
    ...rest,
    machineType: typeLink(place, 'machineTypes', d.instanceType ?? machineType ?? DEFAULT_TYPE),
    ...(platform ? { minCpuPlatform: platform } : {}),
    disks: disksOf(place, before, d, image),
    networkInterfaces: interfacesOf(place, before, d),
    metadata: { items: Object.entries(metadata).map(([key, value]) => ({ key, value })) },
    labels: { ...before?.labels, ...d.labels },
    ...((d.tags ?? before?.tags?.items)?.length
      ? { tags: { items: d.tags ?? before?.tags?.items ?? [] } }
      : { tags: { items: [] } }),
    ...(d.canIpForward === null || d.canIpForward === undefined ? {} : { canIpForward: d.canIpForward }),
    ...schedulingOf(before, d, (accelerators?.length ?? 0) > 0),
    ...accountsOf(before, d),
    ...shieldOf(before, d),
    ...(accelerators?.length ? { guestAccelerators: accelerators } : {}),
    ...(d.resourceManagerTags ? { resourceManagerTags: d.resourceManagerTags } : {}),
  };
}

function typeLink({ project, zone }: LaunchPlace, collection: string, type: string): string {
  return zone === undefined || type.includes('/') ? type : `projects/${project}/zones/${zone}/${collection}/${type}`;
}

/** Metadata of a template as a map. */
export function metadataOf(properties: Properties | null): Record<string, string> {
  return Object.fromEntries((properties?.metadata?.items ?? []).map((item) => [item.key ?? '', item.value ?? '']));
}

/** Lines of `key=value` with their tokens replaced, and the whole as it was written, so that a clone can repeat it. */
function userData(place: LaunchPlace, text: string | null | undefined): Record<string, string> {
  if (!text) return {};
  const moniker = parseName(place.serverGroup);
  const tokens: Record<string, string> = {
    account: place.account,
    accounttype: place.account,
    env: place.account,
    app: moniker?.app ?? '',
    region: place.region,
    group: place.serverGroup,
    autogrp: place.serverGroup,
    cluster: moniker?.cluster ?? '',
    stack: moniker?.stack ?? '',
    detail: moniker?.detail ?? '',
    launchconfig: place.template,
  };
  const filled = text.replaceAll(/%%([a-z]+)%%/g, (whole, token: string) => tokens[token] ?? whole);
  const items = filled.split(/\r?\n/).flatMap((line) => {
    const [, key, value = ''] = /^\s*([A-Za-z0-9_-]+)\s*=(.*)$/.exec(line) ?? [];
    return key ? [[key, value] as const] : [];
  });
  return { ...Object.fromEntries(items), [USER_DATA_KEY]: text };
}

function disksOf(place: LaunchPlace, before: Properties | null, d: LaunchFields, image: Image | null): object[] {
  const link = image?.selfLink ?? null;
  if (d.disks?.length) {
    const boot = d.disks.findIndex((disk) => !isScratch(disk));
    return d.disks.map((disk, index) => newDisk(place, disk, index, index === boot, link, image));
  }
  const known = before?.disks ?? [];
  if (known.length === 0) return [newDisk(place, { type: 'pd-standard', autoDelete: true }, 0, true, link, image)];
  return known.map((disk) =>
    link && disk.boot !== false ? { ...disk, initializeParams: { ...disk.initializeParams, sourceImage: link } } : disk,
  );
}

const isScratch = (disk: Disk): boolean => /local-ssd/.test(disk.type);

function newDisk(
  place: LaunchPlace,
  disk: Disk,
  index: number,
  boot: boolean,
  link: string | null,
  image: Image | null,
): object {
  // A disk cannot be smaller than the image that it begins as.
  const least = boot ? Number(image?.diskSizeGb ?? 0) : 0;
  const size = disk.sizeGb === undefined ? undefined : Math.max(disk.sizeGb, least);
  const sourceImage = boot ? link : disk.sourceImage;
  return {
    boot,
    autoDelete: disk.autoDelete,
    deviceName: `${place.serverGroup}-${index}`,
    type: isScratch(disk) ? 'SCRATCH' : 'PERSISTENT',
    initializeParams: {
      diskType: typeLink(place, 'diskTypes', disk.type),
      ...(sourceImage ? { sourceImage } : {}),
      ...(size === undefined || isScratch(disk) ? {} : { diskSizeGb: String(size) }),
      ...(disk.labels ? { labels: disk.labels } : {}),
    },
  };
}

function interfacesOf({ project, region }: LaunchPlace, before: Properties | null, d: LaunchFields): object[] {
  const [known, ...more] = before?.networkInterfaces ?? [];
  const network = d.network ?? known?.network ?? 'default';
  // A subnet belongs to its network: another network without a subnet has Google choose one.
  const subnet = d.subnet ?? (d.network === null || d.network === undefined ? known?.subnetwork : undefined);
  const isPublic = d.associatePublicIpAddress ?? (known ? (known.accessConfigs ?? []).length > 0 : true);
  return [
    {
      network: network.includes('/') ? network : `projects/${project}/global/networks/${network}`,
      ...(subnet
        ? {
            subnetwork: subnet.includes('/') ? subnet : `projects/${project}/regions/${region}/subnetworks/${subnet}`,
          }
        : {}),
      ...(isPublic ? { accessConfigs: [{ type: 'ONE_TO_ONE_NAT', name: 'External NAT' }] } : {}),
    },
    ...more,
  ];
}

function schedulingOf(before: Properties | null, d: LaunchFields, accelerated: boolean): object {
  const noLongerSpot = d.preemptible === false && before?.scheduling?.provisioningModel === 'SPOT';
  const model = d.provisioningModel ?? (noLongerSpot ? 'STANDARD' : null);
  const preemptible = model ? model === 'SPOT' : (d.preemptible ?? before?.scheduling?.preemptible);
  const given = {
    ...(preemptible === null || preemptible === undefined ? {} : { preemptible }),
    ...(model ? { provisioningModel: model } : {}),
    // What may be taken away at any time neither migrates nor restarts, and what has a GPU does not migrate.
    ...(preemptible ? { automaticRestart: false, onHostMaintenance: 'TERMINATE' } : {}),
    ...(accelerated ? { onHostMaintenance: 'TERMINATE' } : {}),
    ...(d.automaticRestart === null || d.automaticRestart === undefined
      ? {}
      : { automaticRestart: d.automaticRestart }),
    ...(d.onHostMaintenance ? { onHostMaintenance: d.onHostMaintenance } : {}),
  };
  return Object.keys(given).length === 0 ? {} : { scheduling: { ...before?.scheduling, ...given } };
}

function accountsOf(before: Properties | null, d: LaunchFields): object {
  if (!d.serviceAccountEmail && !d.authScopes) return {};
  const [known] = before?.serviceAccounts ?? [];
  const scopes = (d.authScopes ?? known?.scopes ?? ['cloud-platform']).map((scope) =>
    scope.includes('/') ? scope : `https://www.googleapis.com/auth/${scope}`,
  );
  return { serviceAccounts: [{ email: d.serviceAccountEmail ?? known?.email ?? 'default', scopes }] };
}

function shieldOf(before: Properties | null, d: LaunchFields): object {
  const given = {
    ...(d.enableSecureBoot === null || d.enableSecureBoot === undefined
      ? {}
      : { enableSecureBoot: d.enableSecureBoot }),
    ...(d.enableVtpm === null || d.enableVtpm === undefined ? {} : { enableVtpm: d.enableVtpm }),
    ...(d.enableIntegrityMonitoring === null || d.enableIntegrityMonitoring === undefined
      ? {}
      : { enableIntegrityMonitoring: d.enableIntegrityMonitoring }),
  };
  if (Object.keys(given).length === 0) return {};
  return { shieldedInstanceConfig: { ...before?.shieldedInstanceConfig, ...given } };
}
