import { z } from 'zod';
import { named, whole } from './resource.ts';
import type { Resource } from './resource.ts';

const share = z.coerce.number().gt(0, 'must be above 0').max(1, 'must be at most 1');

const scalingSchedule = z.looseObject({
  minRequiredReplicas: whole.min(0),
  /** Five fields: minute, hour, day of month, month, day of week. */
  schedule: z.string().min(1),
  timeZone: z.string().default('UTC'),
  durationSec: whole.min(300, 'must be at least 300'),
  disabled: z.boolean().default(false),
  description: z.string().optional(),
});
/** Times at which a group has a minimum size. */
export type ScalingSchedule = z.infer<typeof scalingSchedule>;

/** `autoscalingPolicy` of an autoscaler. */
export const autoscalingPolicy = z.looseObject({
  minNumReplicas: whole.min(0).default(1),
  maxNumReplicas: whole.min(1).max(1000),
  coolDownPeriodSec: whole.min(0).max(3600).default(60),
  mode: z
    .enum(['ON', 'OFF', 'ONLY_UP', 'ONLY_SCALE_OUT'])
    .default('ON')
    // The API's older word for the same.
    .transform((mode) => (mode === 'ONLY_UP' ? 'ONLY_SCALE_OUT' : mode)),
  cpuUtilization: z
    .looseObject({ utilizationTarget: share.default(0.6), predictiveMethod: z.string().optional() })
    .optional(),
  loadBalancingUtilization: z.looseObject({ utilizationTarget: share.default(0.8) }).optional(),
  scaleInControl: z
    .looseObject({
      maxScaledInReplicas: z.looseObject({
        fixed: whole.min(0).optional(),
        percent: whole.min(0).max(100).optional(),
      }),
      timeWindowSec: whole.min(60, 'must be at least 60').max(3600),
    })
    .optional(),
  scalingSchedules: z.record(z.string(), scalingSchedule).optional(),
});
/** @see autoscalingPolicy */
export type AutoscalingPolicy = z.infer<typeof autoscalingPolicy>;

/** Body of autoscalers.insert and update. */
export const autoscalerBody = named.extend({ target: z.string().min(1), autoscalingPolicy });

/** A sentence about an autoscaler, with the API's word for it. */
export interface StatusDetail {
  readonly type: string;
  readonly message: string;
}

/** An autoscaler of a managed group. */
export interface Autoscaler extends Resource {
  /** Link of the managed group. */
  readonly target: string;
  readonly autoscalingPolicy: AutoscalingPolicy;
  readonly status: 'PENDING' | 'ACTIVE' | 'ERROR';
  readonly statusDetails: readonly StatusDetail[];
  readonly recommendedSize: number;
}
