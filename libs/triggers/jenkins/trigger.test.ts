import type { EchoEvent } from '@gennaker/contracts/echo';
import { describe, expect, it } from 'vitest';
import { jenkinsTriggerSchema } from './schema.ts';
import jenkins from './trigger.ts';

const build = {
  name: 'hello',
  number: 7,
  url: 'http://ci/job/hello/7/',
  building: false,
  result: 'SUCCESS',
  artifacts: [
    {
      fileName: 'hello_1.0_all.deb',
      relativePath: 'out/hello_1.0_all.deb',
      url: 'http://ci/job/hello/7/artifact/out/hello_1.0_all.deb',
    },
  ],
  scm: [],
};
const event = (changes: Record<string, unknown> = {}, content: Record<string, unknown> = {}): EchoEvent => ({
  type: 'jenkins',
  source: 'main',
  content: { master: 'main', job: 'team/job/hello', buildInfo: { ...build, ...changes }, ...content },
});
const trigger = (more: Record<string, unknown> = {}) =>
  jenkinsTriggerSchema.parse({
    type: 'jenkins',
    enabled: true,
    id: 't1',
    master: 'main',
    job: 'team/hello',
    ...more,
  }) as never;

describe('jenkins trigger', () => {
  it('has examples that its schema takes', () => {
    for (const example of jenkins.examples) expect(jenkins.schema.safeParse(example).success).toBe(true);
  });

  it.each(['team/hello', 'team/job/hello', '/team/hello/', 'job/team/job/hello'])(
    'wants a successful build of its job, however folders are written: %s',
    (job) => {
      expect(jenkins.match(trigger({ job }), event())).toEqual({
        matches: true,
        reason: { summary: 'build 7 of team/job/hello on main succeeded' },
      });
    },
  );

  it.each([
    ['failed', {}, { result: 'FAILURE' }, {}, 'build 7 ended with FAILURE; only SUCCESS starts a pipeline'],
    ['unstable', {}, { result: 'UNSTABLE' }, {}, 'build 7 ended with UNSTABLE; only SUCCESS starts a pipeline'],
    ['running', {}, { building: true }, {}, 'build 7 still runs'],
    ['other job', { job: 'other' }, {}, {}, 'its job is "other", the build is of "team/job/hello"'],
    ['other master', { master: 'x' }, {}, {}, 'its master is "x", the build ran on "main"'],
    ['missing property', { payloadConstraints: { B: 'x' } }, {}, {}, 'the build has no "B", which must match /x/'],
    [
      'property',
      { payloadConstraints: { B: '^x$' } },
      {},
      { properties: { B: 'y' } },
      '"B" is "y", which does not match /^x$/',
    ],
    [
      'no such file',
      { propertyFile: 'b.properties' },
      {},
      { propertyFiles: {} },
      'build 7 archived no property file "b.properties", but hello_1.0_all.deb',
    ],
    [
      'unreadable file',
      { propertyFile: 'b.json' },
      {},
      { propertyFiles: { 'b.json': { problem: 'it holds a list' } } },
      'its property file "b.json" was not read: it holds a list',
    ],
    [
      'files that nobody read',
      { propertyFile: 'b.json' },
      {},
      {},
      'its property file "b.json" was not read: the payload of the master\'s webhooks is trusted',
    ],
  ])('refuses: %s', (_label, config, changes, content, summary) => {
    expect(jenkins.match(trigger(config), event(changes, content))).toMatchObject({
      matches: false,
      reason: { summary },
    });
  });

  it('tells builds of other jobs and masters from builds of its own', () => {
    expect(jenkins.match(trigger({ job: 'other' }), event()).elsewhere).toBe(true);
    expect(jenkins.match(trigger({ master: 'x' }), event()).elsewhere).toBe(true);
    expect(jenkins.match(trigger(), event({ result: 'FAILURE' })).elsewhere).toBeUndefined();
  });

  it('judges the properties of its file, over the parameters, and hands them on', () => {
    const config = {
      propertyFile: 'b.properties',
      payloadConstraints: { version: '^1', CHANNEL: 'stable', any: null },
    };
    const content = {
      properties: { CHANNEL: 'edge', A: 'b' },
      propertyFiles: { 'b.properties': { properties: { version: '1.0', CHANNEL: 'stable', any: 0 } } },
    };
    expect(jenkins.match(trigger(config), event({}, content)).matches).toBe(true);
    expect(jenkins.toTrigger(trigger(config), event({}, content))['properties']).toEqual({
      version: '1.0',
      CHANNEL: 'stable',
      any: 0,
      A: 'b',
    });
    expect(jenkins.match(trigger({ ...config, propertyFile: undefined }), event({}, content)).matches).toBe(false);
  });

  it('hands the build with its artifacts to the execution', () => {
    expect(jenkins.toTrigger(trigger(), event())).toMatchObject({
      type: 'jenkins',
      id: 't1',
      master: 'main',
      job: 'team/job/hello',
      buildNumber: 7,
      link: build.url,
      buildInfo: build,
      artifacts: [{ type: 'jenkins/file', name: 'hello_1.0_all.deb', reference: build.artifacts[0]?.url }],
    });
  });
});
