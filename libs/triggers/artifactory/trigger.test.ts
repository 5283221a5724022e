import type { EchoEvent } from '@gennaker/contracts/echo';
import { describe, expect, it } from 'vitest';
import { artifactoryTriggerSchema } from './schema.ts';
import artifactory from './trigger.ts';

type Json = Record<string, unknown>;

const deployed = (data: Json = {}, changes: Json = {}): Json => ({
  domain: 'artifact',
  event_type: 'deployed',
  jpd_origin: 'https://repo.example.com',
  data: { repo_key: 'libs', path: 'com/acme/shop/1.2/shop-1.2.jar', name: 'shop-1.2.jar', sha256: 'ab', ...data },
  ...changes,
});
const event = (content: Json, source = 'releases'): EchoEvent => ({ type: 'artifactory', source, content });
const trigger = (changes: Json = {}) =>
  artifactoryTriggerSchema.parse({ type: 'artifactory', artifactorySearchName: 'releases', ...changes }) as never;
const read = (content: Json) => artifactory.readWebhook?.({ source: 'releases', headers: {}, content });

describe('artifactory trigger', () => {
  it('has examples that its schema takes', () => {
    for (const example of artifactory.examples) expect(artifactory.schema.safeParse(example).success).toBe(true);
  });

  it('knows what arrived by its place and content, and ignores what went away', () => {
    expect(read(deployed())?.identity).toBe('deployed libs com/acme/shop/1.2/shop-1.2.jar ab');
    expect(read(deployed({ sha256: undefined }))).toEqual({});
    expect(read(deployed({}, { event_type: 'deleted' }))?.ignored?.summary).toBe(
      'the artifact event "deleted" in libs brings nothing new',
    );
    expect(() => read({ domain: 'artifact' })).toThrow('The body is no webhook of Artifactory: event_type');
  });

  it.each<[string, Json, Json]>([
    [
      'a Maven artifact',
      deployed(),
      { type: 'maven/file', name: 'com.acme:shop', version: '1.2', reference: 'com.acme:shop:1.2' },
    ],
    [
      'an image',
      deployed({ image_name: 'shop', tag: '2' }, { domain: 'docker', event_type: 'pushed' }),
      { type: 'docker/image', reference: 'repo.example.com/libs/shop:2', version: '2' },
    ],
    [
      'any other file',
      deployed({ path: 'tools/run.tgz' }),
      {
        type: 'http/file',
        name: 'tools/run.tgz',
        reference: 'https://repo.example.com/artifactory/libs/tools/run.tgz',
      },
    ],
  ])('hands %s to the execution, and no secret', (_label, content, artifact) => {
    const started = artifactory.toTrigger(trigger({ secret: 's3cret' }), event(content));
    expect(started).toMatchObject({ payload: content, artifacts: [artifact] });
    expect(JSON.stringify(started)).not.toContain('s3cret');
  });

  it('wants its search name, its constraints and a sender that knows the secret', () => {
    expect(artifactory.match(trigger(), event(deployed()))).toEqual({
      matches: true,
      reason: { summary: 'com.acme:shop:1.2 came into libs' },
    });
    expect(artifactory.match(trigger(), event(deployed(), 'snapshots')).elsewhere).toBe(true);
    const constrained = trigger({ payloadConstraints: { '$.data.repo_key': '^other$' } });
    expect(artifactory.match(constrained, event(deployed())).reason.summary).toContain('"$.data.repo_key" is "libs"');
    expect(artifactory.match(trigger({ secret: 's' }), event(deployed())).reason.summary).toContain('is not signed');
  });
});
