import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromLine } from './queue-rows.ts';
import { queueRules, waitingReason } from './queue-rules.ts';

describe('who of a line begins', () => {
  const lines = fc.uniqueArray(fc.uuid(), { maxLength: 20 });

  it('is never more than the slots that are free, and never the same one twice', () => {
    fc.assert(
      fc.property(lines, fc.nat(10), fc.boolean(), (line, free, keepWaiting) => {
        const { admitted, superseded } = fromLine(line, free, keepWaiting);
        expect(admitted.length).toBeLessThanOrEqual(free);
        const all = [...admitted, ...superseded.map(({ id }) => id)];
        expect(new Set(all).size).toBe(all.length);
        expect(all.every((id) => line.includes(id))).toBe(true);
      }),
    );
  });

  it('is the first ones where waiting executions are kept', () => {
    expect(fromLine(['a', 'b', 'c'], 2, true)).toEqual({ admitted: ['a', 'b'], superseded: [] });
  });

  it('is the newest alone where they are not, and the others give way to it', () => {
    expect(fromLine(['a', 'b', 'c'], 2, false)).toEqual({
      admitted: ['c'],
      superseded: [
        { id: 'a', by: 'c' },
        { id: 'b', by: 'c' },
      ],
    });
    expect(fromLine(['a', 'b'], 0, false)).toEqual({ admitted: [], superseded: [] });
  });
});

describe('the rules of a pipeline', () => {
  it('are none where nothing limits it', () => {
    expect(queueRules('app', 'p', { id: 'c' })).toBeUndefined();
    expect(queueRules('app', 'p', { id: 'c', maxConcurrentExecutions: 0 })).toBeUndefined();
    expect(queueRules('app', 'p', { limitConcurrent: true })).toBeUndefined();
  });

  it('let one run where limitConcurrent is set, whatever maxConcurrentExecutions says', () => {
    expect(queueRules('app', 'p', { id: 'c', limitConcurrent: true, maxConcurrentExecutions: 7 })?.limit).toBe(1);
    expect(queueRules('app', 'p', { id: 'c', maxConcurrentExecutions: 7, keepWaitingPipelines: true })).toMatchObject({
      limit: 7,
      keepWaiting: true,
    });
  });

  it('are named by those that wait', () => {
    const rules = queueRules('app', 'p', { id: 'c', limitConcurrent: true });
    expect(rules && waitingReason(rules, ['x'], 2)).toMatchObject({
      summary: expect.stringContaining('2 waited before it'),
      evidence: { running: ['x'], limit: 1 },
    });
  });
});
