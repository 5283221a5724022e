import { type AnyStageDefinition, defineStage, type JsonObject } from '@gennaker/extension-sdk/stage';
import { z } from 'zod';

/** Is asked again and again until it is done. */
const repeated = defineStage({
  type: 'repeated',
  label: 'Repeated',
  description: 'Is asked several times until it is done',
  schema: z.looseObject({ times: z.number().default(3) }),
  examples: [{ times: 3 }],
  tasks: () => [
    {
      name: 'repeated',
      run: async ({ context, runs }) =>
        runs < context.times ? { status: 'RUNNING', wakeAfterMs: 50 } : { status: 'SUCCEEDED' },
    },
  ],
});

/** Calls an address once in each round of a loop; every round is an attempt of its own, with a key of its own. */
const loop = defineStage({
  type: 'trialLoop',
  label: 'Trial loop',
  description: 'Calls an address once in each of several rounds',
  schema: z.looseObject({ url: z.string(), rounds: z.number().int().min(1), tag: z.string() }),
  examples: [{ url: 'http://127.0.0.1/', rounds: 3, tag: 'a' }],
  tasks: () => [
    {
      name: 'call',
      loop: 'start',
      run: async ({ context, ports, key, signal, stage }) => {
        const round = Number(stage.outputs['round'] ?? 0) + 1;
        const response = await ports.http({
          url: context.url,
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': key },
          body: JSON.stringify({ tag: `${context.tag}-${round}`, answer: 200 }),
          signal,
        });
        if (response.status !== 200) throw new Error(`the receiver answered ${response.status}`);
        return { status: 'SUCCEEDED', outputs: { round } };
      },
    },
    {
      name: 'again',
      loop: 'end',
      run: async ({ context, stage }) => ({
        status: Number(stage.outputs['round']) < context.rounds ? 'REDIRECT' : 'SUCCEEDED',
      }),
    },
  ],
});

const hook = ({ url, tag }: JsonObject, effect: string): JsonObject => ({
  url,
  method: 'POST',
  payload: { tag: `${String(tag)}-${effect}`, answer: 200 },
});

/** A stage with calls before and after itself, and one more when it fails. */
const framed = defineStage({
  type: 'trialFrame',
  label: 'Trial frame',
  description: 'Has synthetic stages before it, after it and on failure',
  schema: z.looseObject({ url: z.string(), tag: z.string(), fails: z.boolean().default(false) }),
  examples: [{ url: 'http://127.0.0.1/', tag: 'a' }],
  tasks: () => [{ name: 'middle', run: async ({ context }) => ({ status: context.fails ? 'TERMINAL' : 'SUCCEEDED' }) }],
  beforeStages: ({ context }) => [
    { type: 'webhook', name: 'before 1', context: hook(context, 'before-1') },
    { type: 'webhook', name: 'before 2', context: hook(context, 'before-2'), after: [0] },
  ],
  afterStages: ({ context }) => [
    { type: 'wait', name: 'after 1', context: { waitTime: 1 } },
    { type: 'webhook', name: 'after 2', context: hook(context, 'after-2') },
  ],
  onFailureStages: ({ context }) => [{ type: 'webhook', name: 'failed', context: hook(context, 'on-failure') }],
});

/** Stage types that only the trial has. */
export const trialStages: readonly AnyStageDefinition[] = [repeated, loop, framed];
