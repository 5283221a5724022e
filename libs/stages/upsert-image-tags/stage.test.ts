import { expectPipeline, pipeline } from '@gennaker/testing';
import { describe, expect, it } from 'vitest';

const promote = (consideredStages?: string[]) =>
  pipeline('hello', 'promote')
    .stage('findImageFromTags', 'Find', { credentials: 'local-gce', packageName: 'hello' })
    .stage('upsertImageTags', 'Tag', {
      credentials: 'local-gce',
      tags: { tested: 'yes' },
      ...(consideredStages ? { consideredStages } : {}),
    })
    .stage('findImageFromTags', 'Find again', {
      credentials: 'local-gce',
      packageName: 'hello',
      tags: { tested: 'yes', team: 'shop' },
    });

describe('tagging images', () => {
  it('adds tags to what earlier stages found, and ends when the cloud shows them', async () => {
    const result = await expectPipeline(promote()).withImage('hello-1', { team: 'shop' }).toSucceed();
    expect(result.stage('Tag').outputs).toMatchObject({
      targets: [{ imageName: 'hello-1', account: 'local-gce' }],
      tags: { tested: 'yes' },
    });
    expect(result.stage('Find again').outputs['deploymentDetails']).toMatchObject([{ imageName: 'hello-1' }]);
  });

  it('may consider certain stages only, and fails where none of them gave an image', async () => {
    await expectPipeline(promote(['1']))
      .withImage('hello-1', { team: 'shop' })
      .toSucceed();
    await expectPipeline(promote(['7']))
      .withImage('hello-1', { team: 'shop' })
      .toFail({ stage: 'Tag', reason: 'There is no image to tag' });
  });

  it('says what is no tag', async () => {
    await expectPipeline(
      pipeline('hello', 'tag').stage('upsertImageTags', 'Tag', {
        credentials: 'local-gce',
        imageNames: ['hello-1'],
        tags: { tested: 'Not A Label' },
      }),
    )
      .withImage('hello-1')
      .toFail({ stage: 'Tag', reason: 'upsertImageTags.tags.tested: the value of a label holds' });
  });
});
