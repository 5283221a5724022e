import { z } from 'zod';

/** The fields of Compute's resources that we read. The client leaves absent scalars null; unknown fields stay, so that a resource can be written back. */
const text = z.string().nullish();
const int = z.number().nullish();
const id = z.union([z.string(), z.number()]).nullish();

export const operationSchema = z.looseObject({
  name: z.string(),
  selfLink: text,
  zone: text,
  region: text,
  status: text,
  targetLink: text,
  httpErrorStatusCode: int,
  error: z.looseObject({ errors: z.array(z.looseObject({ code: text, message: text })).nullish() }).nullish(),
});
export type ComputeOperation = z.infer<typeof operationSchema>;

export const metadataSchema = z.looseObject({
  items: z.array(z.looseObject({ key: text, value: text })).nullish(),
});

export const templateSchema = z.looseObject({
  name: z.string(),
  selfLink: text,
  creationTimestamp: text,
  description: text,
  properties: z
    .looseObject({
      machineType: text,
      labels: z.record(z.string(), z.string()).nullish(),
      metadata: metadataSchema.nullish(),
      minCpuPlatform: text,
      canIpForward: z.boolean().nullish(),
      disks: z
        .array(
          z.looseObject({
            boot: z.boolean().nullish(),
            autoDelete: z.boolean().nullish(),
            type: text,
            deviceName: text,
            initializeParams: z
              .looseObject({
                sourceImage: text,
                diskSizeGb: id,
                diskType: text,
                labels: z.record(z.string(), z.string()).nullish(),
              })
              .nullish(),
          }),
        )
        .nullish(),
      networkInterfaces: z
        .array(z.looseObject({ network: text, subnetwork: text, accessConfigs: z.array(z.looseObject({})).nullish() }))
        .nullish(),
      scheduling: z
        .looseObject({
          preemptible: z.boolean().nullish(),
          provisioningModel: text,
          automaticRestart: z.boolean().nullish(),
          onHostMaintenance: text,
        })
        .nullish(),
      serviceAccounts: z.array(z.looseObject({ email: text, scopes: z.array(z.string()).nullish() })).nullish(),
      guestAccelerators: z.array(z.looseObject({ acceleratorType: text, acceleratorCount: int })).nullish(),
      shieldedInstanceConfig: z
        .looseObject({
          enableSecureBoot: z.boolean().nullish(),
          enableVtpm: z.boolean().nullish(),
          enableIntegrityMonitoring: z.boolean().nullish(),
        })
        .nullish(),
      resourceManagerTags: z.record(z.string(), z.string()).nullish(),
      tags: z.looseObject({ items: z.array(z.string()).nullish() }).nullish(),
    })
    .nullish(),
});
export type Template = z.infer<typeof templateSchema>;

export const groupSchema = z.looseObject({
  name: z.string(),
  selfLink: text,
  creationTimestamp: text,
  region: text,
  zone: text,
  targetSize: int,
  baseInstanceName: text,
  instanceTemplate: text,
  instanceGroup: text,
  fingerprint: text,
  targetPools: z.array(z.string()).nullish(),
  status: z
    .looseObject({
      isStable: z.boolean().nullish(),
      autoscaler: text,
      versionTarget: z.looseObject({ isReached: z.boolean().nullish() }).nullish(),
    })
    .nullish(),
  versions: z.array(z.looseObject({ instanceTemplate: text, name: text })).nullish(),
  updatePolicy: z.looseObject({ type: text }).nullish(),
  autoHealingPolicies: z.array(z.looseObject({ healthCheck: text, initialDelaySec: int })).nullish(),
  statefulPolicy: z
    .looseObject({
      preservedState: z.looseObject({ disks: z.record(z.string(), z.looseObject({})).nullish() }).nullish(),
    })
    .nullish(),
  currentActions: z.looseObject({}).nullish(),
  namedPorts: z.array(z.looseObject({ name: text, port: int })).nullish(),
  distributionPolicy: z
    .looseObject({ zones: z.array(z.looseObject({ zone: text })).nullish(), targetShape: text })
    .nullish(),
});
export type Group = z.infer<typeof groupSchema>;

export const autoscalerSchema = z.looseObject({
  name: z.string(),
  target: text,
  status: text,
  recommendedSize: int,
  statusDetails: z.array(z.looseObject({ type: text, message: text })).nullish(),
  autoscalingPolicy: z.looseObject({ minNumReplicas: int, maxNumReplicas: int, mode: text }).nullish(),
});
export type Autoscaler = z.infer<typeof autoscalerSchema>;

export const managedInstanceSchema = z.looseObject({
  instance: text,
  name: text,
  instanceStatus: text,
  currentAction: text,
  lastAttempt: z
    .looseObject({
      errors: z.looseObject({ errors: z.array(z.looseObject({ code: text, message: text })).nullish() }).nullish(),
    })
    .nullish(),
});
export type ManagedInstance = z.infer<typeof managedInstanceSchema>;

export const instanceSchema = z.looseObject({
  id,
  name: z.string(),
  selfLink: text,
  zone: text,
  status: text,
  statusMessage: text,
  machineType: text,
  creationTimestamp: text,
  networkInterfaces: z
    .array(
      z.looseObject({
        networkIP: text,
        accessConfigs: z.array(z.looseObject({ natIP: text })).nullish(),
      }),
    )
    .nullish(),
  metadata: metadataSchema.nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  tags: z.looseObject({ items: z.array(z.string()).nullish(), fingerprint: text }).nullish(),
});
export type ComputeInstance = z.infer<typeof instanceSchema>;

export const backendSchema = z.looseObject({ group: text, balancingMode: text, capacityScaler: int });
export type Backend = z.infer<typeof backendSchema>;
export const backendServiceSchema = z.looseObject({
  name: z.string(),
  selfLink: text,
  region: text,
  fingerprint: text,
  protocol: text,
  loadBalancingScheme: text,
  sessionAffinity: text,
  backends: z.array(backendSchema).nullish(),
  healthChecks: z.array(z.string()).nullish(),
  connectionDraining: z.looseObject({ drainingTimeoutSec: int }).nullish(),
});
export type BackendService = z.infer<typeof backendServiceSchema>;

export const backendHealthSchema = z.looseObject({
  healthStatus: z
    .array(
      z.looseObject({
        instance: text,
        ipAddress: text,
        port: int,
        healthState: text,
        annotations: z.record(z.string(), z.string()).nullish(),
      }),
    )
    .nullish(),
});
export type BackendHealth = z.infer<typeof backendHealthSchema>;

export const healthCheckSchema = z.looseObject({
  name: z.string(),
  selfLink: text,
  type: text,
  checkIntervalSec: int,
  timeoutSec: int,
  healthyThreshold: int,
  unhealthyThreshold: int,
  httpHealthCheck: z.looseObject({ port: int, requestPath: text }).nullish(),
  tcpHealthCheck: z.looseObject({ port: int }).nullish(),
});
export type HealthCheck = z.infer<typeof healthCheckSchema>;

export const forwardingRuleSchema = z.looseObject({
  name: z.string(),
  selfLink: text,
  region: text,
  creationTimestamp: text,
  IPAddress: text,
  IPProtocol: text,
  portRange: text,
  ports: z.array(z.string()).nullish(),
  backendService: text,
  target: text,
  loadBalancingScheme: text,
});
export type ForwardingRule = z.infer<typeof forwardingRuleSchema>;

export const imageSchema = z.looseObject({
  name: z.string(),
  selfLink: text,
  status: text,
  family: text,
  description: text,
  creationTimestamp: text,
  diskSizeGb: id,
  labels: z.record(z.string(), z.string()).nullish(),
  labelFingerprint: text,
});
export type Image = z.infer<typeof imageSchema>;

export const networkSchema = z.looseObject({
  id,
  name: z.string(),
  selfLink: text,
  autoCreateSubnetworks: z.boolean().nullish(),
  subnetworks: z.array(z.string()).nullish(),
});

export const machineTypeSchema = z.looseObject({
  name: z.string(),
  description: text,
  guestCpus: int,
  memoryMb: int,
});

export const quotaSchema = z.looseObject({ metric: text, limit: int, usage: int });

export const regionSchema = z.looseObject({
  name: z.string(),
  zones: z.array(z.string()).nullish(),
  quotas: z.array(quotaSchema).nullish(),
});

export const subnetworkSchema = z.looseObject({ name: z.string(), network: text, selfLink: text });

/** The client library marks each field that is set with a key beside it; what is shown or copied is without those. */
export function withoutHelpers<T>(found: T): T {
  return JSON.parse(JSON.stringify(found, (key, value: unknown) => (key.startsWith('_') ? undefined : value))) as T;
}

/** The project in a resource's URL. */
export function projectOf(url: string | null | undefined): string | undefined {
  return /projects\/([^/]+)\//.exec(url ?? '')?.[1];
}

/** Last part of a resource's URL. */
export function lastPart(url: string | null | undefined): string {
  return url ? (url.split('/').at(-1) ?? '') : '';
}

/** `kind/name` after a URL's region or zone, for comparing links whose hosts differ. */
export function sameResource(a: string | null | undefined, b: string | null | undefined): boolean {
  const path = (url: string) => url.slice(url.indexOf('projects/'));
  return !!a && !!b && path(a) === path(b);
}

/** A metadata item's value. */
export function metadataValue(
  metadata: z.infer<typeof metadataSchema> | null | undefined,
  key: string,
): string | undefined {
  return metadata?.items?.find((item) => item.key === key)?.value ?? undefined;
}

/** A comma-separated metadata list. */
export function metadataList(metadata: z.infer<typeof metadataSchema> | null | undefined, key: string): string[] {
  return (metadataValue(metadata, key) ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
