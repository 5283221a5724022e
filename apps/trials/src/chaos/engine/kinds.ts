/** A stage as a pipeline has it. */
type Stage = { readonly type: string; readonly refId: string } & Readonly<Record<string, unknown>>;

/** What makes the stages of one pipeline, and what the driver does to it. */
export interface Kind {
  readonly name: string;
  /** Its longest wait by the clock. */
  readonly longestWaitMs: number;
  stages(tag: string, receiver: string): readonly Stage[];
  /** What people do to it, and when: once it has come to a stage of this type, or has ended for the first time. */
  readonly people?: { readonly at: 'manualJudgment' | 'pipeline' | 'end'; readonly do: readonly Deed[] };
}

/** What a person does to an execution: answers its judgment, or steers it as a whole. */
export type Deed = 'continue' | 'stop' | 'cancel' | 'pause' | 'resume' | 'restart';

/** Settings of a call: the status that it is answered with, that of a later attempt, the size of the answer, and others of its stage. */
interface More extends Readonly<Record<string, unknown>> {
  readonly answer?: number;
  readonly again?: number;
  readonly bytes?: number;
}

const call = (tag: string, receiver: string, ref: string, after: readonly string[], more: More = {}): Stage => {
  const { answer = 200, again, bytes, ...rest } = more;
  return {
    type: 'webhook',
    name: `Call ${ref}`,
    refId: ref,
    requisiteStageRefIds: after,
    url: receiver,
    method: 'POST',
    payload: {
      tag: `${tag}/${ref}`,
      answer,
      ...(again === undefined ? {} : { again }),
      ...(bytes === undefined ? {} : { bytes }),
    },
    ...rest,
  };
};
const judgment = (after: readonly string[]): Stage => ({
  type: 'manualJudgment',
  name: 'Judgment',
  refId: 'judgment',
  requisiteStageRefIds: after,
});
const child = (tag: string, ref: string, after: readonly string[], pipeline: StoredName): Stage => ({
  type: 'pipeline',
  name: `Child ${ref}`,
  refId: ref,
  requisiteStageRefIds: after,
  application: 'chaos',
  pipeline,
  pipelineParameters: { tag: `${tag}/${ref}` },
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
    longestWaitMs: 3_000,
    stages: (tag, to) => [
      call(tag, to, '1', []),
      wait('2', ['1'], 1),
      call(tag, to, '3', ['2']),
      call(tag, to, '4', ['3']),
      wait('5', ['4'], 2),
      call(tag, to, '6', ['5']),
      wait('7', ['6'], 3),
      call(tag, to, '8', ['7']),
    ],
  },
  {
    name: 'fan',
    longestWaitMs: 3_000,
    stages: (tag, to) => [
      ...['1', '2', '3', '4', '5'].map((ref) => call(tag, to, ref, [])),
      call(tag, to, '6', ['1', '2', '3', '4', '5']),
      wait('7', ['6'], 2),
      ...['8', '9', '10'].map((ref) => call(tag, to, ref, ['7'])),
      wait('11', ['7'], 3),
      call(tag, to, '12', ['8', '9', '10', '11']),
    ],
  },
  {
    name: 'big values',
    longestWaitMs: 2_000,
    stages: (tag, to) => [
      call(tag, to, '1', [], { bytes: 20_000 }),
      wait('2', ['1'], 2),
      call(tag, to, '3', ['2'], { bytes: 9_000 }),
      wait('4', ['3'], 2),
      {
        ...call(tag, to, '5', ['4']),
        customHeaders: { 'x-size': "${#stage('Call 1')['outputs']['webhook']['body']['more'].length()}" },
      },
    ],
  },
  {
    name: 'fails',
    longestWaitMs: 2_000,
    stages: (tag, to) => [
      wait('0', [], 2),
      call(tag, to, '1', ['0'], { answer: 400, failPipeline: true }),
      call(tag, to, '2', ['1']),
    ],
  },
  {
    name: 'fails and goes on',
    longestWaitMs: 3_000,
    stages: (tag, to) => [
      call(tag, to, '1', [], { answer: 400, failPipeline: false, continuePipeline: true }),
      wait('2', ['1'], 3),
      call(tag, to, '3', ['2']),
    ],
  },
  {
    name: 'fails its branch alone',
    longestWaitMs: 2_000,
    stages: (tag, to) => [
      call(tag, to, '1', [], { answer: 400, failPipeline: false, continuePipeline: false }),
      call(tag, to, '2', ['1']),
      call(tag, to, '3', []),
      wait('4', ['3'], 2),
      call(tag, to, '5', ['4']),
    ],
  },
  {
    name: 'fails after the other branches',
    longestWaitMs: 2_000,
    stages: (tag, to) => [
      call(tag, to, '1', [], {
        answer: 400,
        failPipeline: false,
        continuePipeline: false,
        completeOtherBranchesThenFail: true,
      }),
      call(tag, to, '2', []),
      wait('3', ['2'], 2),
      call(tag, to, '4', ['3']),
    ],
  },
  {
    name: 'framed',
    longestWaitMs: 1_000,
    stages: (tag, to) => [
      { type: 'trialFrame', name: 'Frame', refId: '1', requisiteStageRefIds: [], url: to, tag: `${tag}/1` },
      call(tag, to, '2', ['1']),
    ],
  },
  {
    name: 'framed and fails',
    longestWaitMs: 1_000,
    stages: (tag, to) => [
      {
        type: 'trialFrame',
        name: 'Frame',
        refId: '1',
        requisiteStageRefIds: [],
        url: to,
        tag: `${tag}/1`,
        fails: true,
      },
      call(tag, to, '2', ['1']),
    ],
  },
  {
    name: 'judged',
    longestWaitMs: 1_000,
    people: { at: 'manualJudgment', do: ['continue'] },
    stages: (tag, to) => [
      call(tag, to, '1', []),
      judgment(['1']),
      call(tag, to, '2', ['judgment']),
      wait('3', ['2'], 1),
    ],
  },
  {
    name: 'rejected',
    longestWaitMs: 0,
    people: { at: 'manualJudgment', do: ['stop'] },
    stages: (tag, to) => [call(tag, to, '1', []), judgment(['1']), call(tag, to, '2', ['judgment'])],
  },
  {
    name: 'canceled',
    longestWaitMs: 0,
    people: { at: 'manualJudgment', do: ['cancel'] },
    stages: (tag, to) => [call(tag, to, '1', []), judgment(['1']), call(tag, to, '2', ['judgment'])],
  },
  {
    name: 'repeated',
    longestWaitMs: 0,
    stages: (tag, to) => [
      { type: 'repeated', name: 'Repeated', refId: '1', requisiteStageRefIds: [], times: 5 },
      call(tag, to, '2', ['1']),
      { type: 'repeated', name: 'Repeated', refId: '3', requisiteStageRefIds: ['2'], times: 30 },
    ],
  },
  {
    name: 'looped',
    longestWaitMs: 0,
    stages: (tag, to) => [
      { type: 'trialLoop', name: 'Loop', refId: '1', requisiteStageRefIds: [], url: to, tag: `${tag}/1`, rounds: 6 },
      call(tag, to, '2', ['1']),
    ],
  },
  {
    name: 'paused',
    longestWaitMs: 2_000,
    people: { at: 'manualJudgment', do: ['pause', 'resume', 'continue'] },
    stages: (tag, to) => [
      judgment([]),
      ...['1', '2', '3'].map((ref) => call(tag, to, ref, [])),
      wait('4', ['1'], 2),
      call(tag, to, '5', ['2', '4']),
      call(tag, to, '6', ['judgment', '3', '5']),
    ],
  },
  {
    name: 'restarted',
    longestWaitMs: 1_000,
    people: { at: 'end', do: ['restart'] },
    stages: (tag, to) => [
      call(tag, to, '1', []),
      call(tag, to, '2', ['1'], { answer: 400, again: 200, failPipeline: true }),
      wait('3', ['2'], 1),
      call(tag, to, '4', ['3']),
    ],
  },
  {
    name: 'runs another',
    longestWaitMs: 2_500,
    stages: (tag, to) => [call(tag, to, '1', []), child(tag, '2', ['1'], 'calls'), call(tag, to, '3', ['2'])],
  },
  {
    name: 'runs one that fails',
    longestWaitMs: 1_500,
    stages: (tag, to) => [child(tag, '1', [], 'fails'), call(tag, to, '2', ['1'])],
  },
  {
    name: 'canceled with its child',
    longestWaitMs: 0,
    people: { at: 'pipeline', do: ['cancel'] },
    stages: (tag, to) => [child(tag, '1', [], 'waits'), call(tag, to, '2', ['1'])],
  },
  {
    name: 'runs several',
    longestWaitMs: 2_500,
    stages: (tag, to) => [
      {
        type: 'runMultiplePipelines',
        name: 'Several',
        refId: '1',
        requisiteStageRefIds: [],
        yamlConfig: {
          one: { childPipeline: 'calls', arguments: { tag: `${tag}/1-one` } },
          other: { childPipeline: 'calls', arguments: { tag: `${tag}/1-other` } },
          last: { childPipeline: 'calls', arguments: { tag: `${tag}/1-last` }, dependencies: ['one', 'other'] },
        },
      },
      call(tag, to, '2', ['1']),
    ],
  },
];

/** Pipelines that others run, by id. */
export type StoredName = 'calls' | 'fails' | 'waits';

/** The pipelines that others run, as they are stored; each has a parameter that marks its effects. */
export function storedPipelines(receiver: string): Readonly<Record<StoredName, readonly Stage[]>> {
  const tag = '${parameters.tag}';
  return {
    calls: [call(tag, receiver, '1', []), wait('2', ['1'], 1), call(tag, receiver, '3', ['2'])],
    fails: [call(tag, receiver, '1', [], { answer: 400, failPipeline: true }), call(tag, receiver, '2', ['1'])],
    waits: [judgment([])],
  };
}
