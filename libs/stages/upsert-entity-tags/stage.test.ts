import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const entityRef = {
  entityType: 'servergroup',
  entityId: 'hello-prod-v000',
  cloudProvider: 'gce',
  account: 'local-gce',
  region: 'us-central1',
};
const tagged = (...tags: { name: string; value: unknown }[]) =>
  pipeline('hello', 'tag').stage('upsertEntityTags', 'Tag', { entityRef, tags });

describe('tags of an entity', () => {
  it('are put to it by a stage, each in the place of one of its name', async () => {
    const result = await expectPipeline(
      tagged({ name: 'tested', value: 'no' }, { name: 'owner', value: 'shop' }).stage('upsertEntityTags', 'Again', {
        entityRef,
        tags: [{ name: 'tested', value: { message: 'it works' } }],
      }),
    ).toSucceed();
    expect(result.stage('Again').outputs).toEqual({
      tagId: 'gce:servergroup:hello-prod-v000:local-gce:us-central1',
      tags: [
        { name: 'owner', namespace: 'default', value: 'shop' },
        { name: 'tested', namespace: 'default', value: { message: 'it works' } },
      ],
    });
  });

  it('are taken from it by name, and altogether', async () => {
    const id = 'gce:servergroup:hello-prod-v000:local-gce:us-central1';
    const result = await expectPipeline(
      tagged({ name: 'a', value: 1 }, { name: 'b', value: 2 })
        .stage('deleteEntityTags', 'Take a', { id, tags: ['a'] })
        .stage('deleteEntityTags', 'Take all', { entityRef })
        .stage('upsertEntityTags', 'Anew', { entityRef, tags: [{ name: 'c', value: 3 }] }),
    ).toSucceed();
    expect(result.stage('Take a').outputs).toEqual({ tagId: id });
    expect(result.stage('Anew').outputs['tags']).toEqual([{ name: 'c', namespace: 'default', value: 3 }]);
  });

  it('fail where nothing says whose, or none are there', async () => {
    const without = pipeline('hello', 'tag').stage('deleteEntityTags', 'Take', { tags: ['a'] });
    await expectPipeline(without).toFail({ stage: 'Take', reason: 'entityRef' });
    const unknown = pipeline('hello', 'tag').stage('deleteEntityTags', 'Take', { id: 'nobody' });
    await expectPipeline(unknown).toFail({ stage: 'Take', reason: 'nobody' });
  });
});
