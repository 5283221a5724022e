import { z } from 'zod';
import type { Autoscaler } from './autoscaler-schema.ts';
import type { BackendService } from './backend-service-schema.ts';
import type { ForwardingRule } from './forwarding-rule-schema.ts';
import type { GroupManager } from './group-manager-schema.ts';
import type { HealthCheck, HttpHealthCheck } from './health-check-schema.ts';
import type { Address, Firewall, Network, Subnetwork } from './network-schema.ts';
import type { DiskContents } from './runtime.ts';
import type { TargetPool } from './target-pool-schema.ts';
import type {
  SslCertificate,
  TargetHttpProxy,
  TargetHttpsProxy,
  TargetSslProxy,
  TargetTcpProxy,
} from './target-proxy-schema.ts';
import type { UrlMap } from './url-map-schema.ts';

/** RFC 1035 label, as the Compute API wants names. */
export const resourceName = z
  .string()
  .regex(
    /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'must be a lower-case letter, then up to 62 letters, digits or hyphens, not ending with a hyphen',
  );

/** A whole number, as a number or as text. */
export const whole = z.coerce.number().int();
/** Labels of a resource. */
export const labels = z.record(
  z
    .string()
    .regex(/^[a-z][-_a-z0-9]{0,62}$/, 'a label key is a lower-case letter, then up to 62 letters, digits, - or _'),
  z.string().regex(/^[-_a-z0-9]{0,63}$/, 'a label value has at most 63 lower-case letters, digits, - or _'),
);
/** A TCP or UDP port. */
export const port = whole.min(1, 'must be from 1 to 65535').max(65535, 'must be from 1 to 65535');
/** A reference to another resource. */
export const reference = z.string().min(1, 'it is empty');

/** What every stored resource has. */
export interface Resource {
  readonly kind: string;
  /** Unsigned 64-bit number as text. */
  readonly id: string;
  readonly name: string;
  /** RFC 3339. */
  readonly creationTimestamp: string;
  readonly selfLink: string;
  readonly description?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly [field: string]: unknown;
}

/** What every body of an insert has. */
export const named = z.looseObject({ name: resourceName, description: z.string().optional() });

/** Metadata key/value pairs of a template. */
export const metadata = z.looseObject({
  items: z.array(z.looseObject({ key: z.string().min(1), value: z.string().default('') })).default([]),
});

/** Whether an instance may write to a disk that it has; one that may lets no other have the disk. */
export const diskMode = z.enum(['READ_WRITE', 'READ_ONLY']);
/** @see diskMode */
export type DiskMode = z.infer<typeof diskMode>;

/** What an instance is made of: a template's properties, or the body of its own insert. */
export const instanceProperties = z.looseObject({
  machineType: z.string().min(1),
  disks: z
    .array(
      z.looseObject({
        boot: z.boolean().optional(),
        // The name of a folder below /mnt/disks.
        deviceName: resourceName.optional(),
        mode: diskMode.optional(),
        initializeParams: z
          .looseObject({ sourceImage: z.string().optional(), sourceSnapshot: z.string().optional() })
          .optional(),
      }),
    )
    .min(1, 'an instance needs a boot disk'),
  metadata: metadata.optional(),
  labels: labels.optional(),
  tags: z.looseObject({ items: z.array(z.string()).default([]) }).optional(),
});

/** Body of instanceTemplates.insert. */
export const instanceTemplateBody = named.extend({ properties: instanceProperties });
/** An instance template. */
export type InstanceTemplate = Resource & z.infer<typeof instanceTemplateBody>;

/** A port that a group gives a name. */
export const namedPort = z.looseObject({ name: z.string().min(1), port: whole.min(1).max(65535) });
/** @see namedPort */
export type NamedPort = z.infer<typeof namedPort>;

/** The instance group that belongs to a managed one (same name and place). */
export interface InstanceGroup extends Resource {
  readonly namedPorts: readonly NamedPort[];
}

/** Status words of an instance. */
export type InstanceStatus = 'PROVISIONING' | 'STAGING' | 'RUNNING' | 'STOPPING' | 'REPAIRING' | 'TERMINATED';

/** A disk as an instance has it. */
export interface AttachedDisk {
  readonly deviceName: string;
  readonly boot: boolean;
  readonly autoDelete: boolean;
  readonly mode?: DiskMode | undefined;
  /** Link of the disk; a boot disk has none of its own here unless it is kept. */
  readonly source?: string | undefined;
  readonly [field: string]: unknown;
}

/** An instance. */
export interface Instance extends Resource {
  readonly status: InstanceStatus;
  readonly statusMessage?: string | undefined;
  readonly zone: string;
  readonly machineType: string;
  readonly networkInterfaces: readonly { readonly networkIP: string; readonly [field: string]: unknown }[];
  readonly disks: readonly AttachedDisk[];
  readonly labels: Readonly<Record<string, string>>;
  readonly labelFingerprint: string;
  readonly tags: { readonly items: readonly string[]; readonly fingerprint: string };
  readonly metadata: {
    readonly items: readonly { readonly key: string; readonly value: string }[];
    readonly fingerprint: string;
  };
}

/** A data disk: a folder that outlives its instance when it is kept. */
export interface Disk extends Resource {
  readonly zone: string;
  readonly sizeGb: string;
  readonly type: string;
  /** The image that it was made from, as its template names it. */
  readonly sourceImage?: string | undefined;
  readonly sourceSnapshot?: string | undefined;
  /** Made as what an instance boots from: its content is with that instance. Not part of the API. */
  readonly boot?: true | undefined;
  /** What is still to be put on it; not part of the API. */
  readonly contents?: DiskContents | undefined;
}

/** What was on a disk at one moment. */
export interface Snapshot extends Resource {
  readonly status: 'CREATING' | 'READY';
  /** Link of the disk, which may be gone by now. */
  readonly sourceDisk: string;
  readonly sourceDiskId: string;
  readonly diskSizeGb: string;
  readonly labelFingerprint: string;
}

/** Body of images.insert. */
export const imageBody = named.extend({
  family: resourceName.optional(),
  labels: labels.optional(),
  rawDisk: z.looseObject({ source: z.string().min(1) }).optional(),
  sourceImage: z.string().optional(),
});
/** An image: `digest` names its root file system in the image store. */
export interface Image extends Resource {
  readonly status: 'PENDING' | 'READY' | 'FAILED';
  readonly family?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly labelFingerprint: string;
  /** `sha256:...` of the content; not part of the API, empty while PENDING. */
  readonly digest: string;
}

/** Collection name as it stands in a path, to the type kept in it. */
export interface Resources {
  instanceTemplates: InstanceTemplate;
  instanceGroupManagers: GroupManager;
  instanceGroups: InstanceGroup;
  instances: Instance;
  disks: Disk;
  snapshots: Snapshot;
  autoscalers: Autoscaler;
  images: Image;
  healthChecks: HealthCheck;
  httpHealthChecks: HttpHealthCheck;
  httpsHealthChecks: HttpHealthCheck;
  backendServices: BackendService;
  urlMaps: UrlMap;
  targetHttpProxies: TargetHttpProxy;
  targetHttpsProxies: TargetHttpsProxy;
  targetSslProxies: TargetSslProxy;
  targetTcpProxies: TargetTcpProxy;
  sslCertificates: SslCertificate;
  forwardingRules: ForwardingRule;
  targetPools: TargetPool;
  addresses: Address;
  networks: Network;
  subnetworks: Subnetwork;
  firewalls: Firewall;
}
/** @see Resources */
export type CollectionName = keyof Resources;

/** Collections whose resources carry a fingerprint of their content. */
export const FINGERPRINTED: ReadonlySet<CollectionName> = new Set<CollectionName>([
  'backendServices',
  'forwardingRules',
  'instanceGroupManagers',
  'instanceGroups',
  'instances',
  'subnetworks',
  'targetHttpProxies',
  'targetHttpsProxies',
  'urlMaps',
]);
/** Collections whose resources carry labels, under a fingerprint of their own. */
export const LABELLED: ReadonlySet<CollectionName> = new Set<CollectionName>([
  'addresses',
  'forwardingRules',
  'images',
  'instances',
  'snapshots',
]);
