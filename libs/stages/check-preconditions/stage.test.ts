import { describe, expect, it } from 'vitest';
import { checkPreconditionsSchema } from './schema.ts';
import check from './stage.ts';

const groups = [
  { cluster: 'hello-main', account: 'local-gce', region: 'us-central1', isDisabled: false },
  { cluster: 'hello-main', account: 'local-gce', region: 'us-central1', isDisabled: true },
  { cluster: 'hello-main', account: 'local-gce', region: 'europe-west1', isDisabled: false },
];
const children = (preconditions: object[]) =>
  check.beforeStages?.({ type: 'checkPreconditions', context: { preconditions } } as never, {} as never) ?? [];
const run = (precondition: object) => {
  const [child] = children([precondition]);
  return check.tasks({ type: child?.type } as never, {} as never)[0]?.run({
    context: checkPreconditionsSchema.parse(child?.context),
    application: 'hello',
    stages: [{ refId: '1', name: 'Smoke', type: 'webhook', status: 'SUCCEEDED' }],
    evaluate: (expression: string) =>
      expression === 'broken'
        ? { value: '${broken}', problems: ['Failed to evaluate broken'] }
        : { value: expression === '1 == 1', problems: [] },
    ports: { clouddriver: { listServerGroups: () => Promise.resolve(groups) } },
  } as never);
};
const size = (comparison: string, expected: number, more = {}) => ({
  type: 'clusterSize',
  context: { cluster: 'hello-main', credentials: 'local-gce', regions: ['us-central1'], comparison, expected, ...more },
});

describe('check preconditions', () => {
  it('parses its examples', () => {
    for (const example of check.examples) expect(() => checkPreconditionsSchema.parse(example)).not.toThrow();
  });
  it.each([
    [{ type: 'expression', context: { expression: '1 == 1' } }, 'SUCCEEDED'],
    [{ type: 'expression', context: { expression: true } }, 'SUCCEEDED'],
    [{ type: 'expression', context: { expression: '1 == 2' } }, 'TERMINAL'],
    [{ type: 'expression', context: { expression: 'broken' } }, 'TERMINAL'],
    [{ type: 'stageStatus', context: { stageName: 'Smoke', stageStatus: 'SUCCEEDED' } }, 'SUCCEEDED'],
    [{ type: 'stageStatus', context: { stageName: 'Smoke', stageStatus: 'TERMINAL' } }, 'TERMINAL'],
    [{ type: 'stageStatus', context: { stageName: 'None', stageStatus: 'TERMINAL' } }, 'TERMINAL'],
    [size('==', 2), 'SUCCEEDED'],
    [size('==', 1), 'TERMINAL'],
    [size('==', 1, { onlyEnabledServerGroups: true }), 'SUCCEEDED'],
    [size('<=', 1, { regions: ['us-central1', 'europe-west1'] }), 'TERMINAL'],
    [size('>', 1), 'SUCCEEDED'],
    [size('>=', 3), 'TERMINAL'],
    [size('<', 2), 'TERMINAL'],
  ])('%j ends %s', async (precondition, status) => {
    expect((await run(precondition))?.status).toBe(status);
  });
  it('says what does not hold, in the words of the pipeline where it has some', async () => {
    const summary = async (precondition: object) => (await run(precondition))?.reason?.summary;
    expect(await summary({ type: 'expression', context: { expression: 'no', failureMessage: 'Not on Fridays' } })).toBe(
      'Not on Fridays',
    );
    expect(await summary(size('==', 9))).toBe('The cluster hello-main has 2 server groups in us-central1, not == 9');
    expect(await summary({ type: 'expression', context: { expression: 'broken' } })).toBe('Failed to evaluate broken');
  });
  it('keeps what an expression came to', async () => {
    const result = await run({ type: 'expression', context: { expression: 'broken' } });
    expect(result?.context).toMatchObject({ context: { expressionResult: '${broken}' } });
  });
  it('checks each in a child of its own, which fails as that precondition says', () => {
    const made = children([
      { type: 'expression', failPipeline: false, context: { expression: 'x' } },
      { type: 'stageStatus', context: { stageName: 'a', stageStatus: 'SUCCEEDED' } },
    ]);
    expect(made).toMatchObject([
      { type: 'checkPrecondition', context: { preconditionType: 'expression', failPipeline: false } },
      { type: 'checkPrecondition', context: { preconditionType: 'stageStatus', context: { stageName: 'a' } } },
    ]);
    expect(made.every(({ after }) => after === undefined)).toBe(true);
    expect(check.tasks({ type: 'checkPreconditions' } as never, {} as never)).toEqual([]);
  });
  it('cannot be planned with a precondition that is none', () => {
    expect(() => children([{ type: 'weather', context: {} }])).toThrow(/preconditions.0/);
  });
});
