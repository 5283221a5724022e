import { describe, expect, it, test } from 'vitest';
import { mergedPolicy, policyText } from './autoscalers.ts';
import { meantMode, policyMetadata } from './policy-metadata.ts';
import { templateSchema, type Template } from './resources.ts';
import { autoscalingPolicySchema } from './schema.ts';

const night = { minRequiredReplicas: 4, schedule: '0 22 * * *', timeZone: 'Europe/Berlin', durationSec: 3_600 };

test('a policy is told with its bounds, its target, its schedules that are on, and its mode', () => {
  const scalingSchedules = { night, off: { ...night, disabled: true } };
  expect(
    policyText({
      minNumReplicas: 2,
      maxNumReplicas: 6,
      cpuUtilization: { utilizationTarget: 0.6 },
      scalingSchedules,
      mode: 'ONLY_UP',
    }),
  ).toBe('between 2 and 6 instances, at 60 % CPU, at least 4 by schedule night, mode ONLY_UP');
});

test('what is left out of a policy stays, and what is emptied goes', () => {
  const before = {
    name: 'a',
    autoscalingPolicy: { minNumReplicas: 2, cpuUtilization: { utilizationTarget: 0.6 }, scalingSchedules: { night } },
  };
  expect(mergedPolicy(before, { maxNumReplicas: 4 })).toMatchObject({
    minNumReplicas: 2,
    maxNumReplicas: 4,
    cpuUtilization: { utilizationTarget: 0.6 },
    scalingSchedules: { night },
  });
  const emptied = autoscalingPolicySchema.parse({ cpuUtilization: {}, scalingSchedules: {} });
  expect(mergedPolicy(before, emptied)).toEqual({
    mode: 'ON',
    coolDownPeriodSec: 60,
    minNumReplicas: 2,
    maxNumReplicas: 2,
    scalingSchedules: {},
  });
});

describe('a scaling schedule', () => {
  it.each([
    [{ ...night, schedule: 'every night' }, 'must have the five fields of cron'],
    [{ ...night, timeZone: 'Mars/Olympus' }, 'must be the IANA name of a time zone'],
    [{ ...night, durationSec: 60 }, 'must be at least 300'],
  ])('is refused by its field: %j', (schedule, words) => {
    const { error } = autoscalingPolicySchema.safeParse({ scalingSchedules: { night: schedule } });
    expect(error?.issues[0]?.message).toContain(words);
  });

  it('may have a year, and no time zone', () => {
    const { timeZone: _, ...rest } = night;
    const given = { scalingSchedules: { night: { ...rest, schedule: '0 22 24 12 * 2026' } } };
    expect(autoscalingPolicySchema.safeParse(given).success).toBe(true);
  });
});

describe('the metadata that tells a policy', () => {
  const templateOf = (metadata: Record<string, string>): Template =>
    templateSchema.parse({
      name: 't',
      properties: { metadata: { items: Object.entries(metadata).map(([key, value]) => ({ key, value })) } },
    });

  it('is the same however the policy is written, and leaves out what says nothing', () => {
    const told = policyMetadata({ mode: 'ON', minNumReplicas: 2, cpuUtilization: { utilizationTarget: 0.6 } });
    expect(told).toEqual(
      policyMetadata({
        cpuUtilization: { utilizationTarget: 0.6, predictiveMethod: null },
        customMetricUtilizations: [],
        scalingSchedules: {},
        minNumReplicas: 2,
        mode: 'ON',
      }),
    );
  });

  it('has the mode that the autoscaler is meant to have', () => {
    expect(meantMode(templateOf(policyMetadata({ minNumReplicas: 1, mode: 'ONLY_UP' })))).toBe('ONLY_UP');
    expect(meantMode(templateOf({}))).toBeUndefined();
    expect(meantMode(null)).toBeUndefined();
  });
});
