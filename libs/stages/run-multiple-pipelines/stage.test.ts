import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levelsOf, readApps } from './levels.ts';
import { runMultiplePipelinesSchema } from './schema.ts';
import stage from './stage.ts';

type Json = Record<string, unknown>;

const YAML = `
apps:
  database: {childPipeline: Migrate}
  cache: {child_pipeline: Warm}
  web:
    childPipeline: Deploy
    arguments: {version: 3}
    dependencies: [database, cache]
`;

/** Runs the stage's tasks as the engine would, with children that end as `ends` says; answers in which order they started. */
async function runAll(yamlConfig: unknown, ends: Record<string, string> = {}) {
  let context: Json = { yamlConfig };
  const started: { name: string; parameters: unknown; key: string }[] = [];
  const ports = {
    front50: {
      getPipeline: async ({ params }: { params: { id: string } }) => ({
        id: params.id,
        name: params.id,
        application: 'hello',
      }),
    },
    orca: {
      orchestrate: async (
        { body }: { body: { name: string; trigger: { parameters: unknown } } },
        { key }: { key: string },
      ) => {
        started.push({ name: body.name, parameters: body.trigger.parameters, key });
        return { ref: `/pipelines/${body.name}-1` };
      },
      getExecution: async ({ params }: { params: { id: string } }) => ({
        id: params.id,
        name: params.id,
        status: ends[params.id.replace(/-1$/, '')] ?? 'SUCCEEDED',
        stages: [{ outputs: { from: params.id } }],
      }),
    },
  };
  const tasks = stage.tasks({} as never, {} as never);
  for (let at = 0, attempt = 1; at < tasks.length; at++) {
    const result = await tasks[at]?.run({
      application: 'hello',
      key: `E:S:${at}:${attempt}`,
      trigger: {},
      ancestorOutputs: () => [],
      stage: { id: 'S', name: 'All' },
      context: runMultiplePipelinesSchema.parse(context),
      ports,
    } as never);
    context = { ...context, ...result?.context };
    if (result?.status === 'REDIRECT') {
      at = tasks.findIndex(({ loop }) => loop === 'start') - 1;
      attempt++;
    } else if (result?.status !== 'SUCCEEDED') return { started, result };
    else if (at === tasks.length - 1) return { started, result };
  }
  throw new Error('it never ended');
}

describe('run multiple pipelines', () => {
  it('runs level by level, each once and with its arguments, and keeps what they gave', async () => {
    const { started, result } = await runAll(YAML);
    expect(started.map(({ name }) => name)).toEqual(['Migrate', 'Warm', 'Deploy']);
    expect(new Set(started.map(({ key }) => key)).size).toBe(3);
    expect(started[2]?.parameters).toEqual({ version: 3 });
    expect(result?.outputs).toMatchObject({ childOutputs: { web: { from: 'Deploy-1' } } });
  });
  it('starts nothing that depends on one that failed', async () => {
    const { started, result } = await runAll(YAML, { Warm: 'TERMINAL' });
    expect(started.map(({ name }) => name)).toEqual(['Migrate', 'Warm']);
    expect(result).toMatchObject({ status: 'TERMINAL', context: { exception: { source: { executionId: 'Warm-1' } } } });
  });
  it('cancelled while it starts a level, cancels what has started, in each application', async () => {
    const running: Record<string, Json[]> = {
      hello: [
        { id: 'known', trigger: { correlationId: 'E:S:1:1:a', parentExecutionId: 'E' } },
        { id: 'unanswered', trigger: { correlationId: 'E:S:1:1:b', parentExecutionId: 'E' } },
        { id: 'of another task', trigger: { correlationId: 'E:S:9:1:b', parentExecutionId: 'E' } },
        { id: "somebody else's", trigger: { correlationId: 'E:S:1:1:b', parentExecutionId: 'F' } },
      ],
      other: [{ id: 'elsewhere', trigger: { correlationId: 'E:S:1:1:c', parentExecutionId: 'E' } }],
    };
    const cancelled = new Set<string>();
    await stage
      .tasks({} as never, {} as never)
      .find(({ name }) => name === 'runMultiplePipelines')
      ?.onCancel?.({
        application: 'hello',
        executionId: 'E',
        key: 'E:S:1:1:cancel',
        stage: { id: 'S', name: 'All' },
        context: runMultiplePipelinesSchema.parse({
          yamlConfig: '',
          apps: {
            a: { childPipeline: 'x' },
            b: { childPipeline: 'y' },
            c: { childPipeline: 'z', application: 'other' },
          },
          orderOfExecutions: [['a', 'b', 'c']],
          levelNumber: 0,
          executionIds: { a: 'known' },
        }),
        ports: {
          orca: {
            listForApplication: async ({ params }: { params: { application: string } }) => running[params.application],
            cancel: async ({ params }: { params: { id: string } }) => void cancelled.add(params.id),
          },
        },
      } as never);
    expect([...cancelled].toSorted()).toEqual(['elsewhere', 'known', 'unanswered']);
  });
  it.each([
    ['a: {childPipeline: x, dependencies: [b]}', /"b", which there is not/],
    ['a: {childPipeline: x, dependencies: [b]}\nb: {childPipeline: y, dependencies: [a]}', /each other: a, b/],
    ['a: {arguments: {}}\nb: {childPipeline: y}', /"a" cannot be read/],
    ['- a', /no apps/],
    ['a: [', /no YAML/],
  ])('refuses %j clearly', async (yaml, message) => {
    await expect(runAll(yaml)).rejects.toThrow(message);
  });
  it('takes JSON, too', () => {
    expect(readApps({ a: { childPipeline: 'x' } })).toEqual({
      a: { childPipeline: 'x', arguments: {}, dependencies: [] },
    });
  });
  it('puts each after all that it depends on, once, as early as can be', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(11), { maxLength: 4 }), { maxLength: 12 }), (wanted) => {
        const apps = Object.fromEntries(
          wanted.map((others, at) => [
            `n${at}`,
            { dependencies: others.filter((other) => other < at).map((other) => `n${other}`) },
          ]),
        );
        const levels = levelsOf(apps);
        const at = new Map(levels.flatMap((names, level) => names.map((name) => [name, level] as const)));
        expect(levels.flat().toSorted()).toEqual(Object.keys(apps).toSorted());
        for (const [name, { dependencies }] of Object.entries(apps))
          expect(at.get(name)).toBe(Math.max(-1, ...dependencies.map((other) => at.get(other) ?? Infinity)) + 1);
      }),
    );
  });
});
