import { z } from 'zod';
import { named, namedPort, whole } from './resource.ts';
import type { NamedPort, Resource } from './resource.ts';
import { without } from './unsupported-fields.ts';

const amount = z.looseObject({ fixed: whole.min(0).optional(), percent: whole.min(0).max(100).optional() });
/** A number of instances, fixed or as a share of the group's target size. */
export type Amount = z.infer<typeof amount>;

const autoHealingPolicy = z.looseObject({
  healthCheck: z.string().optional(),
  initialDelaySec: whole.min(0).max(3600).default(0),
});

const distributionPolicy = z.looseObject({
  zones: z.array(z.looseObject({ zone: z.string() })).default([]),
  targetShape: z.enum(['EVEN', 'BALANCED', 'ANY', 'ANY_SINGLE_ZONE']).optional(),
});
/** How a regional group spreads over zones. */
export type TargetShape = NonNullable<z.infer<typeof distributionPolicy>['targetShape']>;

const version = z.looseObject({
  name: z.string().optional(),
  instanceTemplate: z.string().optional(),
  targetSize: amount.optional(),
});
/** One of a group's templates and how many instances should have it. */
export interface Version {
  readonly name?: string | undefined;
  readonly instanceTemplate: string;
  /** Absent for the one version that takes all the rest. */
  readonly targetSize?: Amount | undefined;
}

/** What an update does to an instance, from the gentlest to the hardest. */
export const UPDATE_ACTIONS = ['NONE', 'REFRESH', 'RESTART', 'REPLACE'] as const;
/** @see UPDATE_ACTIONS */
export type UpdateAction = (typeof UPDATE_ACTIONS)[number];

const updatePolicy = z.looseObject({
  type: z.enum(['OPPORTUNISTIC', 'PROACTIVE']).optional(),
  instanceRedistributionType: z.enum(['PROACTIVE', 'NONE']).optional(),
  minimalAction: z.enum(UPDATE_ACTIONS).optional(),
  mostDisruptiveAllowedAction: z.enum(UPDATE_ACTIONS).optional(),
  maxSurge: amount.optional(),
  maxUnavailable: amount.optional(),
  replacementMethod: z.enum(['SUBSTITUTE', 'RECREATE']).optional(),
});
/** How a group brings its instances to its versions. */
export type UpdatePolicy = z.infer<typeof updatePolicy>;

const statefulPolicy = z.looseObject({
  preservedState: z
    .looseObject({
      disks: z
        .record(
          z.string(),
          z.looseObject({ autoDelete: z.enum(['NEVER', 'ON_PERMANENT_INSTANCE_DELETION']).optional() }),
        )
        .optional(),
      internalIPs: z.record(z.string(), z.looseObject({})).optional(),
    })
    .optional(),
});

const instanceLifecyclePolicy = z.looseObject({
  /** Whether autohealing brings what it makes anew up to date. */
  forceUpdateOnRepair: z.enum(['YES', 'NO']).optional(),
  defaultActionOnFailure: z.literal('REPAIR', 'cloudlab always repairs: say REPAIR or nothing').optional(),
});

/** What a per-instance config keeps for its instance. */
export const preservedState = z.looseObject({
  disks: z
    .record(
      z.string(),
      z.looseObject({
        source: z.string().optional(),
        mode: z.enum(['READ_WRITE', 'READ_ONLY']).optional(),
        autoDelete: z.enum(['NEVER', 'ON_PERMANENT_INSTANCE_DELETION']).optional(),
      }),
    )
    .optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});
/** @see preservedState */
export type PreservedState = z.infer<typeof preservedState>;

/** What is particular to one instance of a group, by its name. */
export interface PerInstanceConfig {
  readonly name: string;
  readonly preservedState: PreservedState;
  readonly fingerprint: string;
  /** Zone that a new instance of this name goes to. */
  readonly zone?: string | undefined;
}

const fields = named.extend({
  baseInstanceName: z
    .string()
    .regex(/^[a-z]([-a-z0-9]{0,56}[a-z0-9])?$/, 'must be a lower-case letter, then up to 57 letters, digits or hyphens')
    .optional(),
  instanceTemplate: z.string().optional(),
  versions: z.array(version).max(2, 'a group has at most two versions').optional(),
  targetSize: whole.min(0).max(1000).default(0),
  namedPorts: z.array(namedPort).optional(),
  targetPools: z.array(z.string()).optional(),
  autoHealingPolicies: z.array(autoHealingPolicy).max(1, 'a group has at most one').optional(),
  distributionPolicy: distributionPolicy.optional(),
  updatePolicy: updatePolicy.optional(),
  statefulPolicy: statefulPolicy.optional(),
  instanceLifecyclePolicy: instanceLifecyclePolicy.optional(),
});

const supported = without(
  'allInstancesConfig',
  'instanceFlexibilityPolicy',
  'resourcePolicies',
  'standbyPolicy',
  'targetStoppedSize',
  'targetSuspendedSize',
);

/** Body of instanceGroupManagers.insert, zonal and regional. */
export const groupManagerBody = fields.superRefine(supported);

/** Body of instanceGroupManagers.patch: what is absent stays, what is null goes. */
export const groupManagerPatch = z
  .looseObject({
    ...fields.partial().shape,
    targetSize: whole.min(0).max(1000).optional(),
    statefulPolicy: statefulPolicy.nullish(),
    fingerprint: z.string().optional(),
  })
  .superRefine(supported);

/** A managed instance group. */
export interface GroupManager extends Resource {
  readonly baseInstanceName: string;
  readonly instanceGroup: string;
  /** Template of the first version. */
  readonly instanceTemplate: string;
  readonly versions?: readonly Version[] | undefined;
  readonly targetSize: number;
  readonly namedPorts: readonly NamedPort[];
  readonly targetPools: readonly string[];
  readonly autoHealingPolicies: readonly z.infer<typeof autoHealingPolicy>[];
  readonly distributionPolicy?: z.infer<typeof distributionPolicy> | undefined;
  readonly updatePolicy?: UpdatePolicy | undefined;
  readonly statefulPolicy?: z.infer<typeof statefulPolicy> | undefined;
  readonly instanceLifecyclePolicy?: z.infer<typeof instanceLifecyclePolicy> | undefined;
  /** Set while the group is being deleted; not part of the API. */
  readonly deleting?: boolean | undefined;
  /** Per-instance configs by instance name; listed by a method of their own. */
  readonly perInstanceConfigs?: Readonly<Record<string, PerInstanceConfig>> | undefined;
}

/** The versions of a group; one with the single template where none were given. */
export function versionsOf(group: Pick<GroupManager, 'versions' | 'instanceTemplate'>): readonly Version[] {
  return group.versions !== undefined && group.versions.length > 0
    ? group.versions
    : [{ instanceTemplate: group.instanceTemplate }];
}
