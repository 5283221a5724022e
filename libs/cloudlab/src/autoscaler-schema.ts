import { z } from 'zod';
import { named, resourceName, whole } from './resource.ts';
import type { Resource } from './resource.ts';
import { scheduleProblem } from './scaling-schedule.ts';
import type { ScalingScheduleStatus } from './scaling-schedule.ts';

const MOST_SCHEDULES = 128;
const share = z.coerce.number().gt(0, 'must be above 0').max(1, 'must be at most 1');

const scalingSchedule = z
  .looseObject({
    minRequiredReplicas: whole.min(0),
    schedule: z.string(),
    timeZone: z.string().min(1).default('UTC'),
    durationSec: whole.min(300, 'must be at least 300'),
    disabled: z.boolean().default(false),
    description: z.string().optional(),
  })
  .superRefine((schedule, context) => {
    const message = scheduleProblem(schedule);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

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
  customMetricUtilizations: z
    .array(z.unknown())
    .max(0, 'this cloud has no custom metrics; scale by cpuUtilization, loadBalancingUtilization or scalingSchedules')
    .optional(),
  scalingSchedules: z
    .record(resourceName, scalingSchedule)
    .refine((schedules) => Object.keys(schedules).length <= MOST_SCHEDULES, `at most ${MOST_SCHEDULES} schedules`)
    .optional(),
});
/** @see autoscalingPolicy */
export type AutoscalingPolicy = z.infer<typeof autoscalingPolicy>;

/** Body of autoscalers.insert and update. */
export const autoscalerBody = named.extend({
  target: z.string().min(1),
  autoscalingPolicy: autoscalingPolicy.refine(
    ({ minNumReplicas, maxNumReplicas }) => minNumReplicas <= maxNumReplicas,
    'minNumReplicas must not be above maxNumReplicas',
  ),
});

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
  /** Absent until it looked at its group once. */
  readonly status?: 'ACTIVE' | 'ERROR' | undefined;
  readonly statusDetails: readonly StatusDetail[];
  readonly recommendedSize: number;
  /** By name of the schedule. */
  readonly scalingScheduleStatus?: Readonly<Record<string, ScalingScheduleStatus>> | undefined;
}
