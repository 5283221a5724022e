/** A stage as a pipeline has it. */
type Stage = { readonly type: string; readonly refId: string } & Readonly<Record<string, unknown>>;

/** What makes the stages of one pipeline, and what the driver does to it. */
export interface Kind {
  readonly name: string;
  stages(tag: string, receiver: string): readonly Stage[];
  /** What is done once its judgment is asked for. */
  readonly atJudgment?: 'continue' | 'stop' | 'cancel';
}

const call = (tag: string, receiver: string, ref: string, after: readonly string[], more: object = {}): Stage => {
  const { answer = 200, ...rest } = more as { answer?: number };
  return {
    type: 'webhook',
    name: `Call ${ref}`,
    refId: ref,
    requisiteStageRefIds: after,
    url: receiver,
    method: 'POST',
    payload: { tag: `${tag}/${ref}`, answer },
    ...rest,
  };
};
const judgment = (after: readonly string[]): Stage => ({
  type: 'manualJudgment',
  name: 'Judgment',
  refId: 'judgment',
  requisiteStageRefIds: after,
});
const wait = (ref: string, after: readonly string[], seconds: number): Stage => ({
  type: 'wait',
  name: 'Wait',
  refId: ref,
  requisiteStageRefIds: after,
  waitTime: seconds,
});

/** Pipelines whose result does not depend on time: what each ends as is decided by their settings alone. */
export const KINDS: readonly Kind[] = [
  {
    name: 'line',
    stages: (tag, to) => [
      call(tag, to, '1', []),
      wait('2', ['1'], 1),
      call(tag, to, '3', ['2']),
      call(tag, to, '4', ['3']),
    ],
  },
  {
    name: 'fan',
    stages: (tag, to) => [
      ...['1', '2', '3', '4', '5'].map((ref) => call(tag, to, ref, [])),
      call(tag, to, '6', ['1', '2', '3', '4', '5']),
    ],
  },
  {
    name: 'fails',
    stages: (tag, to) => [call(tag, to, '1', [], { answer: 400, failPipeline: true }), call(tag, to, '2', ['1'])],
  },
  {
    name: 'fails and goes on',
    stages: (tag, to) => [
      call(tag, to, '1', [], { answer: 400, failPipeline: false, continuePipeline: true }),
      call(tag, to, '2', ['1']),
    ],
  },
  {
    name: 'fails its branch alone',
    stages: (tag, to) => [
      call(tag, to, '1', [], { answer: 400, failPipeline: false, continuePipeline: false }),
      call(tag, to, '2', ['1']),
      call(tag, to, '3', []),
      wait('4', ['3'], 1),
      call(tag, to, '5', ['4']),
    ],
  },
  {
    name: 'fails after the other branches',
    stages: (tag, to) => [
      call(tag, to, '1', [], {
        answer: 400,
        failPipeline: false,
        continuePipeline: false,
        completeOtherBranchesThenFail: true,
      }),
      call(tag, to, '2', []),
      call(tag, to, '3', ['2']),
    ],
  },
  {
    name: 'judged',
    atJudgment: 'continue',
    stages: (tag, to) => [call(tag, to, '1', []), judgment(['1']), call(tag, to, '2', ['judgment'])],
  },
  {
    name: 'rejected',
    atJudgment: 'stop',
    stages: (tag, to) => [call(tag, to, '1', []), judgment(['1']), call(tag, to, '2', ['judgment'])],
  },
  {
    name: 'canceled',
    atJudgment: 'cancel',
    stages: (tag, to) => [call(tag, to, '1', []), judgment(['1']), call(tag, to, '2', ['judgment'])],
  },
  {
    name: 'repeated',
    stages: (tag, to) => [
      { type: 'repeated', name: 'Repeated', refId: '1', requisiteStageRefIds: [], times: 5 },
      call(tag, to, '2', ['1']),
      { type: 'repeated', name: 'Repeated', refId: '3', requisiteStageRefIds: ['2'], times: 3 },
    ],
  },
];
