import { pipelineSchema } from '@gennaker/contracts/front50';
import { quietPeriodSchema } from '@gennaker/service/trigger-settings';
import { describe, expect, it } from 'vitest';
import { quietPeriodGate } from './quiet-period-gate.ts';

const period = quietPeriodSchema.parse({
  startIso: '2026-12-20T00:00:00+01:00',
  endIso: '2027-01-04T00:00:00+01:00',
  suppressedTriggerTypes: ['cron', 'docker'],
});
const within = '2026-12-24T12:00:00Z';

function closed(
  at: string,
  type = 'cron',
  respectQuietPeriod: unknown = true,
  quiet: typeof period | undefined = period,
) {
  const pipeline = pipelineSchema.parse({ name: 'p', application: 'a', respectQuietPeriod });
  const event = { type, content: {} };
  return quietPeriodGate(quiet, () => Date.parse(at))({ pipeline, trigger: { type }, event });
}

describe('a quiet period', () => {
  it('lets no trigger of its types start what respects it, and names its end', () => {
    expect(closed(within)).toMatchObject({
      summary:
        'a quiet period lasts until 2027-01-03T23:00:00.000Z, in which cron triggers start no pipeline that respects it',
      evidence: { end: '2027-01-03T23:00:00.000Z', triggerType: 'cron' },
    });
  });

  it('begins with its first moment and is over at its end', () => {
    expect(closed('2026-12-19T22:59:59.999Z')).toBeUndefined();
    expect(closed('2026-12-19T23:00:00Z')).toBeDefined();
    expect(closed('2027-01-03T22:59:59.999Z')).toBeDefined();
    expect(closed('2027-01-03T23:00:00Z')).toBeUndefined();
  });

  it('is nothing to other triggers, to pipelines that do not respect it, and when it is off or absent', () => {
    expect(closed(within, 'manual')).toBeUndefined();
    expect(closed(within, 'cron', false)).toBeUndefined();
    expect(closed(within, 'cron', true, { ...period, enabled: false })).toBeUndefined();
    expect(quietPeriodGate(undefined, () => Date.parse(within))({} as never)).toBeUndefined();
  });

  it('that ends before it begins is no setting', () => {
    const read = quietPeriodSchema.safeParse({ ...period, endIso: '2026-12-01T00:00:00Z' });
    expect(read.error?.issues[0]?.message).toBe('must be after startIso');
  });
});
