import { type JenkinsServer, startJenkins } from '@gennaker/fixtures/jenkins/jenkins-server';
import type { TaskContext, TaskDefinition, TaskResult } from '@gennaker/extension-sdk/stage';
import jenkinsStage from '@gennaker/stages/jenkins/stage';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startIgor, type TestIgor } from './igor.fixture.ts';

type Json = Record<string, unknown>;

let jenkins: JenkinsServer;
let test: TestIgor;
let executions = 0;

beforeAll(async () => {
  jenkins = await startJenkins({ username: 'robot', token: 'secret' });
  test = await startIgor({
    masters: [
      { name: 'main', address: jenkins.url, username: 'robot', token: 'secret', trustPayload: false, pollSeconds: 0 },
    ],
  });
});
afterAll(async () => {
  await test.stop();
  await jenkins.close();
});
beforeEach(() => {
  jenkins.holdQueue = false;
  jenkins.addJob('team/hello', [{ name: 'CHANNEL', choices: ['stable', 'edge'] }]);
});

/** Runs the tasks of a stage one after another, as orca does; `between` is called before a task is looked at again. */
function stageRun(settings: Json) {
  let context: Json = { master: 'main', job: 'team/job/hello', ...settings };
  let outputs: Json = {};
  const key = `E${++executions}`;
  const tasks = jenkinsStage.tasks({ context } as never, {} as never) as unknown as readonly TaskDefinition<unknown>[];
  const seen = (name: string) =>
    ({
      context: jenkinsStage.schema.parse(context),
      key: `${key}:S:${name}:1`,
      runs: 0,
      now: 0,
      taskStartTime: 0,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      signal: new AbortController().signal,
      ports: { igor: test.client },
      stage: { outputs },
    }) as unknown as TaskContext<unknown>;
  const once = async (task: TaskDefinition<unknown>): Promise<TaskResult> => {
    const result = await task.run(seen(task.name));
    context = { ...context, ...result.context };
    outputs = { ...outputs, ...result.outputs };
    return result;
  };
  const taskNamed = (name: string): TaskDefinition<unknown> => {
    const task = tasks.find((each) => each.name === name);
    if (!task) throw new Error(`There is no task ${name}`);
    return task;
  };
  return {
    names: tasks.map(({ name }) => name),
    once: (name: string) => once(taskNamed(name)),
    cancel: async (name: string) => taskNamed(name).onCancel?.(seen(name)),
    async toEnd(between: () => void = () => {}): Promise<TaskResult> {
      let last: TaskResult = { status: 'SUCCEEDED' };
      for (const task of tasks) {
        last = await once(task);
        for (let tries = 0; last.status === 'RUNNING' && tries < 10; tries++) {
          between();
          last = await once(task);
        }
        if (last.status !== 'SUCCEEDED') return last;
      }
      return last;
    },
    context: () => context,
    outputs: () => outputs,
  };
}

const builds = () => jenkins.job('team/hello').builds;
const end = (result: string, files: Record<string, string> = {}) => jenkins.end('team/hello', 1, result, files);

describe('a jenkins stage', () => {
  it('plans no more than it is to do', () => {
    for (const example of jenkinsStage.examples) expect(() => jenkinsStage.schema.parse(example)).not.toThrow();
    const starts = ['startJenkinsJob', 'waitForJenkinsJobStart'];
    expect(stageRun({ waitForCompletion: 'false' }).names).toEqual(starts);
    expect(stageRun({}).names).toEqual([...starts, 'monitorJenkinsJob']);
    expect(
      stageRun({ property: 'a.json', expectedArtifacts: [{ id: '1', matchArtifact: { name: 'a' } }] }).names,
    ).toEqual([...starts, 'monitorJenkinsJob', 'getBuildProperties', 'bindProducedArtifacts']);
  });

  it('starts a job in a folder, waits in the queue, and hands on build, properties and artifacts', async () => {
    jenkins.holdQueue = true;
    const run = stageRun({ parameters: { CHANNEL: 'edge' }, propertyFile: 'build.properties' });
    expect(await run.once('startJenkinsJob')).toMatchObject({ status: 'SUCCEEDED' });
    expect(await run.once('waitForJenkinsJobStart')).toMatchObject({
      status: 'RUNNING',
      reason: { summary: expect.stringContaining('In the quiet period') },
    });
    jenkins.releaseQueue();
    const result = await run.toEnd(() =>
      end('SUCCESS', { 'out/hello_1.0_all.deb': 'deb', 'build.properties': 'version=1.0\nmaster=other' }),
    );
    expect(result.status).toBe('SUCCEEDED');
    expect(builds()).toMatchObject([{ parameters: { CHANNEL: 'edge' } }]);
    const url = `${jenkins.url}/job/team/job/hello/1/`;
    expect(run.outputs()).toMatchObject({
      buildNumber: 1,
      version: '1.0',
      propertyFileContents: { version: '1.0', master: 'other' },
      buildInfo: {
        name: 'team/job/hello',
        result: 'SUCCESS',
        scm: [{ branch: 'main', remoteUrl: 'https://git.example.com/team/hello.git' }],
      },
      artifacts: [
        {
          type: 'jenkins/file',
          name: 'hello_1.0_all.deb',
          version: '1',
          reference: `${url}artifact/out/hello_1.0_all.deb`,
        },
        { name: 'build.properties' },
      ],
    });
    expect(run.context()['master']).toBe('main');
  });

  it.each([
    ['FAILURE', 'TERMINAL'],
    ['UNSTABLE', 'TERMINAL'],
    ['NOT_BUILT', 'TERMINAL'],
    ['ABORTED', 'CANCELED'],
  ])(
    'that ends with %s is %s, with the link, the end of the console, and what the build left',
    async (outcome, status) => {
      const run = stageRun({ propertyFile: 'a.json' });
      const result = await run.toEnd(() => end(outcome, { 'a.json': '{"why":"tests"}' }));
      expect(result).toMatchObject({
        status,
        reason: {
          summary: `Build 1 of team/job/hello on main ended with ${outcome}`,
          evidence: {
            link: `${jenkins.url}/job/team/job/hello/1/`,
            console: ['Started by user robot', 'Running team/hello', `Finished: ${outcome}`],
          },
        },
      });
      expect(run.outputs()).toMatchObject({ why: 'tests', buildInfo: { result: outcome } });
    },
  );

  it('takes an unstable build where it is told to', async () => {
    const run = stageRun({ markUnstableAsSuccessful: true });
    expect((await run.toEnd(() => end('UNSTABLE'))).status).toBe('SUCCEEDED');
    expect(run.outputs()).toMatchObject({ buildInfo: { result: 'UNSTABLE' } });
  });

  it('says what is wrong with a property file', async () => {
    const broken = stageRun({ propertyFile: 'a.json' });
    expect(await broken.toEnd(() => end('SUCCESS', { 'a.json': '[' }))).toMatchObject({
      status: 'TERMINAL',
      reason: { summary: expect.stringContaining('a.json cannot be read as properties') },
    });
    jenkins.addJob('team/hello');
    const missing = stageRun({ propertyFile: 'a.json' });
    expect(await missing.toEnd(() => builds()[0]?.result ?? end('SUCCESS'))).toMatchObject({
      status: 'TERMINAL',
      reason: { summary: 'Build 1 of team/job/hello archived no file "a.json"' },
    });
  });

  it('that is cancelled takes its build out of the queue, stops it, or keeps it from starting', async () => {
    jenkins.holdQueue = true;
    const queued = stageRun({});
    await queued.once('startJenkinsJob');
    await queued.cancel('waitForJenkinsJobStart');
    jenkins.releaseQueue();
    expect(builds()).toEqual([]);
    expect(await queued.once('waitForJenkinsJobStart')).toMatchObject({ status: 'CANCELED' });

    const running = stageRun({});
    await running.once('startJenkinsJob');
    await running.once('waitForJenkinsJobStart');
    await running.cancel('monitorJenkinsJob');
    expect(builds().map(({ result }) => result)).toEqual(['ABORTED']);

    const early = stageRun({});
    await early.cancel('startJenkinsJob');
    await expect(early.once('startJenkinsJob')).rejects.toMatchObject({ status: 409 });
    expect(builds()).toHaveLength(1);
  });

  it('starts one build however often its first task runs, and a new one after a restart', async () => {
    const run = stageRun({});
    await run.once('startJenkinsJob');
    await run.once('startJenkinsJob');
    expect(builds()).toHaveLength(1);
    end('FAILURE');
    await run.toEnd();
    const again = jenkinsStage.prepareForRestart?.({ context: run.context() } as never);
    expect(again).toEqual({ context: { master: 'main', job: 'team/job/hello' }, outputs: {} });
  });
});
