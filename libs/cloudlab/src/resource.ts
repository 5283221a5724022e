import { z } from 'zod';
import type { Autoscaler } from './autoscaler-schema.ts';
import type { GroupManager } from './group-manager-schema.ts';

/** RFC 1035 label, as the Compute API wants names. */
export const resourceName = z
  .string()
  .regex(
    /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'must be a lower-case letter, then up to 62 letters, digits or hyphens, not ending with a hyphen',
  );

/** A whole number, as a number or as text. */
export const whole = z.coerce.number().int();
const labels = z.record(z.string(), z.string());

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

/** Body of instanceTemplates.insert. */
export const instanceTemplateBody = named.extend({
  properties: z.looseObject({
    machineType: z.string().min(1),
    disks: z
      .array(
        z.looseObject({
          boot: z.boolean().optional(),
          initializeParams: z.looseObject({ sourceImage: z.string().optional() }).optional(),
        }),
      )
      .min(1, 'an instance needs a boot disk'),
    metadata: metadata.optional(),
    labels: labels.optional(),
    tags: z.looseObject({ items: z.array(z.string()).default([]) }).optional(),
  }),
});
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
  readonly status: 'READY';
  readonly sizeGb: string;
  readonly type: string;
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

const httpCheck = z.looseObject({
  port: whole.min(1).max(65535).optional(),
  portName: z.string().optional(),
  portSpecification: z.string().optional(),
  host: z.string().optional(),
  requestPath: z.string().optional(),
  response: z.string().optional(),
});
const checkTiming = {
  checkIntervalSec: whole.min(1).max(300).default(5),
  timeoutSec: whole.min(1).max(300).default(5),
  healthyThreshold: whole.min(1).max(10).default(2),
  unhealthyThreshold: whole.min(1).max(10).default(2),
};
/** Body of healthChecks.insert. */
export const healthCheckBody = named.extend({
  type: z.enum(['HTTP', 'TCP']),
  ...checkTiming,
  httpHealthCheck: httpCheck.optional(),
  tcpHealthCheck: z
    .looseObject({
      port: whole.min(1).max(65535).optional(),
      portName: z.string().optional(),
      portSpecification: z.string().optional(),
    })
    .optional(),
});
/** A health check. */
export type HealthCheck = Resource & z.infer<typeof healthCheckBody>;

/** Body of httpHealthChecks.insert, the older kind that target pools use. */
export const httpHealthCheckBody = named.extend({
  ...checkTiming,
  port: whole.min(1).max(65535).default(80),
  requestPath: z.string().default('/'),
  host: z.string().optional(),
});
/** A legacy HTTP health check. */
export type HttpHealthCheck = Resource & z.infer<typeof httpHealthCheckBody>;

/** One group behind a backend service. */
export const backend = z.looseObject({
  group: z.string().min(1),
  balancingMode: z.string().optional(),
  capacityScaler: z.coerce.number().min(0).max(1).optional(),
});
/** Body of backendServices.insert and update. */
export const backendServiceBody = named.extend({
  backends: z.array(backend).default([]),
  healthChecks: z.array(z.string()).default([]),
  protocol: z.string().default('TCP'),
  portName: z.string().optional(),
  loadBalancingScheme: z.string().default('EXTERNAL'),
  timeoutSec: whole.optional(),
  connectionDraining: z.looseObject({ drainingTimeoutSec: whole.min(0).max(3600).default(0) }).optional(),
  fingerprint: z.string().optional(),
});
/** Body of backendServices.patch: what is absent stays. */
export const backendServicePatch = z.looseObject({
  ...backendServiceBody.partial().shape,
  backends: z.array(backend).optional(),
  healthChecks: z.array(z.string()).optional(),
  protocol: z.string().optional(),
  loadBalancingScheme: z.string().optional(),
});
/** A backend service. */
export type BackendService = Resource & z.infer<typeof backendServiceBody>;

/** Body of forwardingRules.insert. */
export const forwardingRuleBody = named.extend({
  IPAddress: z.string().optional(),
  IPProtocol: z.string().default('TCP'),
  portRange: z.string().optional(),
  ports: z.array(z.coerce.string()).optional(),
  target: z.string().optional(),
  backendService: z.string().optional(),
  loadBalancingScheme: z.string().default('EXTERNAL'),
});
/** A forwarding rule. */
export type ForwardingRule = Resource & z.infer<typeof forwardingRuleBody> & { readonly IPAddress: string };

/** Body of targetTcpProxies.insert. */
export const targetTcpProxyBody = named.extend({ service: z.string().min(1), proxyHeader: z.string().optional() });
/** A target TCP proxy. */
export type TargetTcpProxy = Resource & z.infer<typeof targetTcpProxyBody>;

/** Body of targetPools.insert. */
export const targetPoolBody = named.extend({
  healthChecks: z.array(z.string()).max(1).default([]),
  instances: z.array(z.string()).default([]),
  sessionAffinity: z.string().default('NONE'),
});
/** A target pool. */
export type TargetPool = Resource & z.infer<typeof targetPoolBody>;

/** Collection name as it stands in a path, to the type kept in it. */
export interface Resources {
  instanceTemplates: InstanceTemplate;
  instanceGroupManagers: GroupManager;
  instanceGroups: InstanceGroup;
  instances: Instance;
  disks: Disk;
  autoscalers: Autoscaler;
  images: Image;
  healthChecks: HealthCheck;
  httpHealthChecks: HttpHealthCheck;
  backendServices: BackendService;
  forwardingRules: ForwardingRule;
  targetTcpProxies: TargetTcpProxy;
  targetPools: TargetPool;
  networks: Resource;
  subnetworks: Resource;
  firewalls: Resource;
}
/** @see Resources */
export type CollectionName = keyof Resources;
