import { pipelineSchema } from '@gennaker/contracts/front50';
import { triggers } from '@gennaker/triggers/server';
import { describe, expect, it } from 'vitest';
import { executionId } from './execution-id.ts';
import { matchByHand, matchPipeline } from './match-pipeline.ts';
import { executionParameters } from './parameters.ts';

const pipeline = (changes: Record<string, unknown>) =>
  pipelineSchema.parse({ id: 'p', name: 'P', application: 'hello', ...changes });
const event = { type: 'webhook', source: 'ci', content: { v: 1 } };
const hook = (changes: Record<string, unknown> = {}) => ({ type: 'webhook', enabled: true, source: 'ci', ...changes });

describe('matchPipeline', () => {
  it('starts by the first trigger that matches, as nobody unless the trigger says so', () => {
    const decision = matchPipeline(
      triggers,
      pipeline({ triggers: [hook({ source: 'x' }), hook({ id: 'second' })] }),
      event,
    );
    expect(decision.trigger).toMatchObject({ id: 'second', user: 'anonymous', payload: { v: 1 }, parameters: {} });
    const run = matchPipeline(triggers, pipeline({ triggers: [hook({ runAsUser: 'robot' })] }), event);
    expect(run.trigger?.user).toBe('robot');
  });

  it.each([
    ['disabled trigger', { triggers: [hook({ enabled: false })] }, 'the trigger is not enabled'],
    ['incomplete trigger', { triggers: [{ type: 'webhook', enabled: true }] }, 'the trigger is incomplete: source'],
    [
      'template that cannot be applied',
      { templateErrors: ['variables.x: it has no value'], triggers: [hook()] },
      'the template of pipeline "P" cannot be applied: variables.x: it has no value',
    ],
    ['disabled pipeline', { disabled: true, triggers: [hook()] }, 'pipeline "P" is disabled'],
    [
      'required parameter',
      {
        triggers: [hook()],
        parameterConfig: [
          { name: 'a', required: true },
          { name: 'b', required: true, default: '' },
        ],
      },
      'required parameters "a", "b" have no value',
    ],
    [
      'two other triggers',
      { triggers: [hook({ payloadConstraints: { v: '2' } }), hook({ enabled: false })] },
      'none of 2 triggers matches',
    ],
    [
      'one that is near, one that is not',
      { triggers: [hook({ source: 'x' }), hook({ enabled: false })] },
      'the trigger is not enabled',
    ],
    ['no such trigger', { triggers: [{ type: 'jenkins' }] }, 'the pipeline has no trigger for webhook events'],
  ])('explains: %s', (_label, changes, summary) => {
    const decision = matchPipeline(triggers, pipeline(changes), event);
    expect(decision.trigger).toBeUndefined();
    expect(decision.reason.summary).toContain(summary);
  });

  it('knows pipelines that the event is none of the business of', () => {
    const elsewhere = (given: Record<string, unknown>[]) =>
      matchPipeline(triggers, pipeline({ triggers: given }), event).elsewhere;
    expect(elsewhere([hook({ source: 'x' }), hook({ source: 'y' })])).toBe(true);
    expect(elsewhere([hook({ source: 'x' }), hook({ payloadConstraints: { v: '2' } })])).toBeUndefined();
    expect(elsewhere([hook()])).toBeUndefined();
  });

  it('says what each of its triggers said, and is stopped by none that cannot be judged', () => {
    const failing = matchPipeline(triggers, pipeline({ triggers: [hook({ identity: '$[?(@.x)]' })] }), event);
    expect(failing.reason.summary).toContain('the trigger cannot be judged: the path may have names');
    const { verdicts } = matchPipeline(
      triggers,
      pipeline({ triggers: [hook({ source: 'x' }), hook({ id: 'b' })] }),
      event,
    );
    expect(verdicts).toMatchObject([
      {
        position: 0,
        type: 'webhook',
        matches: false,
        reason: { summary: 'its source is "x", the event came to "ci"' },
      },
      { position: 1, id: 'b', matches: true },
    ]);
  });

  it('starts as nobody else, whatever the trigger’s document says', () => {
    const run = matchPipeline(triggers, pipeline({ triggers: [hook({ user: 'root' })] }), event);
    expect(run.trigger).toMatchObject({ user: 'anonymous' });
  });

  it('takes a start by hand as its user filled it in', () => {
    const decision = matchByHand(
      triggers,
      pipeline({
        parameterConfig: [
          { name: 'a', default: '1' },
          { name: 'b', default: '2' },
        ],
      }),
      {
        type: 'manual',
        user: 'ada',
        content: { trigger: { type: 'webhook', parameters: { b: 'x', c: 'y' }, rebake: true } },
      },
    );
    expect(decision.trigger).toEqual({
      type: 'manual',
      user: 'ada',
      rebake: true,
      parameters: { a: '1', b: 'x', c: 'y' },
    });
  });
});

describe('executionParameters', () => {
  it('keeps false and zero, and fills blanks from defaults', () => {
    const config = {
      parameterConfig: [{ name: 'a', required: true, default: 5 }, { name: 'b', default: true }, { name: 'c' }],
    };
    expect(executionParameters(config, { a: 0, b: false })).toEqual({ parameters: { a: 0, b: false }, missing: [] });
    expect(executionParameters(config, {})).toEqual({ parameters: { a: 5, b: true }, missing: [] });
  });
});

describe('executionId', () => {
  it('is a ULID of the event and the pipeline, the same every time', () => {
    const id = executionId(1_469_918_176_385, 'event', 'pipeline');
    expect(id).toMatch(/^01ARYZ6S41[0-9A-HJKMNP-TV-Z]{16}$/);
    expect(executionId(1_469_918_176_385, 'event', 'pipeline')).toBe(id);
    expect(executionId(1_469_918_176_385, 'even', 'tpipeline')).not.toBe(id);
  });
});
