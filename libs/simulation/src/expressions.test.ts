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
    [
      'the parameters of the trigger, also under a key of its own that is called so',
      { parameters: { own: '${parameters.version}', missing: '${parameters.own}' } },
      { parameters: { own: '1.2', missing: '${parameters.own}' } },
    ],
    ['a trigger whose build is no object', '${trigger.correlation}', 'c1'],
  ])('knows %s', async (_what, text, expected) => {
    const trigger = { user: 'ann', correlation: 'c1', buildInfo: '<html>' };
    const { one } = await ran([wait({ text })], { trigger });
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

  it('reads what the stages before it put out by its bare name, deep in lists and maps, and changes nothing of theirs', async () => {
    const { run, one } = await ran([
      variables({ image: 'app:1', port: 80 }, { name: 'Before' }),
      wait({ manifests: [{ spec: { containers: [{ image: '${image}', ports: ['${port}', 'p-${port}'] }] } }] }),
    ]);
    expect(one('W').context['manifests']).toEqual([
      { spec: { containers: [{ image: 'app:1', ports: [80, 'p-80'] }] } },
    ]);
    expect(one('Before').outputs).toEqual({ image: 'app:1', port: 80 });
    expect(one('W').outputs).toEqual({});
    const created = run.events.find((event) => event.type === 'ExecutionCreated');
    expect(JSON.stringify(created)).toContain('${image}');
  });

  it('cannot write an execution as JSON that contains an expression', async () => {
    const { one } = await ran([wait({ text: '${#toJson(execution)}' })]);
    expect(one('W').context).toMatchObject({
      text: '${#toJson(execution)}',
      expressionEvaluationSummary: {
        '{#toJson(execution)}': [
          { level: 'ERROR', description: expect.stringContaining('cannot contain an expression') as string },
        ],
      },
    });
  });

  it('puts what was deployed into a command', async () => {
    const deployed = {
      type: 'evaluateVariables',
      name: 'V',
      variables: [{ key: 'deployedServerGroups', value: [{ serverGroup: 'app-v001', region: 'r1', account: 'prod' }] }],
    };
    const group = 'deployedServerGroups[0]';
    const { one } = await ran([
      deployed,
      wait({ command: `check \${${group}.serverGroup} --in \${${group}["region"]}:\${${group}.account}` }),
    ]);
    expect(one('W').context['command']).toBe('check app-v001 --in r1:prod');
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

  it.each<[unknown, string, unknown]>([
    ["${parameters.version == '1.2'}", 'SUCCEEDED', true],
    ['${1 == 2}', 'TERMINAL', false],
    ['${null}', 'TERMINAL', '${null}'],
    ["${'x'.noSuchMethod()}", 'TERMINAL', "${'x'.noSuchMethod()}"],
    ["${trigger.parameters.version == '1.2'}", 'SUCCEEDED', true],
  ])('of a precondition: %s ends %s, and tells what it came to', async (expression, status, expressionResult) => {
    const { run } = await ran([precondition(expression)]);
    expect(run.state.status).toBe(status);
    const check = Object.values(run.state.stages).find(({ parentStageId }) => parentStageId !== undefined);
    expect(check?.context['context']).toMatchObject({ expressionResult });
  });

  it.each<[string, string[]]>([
    ["parameters.version == '1.2'", ['SUCCEEDED', 'SUCCEEDED']],
    ["parameters.version == '2'", ['SKIPPED']],
  ])('of a stage hold for the stages that it is made of: %s', async (expression, statuses) => {
    const { run } = await ran([{ ...precondition('${1 == 1}'), stageEnabled: { type: 'expression', expression } }]);
    expect(Object.values(run.state.stages).map(({ status }) => status)).toEqual(statuses);
  });
});

describe('variables', () => {
  const sums = { a: '${4 + 6}', b: '${a + 14}', c: '${a * b}', d: 'is ${c}', e: '${unknown + 1}' };

  it('are evaluated one after another, with their descriptions; what has no value keeps its text', async () => {
    const all = variables(sums);
    const described = (all['variables'] as Json[]).map((one) => ({ ...one, description: 'made after ${a}' }));
    const { one } = await ran([variables({ a: 1 }, { name: 'Before' }), { ...all, variables: described }]);
    expect(one('V').outputs).toEqual({ a: 10, b: 24, c: 240, d: 'is 240', e: '${unknown + 1}' });
    const { variables: told, expressionEvaluationSummary } = one('V').context;
    expect(told).toMatchObject([
      { key: 'a', value: 10, sourceValue: '{4 + 6}', description: 'made after 10' },
      { key: 'b', value: 24, sourceValue: '{a + 14}', description: 'made after 10' },
      { key: 'c', value: 240, sourceValue: '{a * b}' },
      { key: 'd', value: 'is 240', sourceValue: 'is {c}' },
      { key: 'e', value: '${unknown + 1}', sourceValue: '{unknown + 1}' },
    ]);
    expect(Object.keys(Object(expressionEvaluationSummary))).toEqual(['{unknown + 1}']);
  });

  it.each([
    ['v3', {}],
    ['v4', { spelEvaluator: 'v4' }],
  ])('are right beside a field of their stage that cannot be evaluated (%s)', async (_version, pipeline) => {
    const { one } = await ran([variables({ a: '${1 + 1}', b: '${a + 1}' }, { other: '${nothing.at.all}' })], {
      pipeline,
    });
    expect(one('V').outputs).toEqual({ a: 2, b: 3 });
    expect(one('V').context['expressionEvaluationSummary']).toEqual({
      '{nothing.at.all}': [expect.objectContaining({ description: expect.stringContaining('other: ') as string })],
    });
    const both = await ran([variables({ a: '${unknown.x}' }, { other: '${nothing.at.all}' })], { pipeline });
    expect(Object.keys(Object(both.one('V').context['expressionEvaluationSummary'])).sort()).toEqual([
      '{nothing.at.all}',
      '{unknown.x}',
    ]);
  });
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
