import type { EchoEvent } from '@gennaker/contracts/echo';
import { describe, expect, it } from 'vitest';
import { pipelineTriggerSchema } from './schema.ts';
import pipeline from './trigger.ts';

const ended = (more: Record<string, unknown> = {}): EchoEvent => ({
  type: 'pipeline',
  content: {
    executionId: 'e1',
    application: 'shop',
    pipelineId: 'p1',
    pipeline: 'Build',
    status: 'SUCCEEDED',
    artifacts: [{ type: 'docker/image', name: 'shop', reference: 'shop:1' }],
    ...more,
  },
});
const trigger = (more: Record<string, unknown> = {}) =>
  pipelineTriggerSchema.parse({
    type: 'pipeline',
    enabled: true,
    pipeline: 'p1',
    status: ['successful'],
    ...more,
  }) as never;

describe('pipeline trigger', () => {
  it('has examples that its schema takes', () => {
    for (const example of pipeline.examples) expect(pipeline.schema.safeParse(example).success).toBe(true);
  });

  it.each([
    ['SUCCEEDED', 'successful'],
    ['TERMINAL', 'failed'],
    ['STOPPED', 'failed'],
    ['FAILED_CONTINUE', 'failed'],
    ['SKIPPED', 'failed'],
    ['CANCELED', 'canceled'],
    ['SUSPENDED', 'suspended'],
  ])('takes the status %s as %s, and as nothing else', (status, end) => {
    for (const wanted of ['successful', 'failed', 'canceled', 'suspended'])
      expect(pipeline.match(trigger({ status: [wanted] }), ended({ status })).matches).toBe(wanted === end);
  });

  it('says why an end starts nothing', () => {
    expect(pipeline.match(trigger(), ended({ status: 'TERMINAL' }))).toEqual({
      matches: false,
      reason: { summary: 'execution e1 of "Build" ended with TERMINAL, and it wants successful' },
    });
    expect(pipeline.match(trigger({ pipeline: 'p2' }), ended())).toMatchObject({ matches: false, elsewhere: true });
  });

  it('hands the parent and its artifacts to the execution, and whether it was a dry run', () => {
    expect(pipeline.toTrigger(trigger(), ended({ dryRun: true }))).toMatchObject({
      type: 'pipeline',
      parentExecutionId: 'e1',
      parentPipelineId: 'p1',
      parentPipelineName: 'Build',
      parentPipelineApplication: 'shop',
      dryRun: true,
      artifacts: [{ reference: 'shop:1' }],
    });
    expect(pipeline.toTrigger(trigger({ dryRun: false }), ended({ dryRun: true }))['dryRun']).toBe(false);
  });
});
