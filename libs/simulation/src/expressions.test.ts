import { namedOnly } from '@gennaker/contracts/people';
import { isComplete } from '@gennaker/contracts/status';
import { describe, expect, it } from 'vitest';
import type { PipelineRun } from './pipeline-run.ts';
import { SimulatedWorld } from './simulated-world.ts';

const START = Date.UTC(2026, 0, 5);
type Json = Readonly<Record<string, unknown>>;
type Stage = Json & { readonly type: string };

/** Runs a pipeline to its end. */
async function ran(
  stages: readonly Stage[],
  more: { readonly trigger?: Json; readonly pipeline?: Json; readonly answers?: Readonly<Record<string, string>> } = {},
): Promise<{ run: PipelineRun; world: SimulatedWorld; one: (name: string) => PipelineRun['state']['stages'][string] }> {
  const world = new SimulatedWorld(START);
  for (const [url, body] of Object.entries(more.answers ?? {})) world.http.answer(url, { body });
  world.store({ application: 'shop', id: 'other-id', name: 'Other', stages: [] });
  const linked = stages.map((stage, at) => ({
    refId: String(at + 1),
    requisiteStageRefIds: at === 0 ? [] : [String(at)],
    name: stage.type,
    ...stage,
  }));
  const run = world.start(
    { application: 'shop', id: 'P', name: 'Expressions', ...more.pipeline, stages: linked },
    { type: 'manual', parameters: { version: '1.2', n: 7 }, ...more.trigger },
  );
  await world.time.until(() => isComplete(run.state.status), { virtualMs: 3_600_000, realMs: 5_000 });
  return {
    run,
    world,
    one: (name) => {
      const found = run.stages(name)[0];
      if (!found) throw new Error(`no stage ${name}`);
      return found;
    },
  };
}
const wait = (more: Json = {}): Stage => ({ type: 'wait', waitTime: 1, name: 'W', ...more });
const variables = (values: Json, more: Json = {}): Stage => ({
  type: 'evaluateVariables',
  name: 'V',
  variables: Object.entries(values).map(([key, value]) => ({ key, value })),
  ...more,
});
const precondition = (expression: unknown): Stage => ({
  type: 'checkPreconditions',
  name: 'Check',
  preconditions: [{ type: 'expression', failPipeline: true, context: { expression } }],
});

describe('a stage', () => {
  it.each<[string, unknown, unknown]>([
    ['a comparison that is false', '${1 == 2}', false],
    ['a comparison that is true, deep in maps', { a: { b: '${1 == 1}' } }, { a: { b: true } }],
    ['the kind of the trigger', "${trigger.type == 'manual'}", true],
    ['a key that the trigger does not have', '${trigger.nokey == null}', true],
    ['a default for one', "${trigger.nokey ?: 'd'}", 'd'],
    ['parameters of the trigger', 'v${parameters.version}', 'v1.2'],
    ['who it runs for', '${#currentUser()}', 'ann'],
    ['itself', '${#currentStage().name}', 'W'],
    ['a part of the user', '${execution["authentication"]["user"].split("@")[0]}', 'ann'],
  ])('knows %s', async (_what, text, expected) => {
    const { one } = await ran([wait({ text })], { trigger: { user: 'ann' } });
    expect(one('W').context['text']).toEqual(expected);
  });

  it('evaluates its notifications', async () => {
    const { one } = await ran([wait({ notifications: [{ type: 'email', address: '${"a" + "@b"}' }] })]);
    expect(one('W').context['notifications']).toMatchObject([{ address: 'a@b' }]);
  });

  it('sees how the stages before it ended, whatever it was at the start', async () => {
    const { one } = await ran([
      wait({ name: 'First' }),
      wait({ text: 'ok: ${#stage("First")["status"] == "SUCCEEDED"}', flag: '${#stage("First").hasSucceeded}' }),
    ]);
    expect(one('W').context).toMatchObject({ text: 'ok: true', flag: true });
  });

  it('keeps a text that holds expressions inside of what is told not to be evaluated', async () => {
    const { one } = await ran(
      [
        wait({ text: "${#toJson(#doNotEval(trigger['raw']))}" }),
        wait({ name: 'Next', text: '${#stage("W").context.text}' }),
      ],
      { trigger: { raw: { k: '${x}' } } },
    );
    expect(one('W').context['text']).toBe('{"k":"${x}"}');
  });
});

describe('what cannot be evaluated', () => {
  const bad = { text: '${nothing.here}', other: '${nope}' };

  it('stays as it is written and is told with level, time and kind; the stage goes on', async () => {
    const { run, one } = await ran([wait(bad)]);
    expect(run.state.status).toBe('SUCCEEDED');
    expect(one('W').context).toMatchObject({
      ...bad,
      expressionEvaluationSummary: {
        '{nothing.here}': [{ level: 'ERROR', timestamp: expect.any(Number) as number }],
        '{nope}': [{ level: 'INFO', description: expect.stringContaining('other') as string }],
      },
    });
  });

  it('is among the errors of a stage that fails for it', async () => {
    const { run, one } = await ran([wait({ ...bad, failOnFailedExpressions: true })]);
    expect(run.state.status).toBe('TERMINAL');
    expect(one('W').context['exception']).toMatchObject({
      details: { errors: expect.arrayContaining([expect.stringContaining('nothing.here')]) as string[] },
    });
  });
});

describe('the start of a pipeline', () => {
  const texts = { early: 'v${parameters.version}', late: "${missing ?: 'd'}", at: '${new java.util.Date().time}' };
  const later = [wait({ name: 'First', waitTime: 60 }), wait(texts)];

  it('puts in what the trigger gives (v3); what is missing waits for its stage', async () => {
    const { run, one } = await ran(later);
    const prepared = run.events.filter((event) => event.type === 'StagePrepared');
    expect(prepared).toMatchObject([{ context: { early: 'v1.2', late: texts.late, at: START } }]);
    expect(one('W').context).toMatchObject({ early: 'v1.2', late: 'd', at: START });
  });

  it('leaves stages alone with v4', async () => {
    const { run, one } = await ran(later, { pipeline: { spelEvaluator: 'v4' } });
    expect(run.events.some((event) => event.type === 'StagePrepared')).toBe(false);
    expect(Number(one('W').context['at'])).toBeGreaterThanOrEqual(START + 60_000);
  });
});

describe('conditions', () => {
  it.each<[unknown, string]>([
    [{}, 'SUCCEEDED'],
    [{ type: 'expression' }, 'SUCCEEDED'],
    [{ type: 'expression', expression: '' }, 'SUCCEEDED'],
    [{ type: 'expression', expression: null }, 'SUCCEEDED'],
    [{ type: 'expression', expression: "parameters.version == '1.2'" }, 'SUCCEEDED'],
    [{ type: 'expression', expression: "parameters.version == '2'" }, 'SKIPPED'],
    [
      {
        type: 'expression',
        expression: "execution.stages.?[name == 'First'][0]['status'].toString() == 'SUCCEEDED'",
      },
      'SUCCEEDED',
    ],
    [
      { type: 'expression', expression: "execution.stages.?[name == 'First'][0]['status'].toString() == 'TERMINAL'" },
      'SKIPPED',
    ],
    [{ type: 'expression', expression: 'true' }, 'SUCCEEDED'],
    [{ type: 'expression', expression: 'false' }, 'SKIPPED'],
  ])('of a stage: %j ends %s', async (stageEnabled, status) => {
    const { one } = await ran([wait({ name: 'First' }), wait({ stageEnabled })]);
    expect(one('W').status).toBe(status);
  });

  it.each<[unknown, string]>([
    ["${parameters.version == '1.2'}", 'SUCCEEDED'],
    ['${1 == 2}', 'TERMINAL'],
    ['${null}', 'TERMINAL'],
    ["${'x'.noSuchMethod()}", 'TERMINAL'],
    ["${trigger.parameters.version == '1.2'}", 'SUCCEEDED'],
  ])('of a precondition: %s ends %s', async (expression, status) => {
    const { run } = await ran([precondition(expression)]);
    expect(run.state.status).toBe(status);
  });
});

it('variables are evaluated one after another; what has no value keeps its text', async () => {
  const { one } = await ran([
    variables({ a: '${4 + 6}', b: '${a + 14}', c: '${a * b}', d: 'is ${c}', e: '${unknown + 1}' }),
  ]);
  expect(one('V').outputs).toEqual({ a: 10, b: 24, c: 240, d: 'is 240', e: '${unknown + 1}' });
  expect(Object.keys(Object(one('V').context['expressionEvaluationSummary']))).toHaveLength(1);
});

describe('what lies outside', () => {
  const url = 'https://example.com/v';
  const text = `\${#fromUrl('${url}')}`;

  it('is asked once per stage, recorded, and read from the record', async () => {
    const { run, world, one } = await ran([wait({ text, again: `${text}!` }), variables({ own: text })], {
      answers: { [url]: '7' },
    });
    expect(run.state.status).toBe('SUCCEEDED');
    expect(one('W').context).toMatchObject({ text: '7', again: '7!' });
    expect(one('V').outputs).toEqual({ own: '7' });
    expect(world.http.requests).toHaveLength(2);
    expect(run.events.filter((event) => event.type === 'LookedUp')).toMatchObject([{ answer: { value: '7' } }]);
  });

  it('is asked again when its worker is lost before the answer, and anew when the stage is run again', async () => {
    const world = new SimulatedWorld(START);
    world.http.answer(url, [{ body: 'lost' }, { body: '1' }, { body: '2' }]);
    const run = world.start(
      { application: 'shop', id: 'P', name: 'P', stages: [wait({ refId: '1', requisiteStageRefIds: [], text })] },
      { type: 'manual' },
    );
    run.crash();
    const ended = { virtualMs: 60_000, realMs: 5_000 };
    await world.time.until(() => run.over, ended);
    const stage = (): PipelineRun['state']['stages'][string] | undefined => run.stages('W')[0];
    expect(stage()?.context['text']).toBe('1');
    expect(world.http.requests).toHaveLength(2);
    run.send({ type: 'Restart', stageId: stage()?.id ?? '', by: namedOnly('ann'), admitted: true, context: { text } });
    await world.time.until(() => run.over, ended);
    expect(stage()?.context['text']).toBe('2');
  });

  it('holds a condition and the answer of one look-up in the question of another', async () => {
    const { one } = await ran(
      [
        wait({
          stageEnabled: { type: 'expression', expression: `${text.slice(2, -1)} == '7'` },
          text: `\${#fromUrl('${url}/' + #fromUrl('${url}'))}`,
        }),
      ],
      { answers: { [`${url}/7`]: 'seven', [url]: '7' } },
    );
    expect(one('W').status).toBe('SUCCEEDED');
    expect(one('W').context['text']).toBe('seven');
  });

  it('that is not to be had leaves the text, with its reason', async () => {
    const { run, one } = await ran([wait({ text })]);
    expect(run.state.status).toBe('SUCCEEDED');
    expect(one('W').context).toMatchObject({
      text,
      expressionEvaluationSummary: { [text.replaceAll('$', '')]: [{ level: 'ERROR' }] },
    });
  });

  it('never keeps a stage from ending: questions that are new each time have an end', async () => {
    const { run } = await ran([wait({ text: `\${#fromUrl('${url}/' + T(java.util.UUID).randomUUID())}` })], {
      answers: { [url]: 'x' },
    });
    expect(run.state.status).toBe('SUCCEEDED');
    expect(run.events.filter((event) => event.type === 'LookedUp').length).toBeLessThanOrEqual(50);
  });

  it.each<[string, unknown]>([
    ["${#pipelineId('Other')}", 'other-id'],
    ["${#pipelineId('None')}", "${#pipelineId('None')}"],
    ["${#pipelineIdOrNull('None') == null}", true],
    ["${#pipelineIdInApplication('Other', 'shop')}", 'other-id'],
    ["${#pipelineIdInApplication('Other', 'elsewhere') == null}", true],
    ["${#applicationMetadata('shop').name}", 'shop'],
    ["${#canaryConfigNameToId('c', 'shop')}", "${#canaryConfigNameToId('c', 'shop')}"],
    ["${#fetchReference('plain')}", 'plain'],
  ])('%s', async (expression, expected) => {
    const { one } = await ran([wait({ text: expression })]);
    expect(one('W').context['text']).toEqual(expected);
  });
});
